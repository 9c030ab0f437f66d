#include "lib/processes.h"

#include "lib/numbers.h"

#include <algorithm>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace coreutils {
namespace {

// Numbers separated by blanks, one after the other.
class Fields {
public:
    explicit Fields(std::string_view text) : text_(text) {}
    std::string_view word() {
        size_t start = text_.find_first_not_of(" \t\n");
        if (start == std::string_view::npos) return text_ = {};
        text_.remove_prefix(start);
        std::string_view found = text_.substr(0, text_.find_first_of(" \t\n"));
        text_.remove_prefix(found.size());
        return found;
    }
    int64_t number() {
        std::string_view digits = word();
        if (auto value = parse_signed(digits)) return *value;
        auto large = parse_unsigned(digits);
        return large ? static_cast<int64_t>(*large) : 0;
    }
    uint64_t count() { return static_cast<uint64_t>(number()); }

private:
    std::string_view text_;
};

std::string_view line_of(std::string_view text, std::string_view name) {
    for (size_t at = 0; at < text.size();) {
        size_t end = text.find('\n', at);
        std::string_view line = text.substr(at, end == std::string_view::npos ? end : end - at);
        if (line.starts_with(name)) return line.substr(name.size());
        if (end == std::string_view::npos) break;
        at = end + 1;
    }
    return {};
}

std::string read_command_line(const std::string& folder, const Process& process) {
    std::string line = read_small_file((folder + "cmdline").c_str());
    while (line.ends_with('\0')) line.pop_back();
    if (line.empty()) return "[" + process.name + "]";
    std::replace(line.begin(), line.end(), '\0', ' ');
    for (char& byte : line)
        if (static_cast<unsigned char>(byte) < ' ' || byte == 0x7F) byte = '?';
    return line;
}

bool read_stat(const std::string& folder, Process& process) {
    std::string text = read_small_file((folder + "stat").c_str());
    // The name stands in parentheses and may itself contain some.
    size_t open = text.find('('), close = text.rfind(')');
    if (open == std::string::npos || close == std::string::npos || close < open) return false;
    process.name = text.substr(open + 1, close - open - 1);
    Fields fields(std::string_view(text).substr(close + 1));
    std::string_view state = fields.word();
    process.state = state.empty() ? '?' : state[0];
    process.parent = static_cast<pid_t>(fields.number());
    process.group = static_cast<pid_t>(fields.number());
    process.session = static_cast<pid_t>(fields.number());
    process.terminal = static_cast<dev_t>(fields.number());
    process.foreground_group = static_cast<pid_t>(fields.number());
    process.flags = fields.count();
    process.minor_faults = fields.count();
    fields.word();
    process.major_faults = fields.count();
    fields.word();
    process.user_ticks = fields.count();
    process.system_ticks = fields.count();
    fields.word();
    fields.word();
    process.priority = fields.number();
    process.nice = fields.number();
    process.threads = fields.number();
    fields.word();
    process.start_ticks = fields.count();
    process.virtual_bytes = fields.count();
    process.resident_pages = fields.count();
    for (int skipped = 25; skipped < 39; ++skipped) fields.word();
    process.processor = fields.number();
    return true;
}

} // namespace

std::string read_small_file(const char* path) {
    std::string text;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return text;
    char block[4096];
    for (ssize_t count; (count = read(fd, block, sizeof block)) > 0;)
        text.append(block, static_cast<size_t>(count));
    close(fd);
    return text;
}

std::optional<Process> read_process(pid_t pid) {
    std::string folder = "/proc/" + std::to_string(pid) + "/";
    Process process;
    process.pid = pid;
    if (!read_stat(folder, process)) return std::nullopt;
    std::string status = read_small_file((folder + "status").c_str());
    Fields users(line_of(status, "Uid:"));
    process.real_uid = static_cast<uid_t>(users.number());
    process.effective_uid = static_cast<uid_t>(users.number());
    Fields groups(line_of(status, "Gid:"));
    process.real_gid = static_cast<gid_t>(groups.number());
    process.effective_gid = static_cast<gid_t>(groups.number());
    process.locked_kib = Fields(line_of(status, "VmLck:")).count();
    process.arguments = read_command_line(folder, process);
    process.wait_channel = read_small_file((folder + "wchan").c_str());
    return process;
}

std::vector<Process> read_processes() {
    std::vector<pid_t> numbers;
    if (DIR* stream = opendir("/proc")) {
        while (dirent* entry = readdir(stream))
            if (auto number = parse_unsigned(entry->d_name)) numbers.push_back(static_cast<pid_t>(*number));
        closedir(stream);
    }
    std::sort(numbers.begin(), numbers.end());
    std::vector<Process> processes;
    for (pid_t pid : numbers)
        if (auto process = read_process(pid)) processes.push_back(std::move(*process));
    return processes;
}

std::string terminal_name(dev_t terminal) {
    if (terminal == 0) return "?";
    unsigned number = minor(terminal);
    switch (major(terminal)) {
    case 4:
        return number < 64 ? "tty" + std::to_string(number) : "ttyS" + std::to_string(number - 64);
    case 5:
        return number == 1 ? "console" : number == 0 ? "tty" : "ptmx";
    case 136 ... 143:
        return "pts/" + std::to_string((major(terminal) - 136) * 256 + number);
    }
    return std::to_string(major(terminal)) + ":" + std::to_string(number);
}

std::optional<dev_t> find_terminal(std::string_view name) {
    std::string text(name);
    for (const char* prefix : {"", "/dev/", "/dev/tty", "/dev/pts/"}) {
        std::string path = prefix + text;
        struct stat info;
        if (path.starts_with('/') && stat(path.c_str(), &info) == 0 && S_ISCHR(info.st_mode))
            return info.st_rdev;
    }
    return std::nullopt;
}

uint64_t MemoryInfo::get(std::string_view name) const {
    return Fields(line_of(text, std::string(name) + ":")).count();
}

MemoryInfo read_memory_info() { return {read_small_file("/proc/meminfo")}; }

double uptime_seconds() { return strtod(read_small_file("/proc/uptime").c_str(), nullptr); }

} // namespace coreutils
