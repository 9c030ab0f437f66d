// The processes of the system as /proc tells them: what ps, pgrep, killall, top and free read.
#pragma once

#include <optional>
#include <stdint.h>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace coreutils {

struct Process {
    pid_t pid = 0, parent = 0, group = 0, session = 0, foreground_group = 0;
    dev_t terminal = 0; // 0: none
    char state = '?';
    uint64_t flags = 0, minor_faults = 0, major_faults = 0;
    uint64_t user_ticks = 0, system_ticks = 0, start_ticks = 0;
    int64_t priority = 0, nice = 0, threads = 0;
    uint64_t virtual_bytes = 0, resident_pages = 0, locked_kib = 0;
    int64_t processor = 0;
    uid_t real_uid = 0, effective_uid = 0;
    gid_t real_gid = 0, effective_gid = 0;
    std::string name;      // of the program, at most 15 bytes
    std::string arguments; // the command line, words separated by blanks; [name] when there is none
    std::string wait_channel;
};

// Nothing when the process has gone or its files cannot be read.
std::optional<Process> read_process(pid_t pid);
// In the order of their numbers.
std::vector<Process> read_processes();

// "pts/0", "ttyS0", "?" for none.
std::string terminal_name(dev_t terminal);
// The number of "tty1", "/dev/tty1", "1", "S0" or "pts/0".
std::optional<dev_t> find_terminal(std::string_view name);

// /proc/meminfo's value in KiB, 0 when it is not there.
struct MemoryInfo {
    std::string text;
    uint64_t get(std::string_view name) const;
};
MemoryInfo read_memory_info();
double uptime_seconds();
// The whole of a small file, empty when it cannot be read.
std::string read_small_file(const char* path);

} // namespace coreutils
