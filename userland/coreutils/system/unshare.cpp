// unshare (util-linux): a command in name spaces of its own. losetup: files as block devices.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/order.h"
#include "lib/spawn.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace coreutils {
namespace {

enum : int { kMountProc = kLongOnly, kPropagation, kKillChild };

constexpr Option kUnshareOptions[] = {
    {'C', "cgroup", nullptr, "control groups"},
    {'f', "fork", nullptr, "run the command in a child"},
    {'i', "ipc", nullptr, "System V IPC"},
    {kKillChild, "kill-child", "[SIGNAL]", "the child gets a signal when unshare ends"},
    {'m', "mount", nullptr, "mounts"},
    {kMountProc, "mount-proc", "[DIR]", "mount proc there first; implies -m"},
    {'n', "net", nullptr, "network"},
    {'p', "pid", nullptr, "process numbers"},
    {kPropagation, "propagation", "KIND", "of mounts: slave, shared, private or unchanged"},
    {'r', "map-root-user", nullptr, "this user becomes root in a user name space; implies -U"},
    {'R', "root", "DIR", "change the root directory"},
    {'u', "uts", nullptr, "host name"},
    {'U', "user", nullptr, "users"},
    {'w', "wd", "DIR", "change the working directory"},
};

void write_map(const char* path, const std::string& text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text.data(), text.size()) < 0) die(1, "cannot write %s: %m", path);
    close(fd);
}

struct Unsharing {
    int flags = 0;
    bool forks = false, map_root = false, kills = false;
    unsigned long propagation = MS_REC | MS_PRIVATE;
    const char *proc = nullptr, *root = nullptr, *directory = nullptr;
};

void take_option(Unsharing& wishes, int id, const char* value) {
    constexpr std::pair<int, int> kFlags[] = {
        {'C', CLONE_NEWCGROUP},    {'i', CLONE_NEWIPC},  {'m', CLONE_NEWNS},
        {kMountProc, CLONE_NEWNS}, {'n', CLONE_NEWNET},  {'p', CLONE_NEWPID},
        {'u', CLONE_NEWUTS},       {'U', CLONE_NEWUSER}, {'r', CLONE_NEWUSER},
    };
    for (auto [letter, flag] : kFlags)
        if (letter == id) wishes.flags |= flag;
    wishes.forks |= id == 'f' || id == kKillChild;
    wishes.kills |= id == kKillChild;
    wishes.map_root |= id == 'r';
    if (id == 'R') wishes.root = value;
    if (id == 'w') wishes.directory = value;
    if (id == kMountProc) wishes.proc = value ? value : "/proc";
    if (id != kPropagation) return;
    std::string_view kind = value;
    if (kind == "unchanged")
        wishes.propagation = 0;
    else if (kind == "private" || kind == "slave" || kind == "shared")
        wishes.propagation = MS_REC | (kind == "private" ? MS_PRIVATE
                                       : kind == "slave" ? MS_SLAVE
                                                         : MS_SHARED);
    else
        die(1, "unsupported propagation mode: %s", value);
}

int run_unshare(Arguments& arguments) {
    Unsharing wishes;
    while (auto option = arguments.next_option()) take_option(wishes, *option, arguments.value());
    uid_t user = geteuid();
    gid_t group = getegid();
    if (unshare(wishes.flags) != 0) die(1, "unshare failed: %m");
    if (wishes.forks) {
        pid_t child = fork_or_die();
        if (child > 0) {
            signal(SIGINT, SIG_IGN);
            signal(SIGTERM, SIG_IGN);
            int status = wait_for(child);
            return exit_status_of(status);
        }
        if (wishes.kills) prctl(PR_SET_PDEATHSIG, SIGKILL);
    }
    if (wishes.map_root) {
        write_map("/proc/self/setgroups", "deny");
        write_map("/proc/self/uid_map", "0 " + std::to_string(user) + " 1");
        write_map("/proc/self/gid_map", "0 " + std::to_string(group) + " 1");
    }
    if ((wishes.flags & CLONE_NEWNS) && wishes.propagation &&
        mount("none", "/", nullptr, wishes.propagation, nullptr) != 0)
        die(1, "cannot change root filesystem propagation: %m");
    if (wishes.root && (chroot(wishes.root) != 0 || chdir("/") != 0))
        die(1, "cannot change root directory to '%s': %m", wishes.root);
    if (wishes.directory && chdir(wishes.directory) != 0) die_errno(1, wishes.directory);
    if (wishes.proc && mount("proc", wishes.proc, "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, nullptr) != 0)
        die(1, "mount %s failed: %m", wishes.proc);
    const char* shell = getenv("SHELL");
    std::string program = shell && *shell ? shell : "/bin/sh";
    char* own[] = {program.data(), nullptr};
    execute(arguments.operands().empty() ? own : arguments.operand_vector());
}

constexpr Tool kUnshare = {
    .name = "unshare",
    .synopsis = "[OPTION]... [COMMAND [ARG]...]",
    .summary = "Run a command in name spaces of its own.",
    .options = kUnshareOptions,
    .run = run_unshare,
    .order = OperandOrder::options_first,
};
MARTLET_REGISTER_TOOL(kUnshare);

enum : int { kShow = kLongOnly, kSizeLimit };

constexpr Option kLosetupOptions[] = {
    {'a', "all", nullptr, "list the devices that are in use"},
    {'d', "detach", nullptr, "detach the devices"},
    {'D', "detach-all", nullptr, "detach all devices"},
    {'f', "find", nullptr, "find a free device"},
    {'j', "associated", "FILE", "list the devices of FILE"},
    {'o', "offset", "SIZE", "start there in the file"},
    {'r', "read-only", nullptr, "the device cannot be written"},
    {kShow, "show", nullptr, "print the name of the device"},
    {kSizeLimit, "sizelimit", "SIZE", "the device ends after so many bytes"},
};

std::vector<std::string> loop_devices() {
    std::vector<uint64_t> numbers;
    if (DIR* stream = opendir("/dev")) {
        while (dirent* entry = readdir(stream)) {
            std::string_view name = entry->d_name;
            if (!name.starts_with("loop")) continue;
            if (auto number = parse_unsigned(name.substr(4))) numbers.push_back(*number);
        }
        closedir(stream);
    }
    sort_items(numbers);
    std::vector<std::string> names;
    for (uint64_t number : numbers) names.push_back("/dev/loop" + std::to_string(number));
    return names;
}

// False when nothing is attached.
bool loop_status(const std::string& device, loop_info64& info) {
    int fd = open(device.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    bool attached = ioctl(fd, LOOP_GET_STATUS64, &info) == 0;
    close(fd);
    return attached;
}

void list_loop(const std::string& device, const loop_info64& info) {
    out.print("%s: [%04llu]:%llu (%s)", device.c_str(), static_cast<unsigned long long>(info.lo_device),
              static_cast<unsigned long long>(info.lo_inode),
              reinterpret_cast<const char*>(info.lo_file_name));
    if (info.lo_offset) out.print(", offset %llu", static_cast<unsigned long long>(info.lo_offset));
    if (info.lo_sizelimit) out.print(", sizelimit %llu", static_cast<unsigned long long>(info.lo_sizelimit));
    out.put('\n');
}

int detach(std::span<const std::string> devices) {
    int status = 0;
    for (const std::string& device : devices) {
        int fd = open(device.c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0 || ioctl(fd, LOOP_CLR_FD, 0) != 0) {
            warn("%s: detach failed: %m", device.c_str());
            status = 1;
        }
        if (fd >= 0) close(fd);
    }
    return status;
}

std::string free_loop() {
    int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
    int number = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE, 0);
    if (number < 0) die(1, "cannot find an unused loop device: %m");
    close(control);
    return "/dev/loop" + std::to_string(number);
}

void attach(const std::string& device, const char* file, const loop_info64& wanted) {
    bool read_only = wanted.lo_flags & LO_FLAGS_READ_ONLY;
    int backing = open(file, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
    if (backing < 0 && !read_only && (errno == EACCES || errno == EROFS))
        backing = open(file, O_RDONLY | O_CLOEXEC);
    if (backing < 0) die_errno(1, file);
    int fd = open(device.c_str(), (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
    if (fd < 0) die_errno(1, device);
    if (ioctl(fd, LOOP_SET_FD, backing) != 0) die(1, "%s: failed to set up loop device: %m", device.c_str());
    loop_info64 info = wanted;
    char* absolute = realpath(file, nullptr);
    strncpy(reinterpret_cast<char*>(info.lo_file_name), absolute ? absolute : file, LO_NAME_SIZE - 1);
    free(absolute);
    if (ioctl(fd, LOOP_SET_STATUS64, &info) != 0) {
        int error = errno;
        ioctl(fd, LOOP_CLR_FD, 0);
        die(1, "%s: failed to set up loop device: %s", device.c_str(), strerror(error));
    }
    close(fd);
    close(backing);
}

int run_losetup(Arguments& arguments) {
    bool find = false, detaches = false, detach_all = false, show = false;
    const char* associated = nullptr;
    loop_info64 wanted = {};
    while (auto option = arguments.next_option()) {
        find |= *option == 'f';
        detaches |= *option == 'd';
        detach_all |= *option == 'D';
        show |= *option == kShow;
        if (*option == 'j') associated = arguments.value();
        if (*option == 'o') wanted.lo_offset = size_or_die(arguments.value(), "offset");
        if (*option == kSizeLimit) wanted.lo_sizelimit = size_or_die(arguments.value(), "size limit");
        if (*option == 'r') wanted.lo_flags |= LO_FLAGS_READ_ONLY;
    }
    auto operands = arguments.operands();
    std::vector<std::string> names(operands.begin(), operands.end());
    if (detaches) return detach(names);
    if (find || names.size() == 2) {
        if (find && names.empty()) {
            out.write(free_loop() + "\n");
            return 0;
        }
        std::string device = find ? free_loop() : names[0];
        attach(device, names.back().c_str(), wanted);
        if (show) out.write(device + "\n");
        return 0;
    }
    struct stat file = {};
    if (associated && stat(associated, &file) != 0) die_errno(1, associated);
    std::vector<std::string> used;
    for (const std::string& device : names.empty() ? loop_devices() : names) {
        loop_info64 info = {};
        if (!loop_status(device, info)) {
            if (!names.empty()) die_errno(1, device);
            continue;
        }
        if (associated && (info.lo_inode != file.st_ino || info.lo_device != file.st_dev)) continue;
        used.push_back(device);
        if (!detach_all) list_loop(device, info);
    }
    return detach_all ? detach(used) : 0;
}

constexpr Tool kLosetup = {
    .name = "losetup",
    .synopsis = "[-r] [-o SIZE] -f [--show] FILE\n[-a | -j FILE | DEVICE]\n-d DEVICE...\n-D",
    .summary = "Attach files to loop devices, detach and list them.",
    .options = kLosetupOptions,
    .run = run_losetup,
};
MARTLET_REGISTER_TOOL(kLosetup);

} // namespace
} // namespace coreutils
