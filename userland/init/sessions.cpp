#include "sessions.h"

#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#include <string>

#include "system.h"
#include "values.h"

namespace init {

namespace {

constexpr size_t kMaximumEnvironmentBytes = 64 * 1024;

/// Whether the process was started with the setting.
bool carries(pid_t pid, const std::string& setting) {
    std::string environment = read_file("/proc/" + std::to_string(pid) + "/environ", kMaximumEnvironmentBytes);
    size_t at = environment.find(setting + '\0');
    return at == 0 || (at != environment.npos && environment[at - 1] == '\0');
}

} // namespace

std::string service_mark(const std::string& service) { return "MARTLET_SERVICE=" + service; }

std::vector<pid_t> session_members(const Session& session) {
    std::vector<pid_t> members;
    if (session.id <= 1 && session.mark.empty()) return members;
    DIR* processes = opendir("/proc");
    if (processes == nullptr) return members;
    while (dirent* entry = readdir(processes)) {
        std::optional<uint64_t> number = parse_number(entry->d_name);
        if (!number || *number <= 1) continue;
        auto pid = static_cast<pid_t>(*number);
        bool in_session = session.id > 1 && getsid(pid) == session.id;
        if (in_session || (!session.mark.empty() && carries(pid, session.mark))) members.push_back(pid);
    }
    closedir(processes);
    return members;
}

size_t signal_session(const Session& session, int signal_number) {
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
