// lsof, fuser (POSIX.1-2017 and psmisc), pwdx: which processes use which files, from /proc.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/identity.h"
#include "lib/numbers.h"
#include "lib/order.h"
#include "lib/path.h"
#include "lib/processes.h"
#include "lib/same_file.h"
#include "lib/signals.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

struct OpenFile {
    std::string use; // cwd, rtd, txt, mem, or the descriptor's number
    std::string name;
    struct stat info = {};
    bool known = false; // `info` is valid
    char mode = ' ';    // r, w, u
};

void add_link(std::vector<OpenFile>& files, const std::string& folder, const char* link, const char* use) {
    OpenFile file{.use = use, .name = {}};
    std::string path = folder + link;
    auto target = read_link(path.c_str());
    if (!target) return;
    file.name = *target;
    file.known = stat(path.c_str(), &file.info) == 0;
    files.push_back(std::move(file));
}

// The files that are mapped, each once.
void add_mapped(std::vector<OpenFile>& files, const std::string& folder) {
    std::string maps = read_small_file((folder + "maps").c_str());
    std::string program = read_link((folder + "exe").c_str()).value_or(""), last;
    for (size_t at = 0; at < maps.size();) {
        size_t end = std::min(maps.find('\n', at), maps.size());
        size_t slash = maps.find('/', at);
        std::string name = slash < end ? maps.substr(slash, end - slash) : std::string();
        at = end + 1;
        if (name.empty() || name == last || name == program) continue;
        last = name;
        OpenFile file{.use = "mem", .name = name};
        file.known = stat(name.c_str(), &file.info) == 0;
        files.push_back(std::move(file));
    }
}

std::vector<OpenFile> files_of(pid_t pid) {
    std::vector<OpenFile> files;
    std::string folder = "/proc/" + std::to_string(pid) + "/";
    add_link(files, folder, "cwd", "cwd");
    add_link(files, folder, "root", "rtd");
    add_link(files, folder, "exe", "txt");
    add_mapped(files, folder);
    std::vector<uint64_t> numbers;
    if (DIR* stream = opendir((folder + "fd").c_str())) {
        while (dirent* entry = readdir(stream))
            if (auto number = parse_unsigned(entry->d_name)) numbers.push_back(*number);
        closedir(stream);
    }
    sort_items(numbers);
    for (uint64_t number : numbers) {
        std::string text = std::to_string(number);
        size_t before = files.size();
        add_link(files, folder + "fd/", text.c_str(), text.c_str());
        if (files.size() == before) continue;
        std::string details = read_small_file((folder + "fdinfo/" + text).c_str());
        size_t at = details.find("flags:");
        unsigned long flags = at == std::string::npos ? 0 : strtoul(details.c_str() + at + 6, nullptr, 8);
        files.back().mode = "rwu "[flags & O_ACCMODE];
    }
    return files;
}

const char* type_name(const OpenFile& file) {
    if (!file.known) return "unknown";
    switch (file.info.st_mode & S_IFMT) {
    case S_IFREG:
        return "REG";
    case S_IFDIR:
        return "DIR";
    case S_IFCHR:
        return "CHR";
    case S_IFBLK:
        return "BLK";
    case S_IFIFO:
        return "FIFO";
    case S_IFSOCK:
        return "sock";
    default:
        return "a_inode";
    }
}

constexpr Option kLsofOptions[] = {
    {'a', nullptr, nullptr, "all of the conditions must hold, not one"},
    {'c', nullptr, "NAME", "processes whose names begin with NAME"},
    {'d', nullptr, "LIST", "these descriptors: 0,1,cwd,txt"},
    {'n', nullptr, nullptr, nullptr},
    {'P', nullptr, nullptr, nullptr},
    {'p', nullptr, "LIST", "these processes"},
    {'t', nullptr, nullptr, "print the process numbers only"},
    {'u', nullptr, "LIST", "processes of these users"},
};

bool in_list(std::string_view list, std::string_view item) {
    while (!list.empty()) {
        std::string_view part = list.substr(0, list.find(','));
        if (part == item) return true;
        list.remove_prefix(std::min(part.size() + 1, list.size()));
    }
    return false;
}

struct Conditions {
    bool all = false, terse = false;
    const char *command = nullptr, *descriptors = nullptr, *pids = nullptr, *users = nullptr;
    std::vector<struct stat> files;

    bool any_for_process() const { return command || pids || users; }
    bool process_fits(const Process& process) const {
        int wanted = 0, met = 0;
        auto count = [&](bool given, bool fits) {
            wanted += given;
            met += given && fits;
        };
        count(command, command && process.name.starts_with(command));
        count(pids, pids && in_list(pids, std::to_string(process.pid)));
        count(users, users && (in_list(users, user_name(process.effective_uid)) ||
                               in_list(users, std::to_string(process.effective_uid))));
        return all ? met == wanted : met > 0;
    }
    bool file_fits(const OpenFile& file) const {
        for (const struct stat& wanted : files)
            if (file.known && same_inode(file.info, wanted)) return true;
        return false;
    }
    bool fits(const Process& process, const OpenFile& file) const {
        bool by_process = any_for_process() && process_fits(process),
             by_file = !files.empty() && file_fits(file);
        bool fine = any_for_process() || !files.empty()
                        ? (all ? (by_process || !any_for_process()) && (by_file || files.empty())
                               : by_process || by_file)
                        : true;
        return fine && (!descriptors || in_list(descriptors, file.use));
    }
};

void print_open_file(const Process& process, const OpenFile& file) {
    std::string device =
        file.known ? std::to_string(major(file.info.st_dev)) + "," + std::to_string(minor(file.info.st_dev))
                   : "";
    bool is_device = file.known && (S_ISCHR(file.info.st_mode) || S_ISBLK(file.info.st_mode));
    if (is_device)
        device = std::to_string(major(file.info.st_rdev)) + "," + std::to_string(minor(file.info.st_rdev));
    std::string size = !file.known ? "" : is_device ? "0t0" : std::to_string(file.info.st_size);
    std::string use = file.use + (file.mode == ' ' ? "" : std::string(1, file.mode));
    out.print("%-9.9s %6d %8.8s %4s %7s %7s %9s %8s %s\n", process.name.c_str(),
              static_cast<int>(process.pid), user_name(process.effective_uid).c_str(), use.c_str(),
              type_name(file), device.c_str(), size.c_str(),
              file.known ? std::to_string(file.info.st_ino).c_str() : "", printable(file.name).c_str());
}

int run_lsof(Arguments& arguments) {
    Conditions conditions;
    while (auto option = arguments.next_option()) {
        conditions.all |= *option == 'a';
        conditions.terse |= *option == 't';
        if (*option == 'c') conditions.command = arguments.value();
        if (*option == 'd') conditions.descriptors = arguments.value();
        if (*option == 'p') conditions.pids = arguments.value();
        if (*option == 'u') conditions.users = arguments.value();
    }
    int status = 0;
    for (const char* name : arguments.operands()) {
        struct stat info;
        if (stat(name, &info) != 0) {
            warn("status error on %s: %m", name);
            status = 1;
        } else {
            conditions.files.push_back(info);
        }
    }
    if (status) return status;
    bool any = false;
    for (const Process& process : read_processes()) {
        bool shown = false;
        for (const OpenFile& file : files_of(process.pid)) {
            if (!conditions.fits(process, file)) continue;
            if (!any && !conditions.terse)
                out.write("COMMAND      PID     USER   FD    TYPE  DEVICE  SIZE/OFF     NODE NAME\n");
            any = true;
            if (!conditions.terse)
                print_open_file(process, file);
            else if (!shown)
                out.print("%d\n", static_cast<int>(process.pid));
            shown = true;
        }
    }
    return any ? 0 : 1;
}

constexpr Tool kLsof = {
    .name = "lsof",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "List the files that processes have open.",
    .options = kLsofOptions,
    .run = run_lsof,
};
MARTLET_REGISTER_TOOL(kLsof);

enum : int { kSignalList = kLongOnly };

constexpr Option kFuserOptions[] = {
    {'a', "all", nullptr, "show files that nobody uses, too"},
    {'c', nullptr, nullptr, nullptr},
    {'f', nullptr, nullptr, "only the file itself, not its file system"},
    {'k', "kill", nullptr, "kill the processes"},
    {'m', "mount", nullptr, "everything on the file system of the file"},
    {'M', "ismountpoint", nullptr, "only if the file is a mount point"},
    {'s', "silent", nullptr, "print nothing"},
    {'u', "user", nullptr, "show the owners of the processes"},
    {'v', "verbose", nullptr, "a table with user, access and command"},
    {'w', "writeonly", nullptr, "kill only those that write"},
    {kSignalList, "signal", "SIGNAL", "send SIGNAL instead of KILL (also -SIGNAL)"},
};

struct User {
    Process process;
    std::string access; // c r e m f F in the order of ps
    bool writes = false;
};

char access_letter(const OpenFile& file) {
    if (file.use == "cwd") return 'c';
    if (file.use == "rtd") return 'r';
    if (file.use == "txt") return 'e';
    if (file.use == "mem") return 'm';
    return file.mode == 'r' ? 'f' : 'F';
}

std::vector<User> users_of(const struct stat& target, bool whole_file_system,
                           const std::vector<Process>& processes) {
    std::vector<User> users;
    for (const Process& process : processes) {
        if (process.pid == getpid()) continue;
        User user{.process = process, .access = {}};
        for (const OpenFile& file : files_of(process.pid)) {
            bool same = file.known && (whole_file_system ? file.info.st_dev == target.st_dev
                                                         : same_inode(file.info, target));
            char letter = access_letter(file);
            if (same && user.access.find(letter) == std::string::npos) user.access.push_back(letter);
            user.writes |= same && letter == 'F';
        }
        if (!user.access.empty()) users.push_back(std::move(user));
    }
    return users;
}

struct FuserForm {
    bool all = false, kills = false, mount = false, silent = false, names = false, verbose = false,
         writers = false;
    int signal = SIGKILL;
};

// POSIX: the process numbers go to standard output, everything else to standard error.
void print_users(const char* name, const std::vector<User>& users, const FuserForm& form) {
    if (form.silent) return;
    auto tell = [](const std::string& text) {
        out.flush();
        if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
    };
    if (form.verbose) {
        char line[128];
        bool first = true;
        for (const User& user : users) {
            std::string access;
            for (char letter : std::string_view("Frcem")) {
                bool reads = letter == 'F' && user.access.contains('f');
                access.push_back(user.access.contains(letter) ? letter : reads ? 'f' : '.');
            }
            snprintf(line, sizeof line, "%-20s %-10s %6d %s %s\n", first ? name : "",
                     user_name(user.process.real_uid).c_str(), static_cast<int>(user.process.pid),
                     access.c_str(), user.process.name.c_str());
            if (first) tell("                     USER          PID ACCESS COMMAND\n");
            first = false;
            tell(line);
        }
        return;
    }
    std::string label = std::string(name) + ":";
    label.append(label.size() < 21 ? 21 - label.size() : 0, ' ');
    tell(label);
    for (const User& user : users) {
        out.print(" %5d", static_cast<int>(user.process.pid));
        std::string tail;
        for (char letter : user.access)
            if (letter != 'f' && letter != 'F') tail.push_back(letter);
        if (form.names) tail += "(" + user_name(user.process.real_uid) + ")";
        if (!tail.empty()) tell(tail);
    }
    tell("\n");
}

int run_fuser(Arguments& arguments) {
    FuserForm form;
    std::vector<const char*> names;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'a':
            form.all = true;
            break;
        case 'k':
            form.kills = true;
            break;
        case 'c':
        case 'm':
        case 'M':
            form.mount = true;
            break;
        case 's':
            form.silent = true;
            break;
        case 'u':
            form.names = true;
            break;
        case 'v':
            form.verbose = true;
            break;
        case 'w':
            form.writers = true;
            break;
        case kSignalList: {
            auto number = parse_signal(arguments.value());
            if (!number) die(1, "Unknown signal %s", arguments.value());
            form.signal = *number;
            break;
        }
        }
    }
    if (arguments.operands().empty()) usage_error("No process specification given");
    std::vector<Process> processes = read_processes();
    bool found = false, failed = false;
    for (const char* name : arguments.operands()) {
        struct stat info;
        if (stat(name, &info) != 0) {
            warn("Specified filename %s does not exist.", name);
            failed = true;
            continue;
        }
        if (form.mount && S_ISBLK(info.st_mode)) info.st_dev = info.st_rdev;
        std::vector<User> users = users_of(info, form.mount, processes);
        found |= !users.empty();
        if (!users.empty() || form.all) print_users(name, users, form);
        for (const User& user : users)
            if (form.kills && (!form.writers || user.writes) && kill(user.process.pid, form.signal) != 0)
                warn("Could not kill process %d: %m", static_cast<int>(user.process.pid));
    }
    return found && !failed ? 0 : 1;
}

constexpr Tool kFuser = {
    .name = "fuser",
    .synopsis = "[-acfkmsuvw] [--signal SIGNAL] FILE...",
    .summary = "Show which processes use files.",
    .options = kFuserOptions,
    .run = run_fuser,
};
MARTLET_REGISTER_TOOL(kFuser);

int run_pwdx(Arguments& arguments) {
    while (arguments.next_option()) {
    }
    if (arguments.operands().empty()) usage_error("not enough arguments");
    int status = 0;
    for (const char* operand : arguments.operands()) {
        std::string_view pid = operand;
        if (pid.starts_with("/proc/")) pid.remove_prefix(6);
        if (!parse_unsigned(pid)) die(1, "invalid process id: %s", operand);
        auto directory = read_link(("/proc/" + std::string(pid) + "/cwd").c_str());
        if (!directory) {
            warn_errno(operand);
            status = 1;
            continue;
        }
        out.print("%s: %s\n", operand, directory->c_str());
    }
    return status;
}

constexpr Tool kPwdx = {
    .name = "pwdx",
    .synopsis = "PID...",
    .summary = "Print the working directories of processes.",
    .run = run_pwdx,
};
MARTLET_REGISTER_TOOL(kPwdx);

} // namespace
} // namespace coreutils
