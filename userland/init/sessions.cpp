#include "sessions.h"

#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#include <string>

#include "system.h"
#include "values.h"

namespace init {

std::vector<pid_t> session_members(pid_t session) {
    std::vector<pid_t> members;
    if (session <= 1) return members;
    DIR* processes = opendir("/proc");
    if (processes == nullptr) return members;
    while (dirent* entry = readdir(processes)) {
        std::optional<uint64_t> pid = parse_number(entry->d_name);
        if (pid && *pid > 1 && getsid(static_cast<pid_t>(*pid)) == session)
            members.push_back(static_cast<pid_t>(*pid));
    }
    closedir(processes);
    return members;
}

size_t signal_session(pid_t session, int signal_number) {
    std::vector<pid_t> members = session_members(session);
    for (pid_t pid : members) {
        kill(pid, signal_number);
        kill(pid, SIGCONT);
    }
    return members.size();
}

bool is_own_child(pid_t pid) {
    std::string status = read_file("/proc/" + std::to_string(pid) + "/stat");
    size_t name_end = status.rfind(')'); // then " S PPID "
    return name_end != status.npos && name_end + 4 < status.size() &&
           status.compare(name_end + 4, 2, "1 ") == 0 && status[name_end + 2] != 'Z';
}

} // namespace init
