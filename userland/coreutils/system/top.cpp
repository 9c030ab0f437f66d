// top: processes by what they use, again and again (procps' usual keys and -b -d -n -o -p -u).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/identity.h"
#include "lib/numbers.h"
#include "lib/order.h"
#include "lib/processes.h"
#include "lib/raw_terminal.h"

#include <algorithm>
#include <map>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <string>
#include <time.h>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'b', "batch", nullptr, "batch mode: print, read no keys"},
    {'d', "delay", "SECS", "delay between updates (default 3)"},
    {'H', nullptr, nullptr, nullptr},
    {'n', "iterations", "NUMBER", "exit after so many updates"},
    {'o', "sort-override", "FIELD", "order by PID, USER, %CPU, %MEM, TIME+, RES, VIRT or COMMAND"},
    {'p', "pid", "PID,...", "only these processes"},
    {'u', "user", "USER", "only this user's processes"},
};

enum class Order { cpu, memory, time, pid, user, virtual_size };

struct Row {
    Process process;
    double cpu = 0; // percent of one processor since the last update
};

struct CpuTicks {
    uint64_t user = 0, nice = 0, system = 0, idle = 0, wait = 0, hard = 0, soft = 0, steal = 0;
    uint64_t total() const { return user + nice + system + idle + wait + hard + soft + steal; }
};

CpuTicks read_cpu_ticks() {
    CpuTicks ticks;
    unsigned long long values[8] = {};
    sscanf(read_small_file("/proc/stat").c_str(), "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &values[0],
           &values[1], &values[2], &values[3], &values[4], &values[5], &values[6], &values[7]);
    ticks = {values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7]};
    return ticks;
}

class Top {
public:
    double delay = 3;
    Order order = Order::cpu;
    bool reversed = false, idle_shown = true;
    std::vector<pid_t> pids;
    std::optional<uid_t> user;

    // Reads everything and computes what changed since the last time.
    void update() {
        timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        double seconds = static_cast<double>(now.tv_sec - last_.tv_sec) +
                         static_cast<double>(now.tv_nsec - last_.tv_nsec) / 1e9;
        bool first = last_.tv_sec == 0;
        last_ = now;
        auto hertz = static_cast<double>(sysconf(_SC_CLK_TCK));
        std::map<pid_t, uint64_t> ticks;
        rows_.clear();
        for (Process& process : read_processes()) {
            uint64_t used = process.user_ticks + process.system_ticks;
            ticks[process.pid] = used;
            if (!pids.empty() && std::find(pids.begin(), pids.end(), process.pid) == pids.end()) continue;
            if (user && process.effective_uid != *user) continue;
            auto before = ticks_.find(process.pid);
            Row row{.process = std::move(process)};
            uint64_t grown =
                before == ticks_.end() || before->second > used ? (first ? 0 : used) : used - before->second;
            if (first) { // since it was started
                double alive = uptime_seconds() - static_cast<double>(row.process.start_ticks) / hertz;
                if (alive > 0) row.cpu = static_cast<double>(used) / hertz / alive * 100;
            } else if (seconds > 0) {
                row.cpu = static_cast<double>(grown) / hertz / seconds * 100;
            }
            rows_.push_back(std::move(row));
        }
        ticks_ = std::move(ticks);
        CpuTicks cpu = read_cpu_ticks();
        cpu_ = {cpu.user - cpu_before_.user, cpu.nice - cpu_before_.nice,  cpu.system - cpu_before_.system,
                cpu.idle - cpu_before_.idle, cpu.wait - cpu_before_.wait,  cpu.hard - cpu_before_.hard,
                cpu.soft - cpu_before_.soft, cpu.steal - cpu_before_.steal};
        cpu_before_ = cpu;
        sort();
    }

    std::vector<std::string> lines(size_t columns, size_t rows) const {
        std::vector<std::string> text = summary();
        text.emplace_back();
        text.push_back("    PID USER      PR  NI    VIRT    RES S  %CPU  %MEM     TIME+ COMMAND");
        header_line_ = text.size() - 1;
        for (const Row& row : rows_) {
            if (rows > 0 && text.size() >= rows) break;
            if (!idle_shown && row.cpu <= 0) continue;
            text.push_back(process_line(row));
        }
        for (std::string& line : text)
            if (columns > 0 && line.size() > columns) line.resize(columns);
        return text;
    }
    size_t header_line() const { return header_line_; }

private:
    void sort() {
        auto before = [this](const Row& left, const Row& right) {
            const Process &a = left.process, &b = right.process;
            switch (order) {
            case Order::cpu:
                if (left.cpu != right.cpu) return left.cpu > right.cpu;
                break;
            case Order::memory:
                if (a.resident_pages != b.resident_pages) return a.resident_pages > b.resident_pages;
                break;
            case Order::time:
                if (a.user_ticks + a.system_ticks != b.user_ticks + b.system_ticks)
                    return a.user_ticks + a.system_ticks > b.user_ticks + b.system_ticks;
                break;
            case Order::virtual_size:
                if (a.virtual_bytes != b.virtual_bytes) return a.virtual_bytes > b.virtual_bytes;
                break;
            case Order::user:
                if (a.effective_uid != b.effective_uid)
                    return user_name(a.effective_uid) < user_name(b.effective_uid);
                break;
            case Order::pid:
                return a.pid > b.pid;
            }
            return a.pid < b.pid;
        };
        sort_items(rows_, before);
        if (reversed) std::reverse(rows_.begin(), rows_.end());
    }

    static std::string kib(uint64_t value) {
        char text[16];
        if (value < 1'000'000)
            snprintf(text, sizeof(text), "%llu", static_cast<unsigned long long>(value));
        else if (value < 1024ull * 1024 * 100)
            snprintf(text, sizeof(text), "%.1fm", static_cast<double>(value) / 1024);
        else
            snprintf(text, sizeof(text), "%.1fg", static_cast<double>(value) / 1024 / 1024);
        return text;
    }

    std::string process_line(const Row& row) const {
        const Process& process = row.process;
        static const uint64_t page_kib = static_cast<uint64_t>(sysconf(_SC_PAGESIZE)) / 1024;
        static const uint64_t hertz = static_cast<uint64_t>(sysconf(_SC_CLK_TCK));
        uint64_t hundredths = (process.user_ticks + process.system_ticks) * 100 / hertz;
        uint64_t resident = process.resident_pages * page_kib;
        double memory =
            total_memory_ > 0 ? static_cast<double>(resident) * 100 / static_cast<double>(total_memory_) : 0;
        std::string priority = process.priority <= -100 ? "rt" : std::to_string(process.priority);
        char text[256];
        snprintf(text, sizeof(text), "%7d %-8.8s %3s %3d %7s %6s %c %5.1f %5.1f %3llu:%02llu.%02llu %s",
                 process.pid, user_name(process.effective_uid).c_str(), priority.c_str(),
                 static_cast<int>(process.nice), kib(process.virtual_bytes / 1024).c_str(),
                 kib(resident).c_str(), process.state, row.cpu, memory,
                 static_cast<unsigned long long>(hundredths / 6000),
                 static_cast<unsigned long long>(hundredths / 100 % 60),
                 static_cast<unsigned long long>(hundredths % 100), process.name.c_str());
        return text;
    }

    std::vector<std::string> summary() const {
        std::vector<std::string> text;
        char line[256], clock[16];
        time_t now = time(nullptr);
        tm broken;
        localtime_r(&now, &broken);
        strftime(clock, sizeof(clock), "%H:%M:%S", &broken);
        auto up = static_cast<unsigned long long>(uptime_seconds());
        double load[3] = {};
        sscanf(read_small_file("/proc/loadavg").c_str(), "%lf %lf %lf", &load[0], &load[1], &load[2]);
        std::string days =
            up >= 86400 ? std::to_string(up / 86400) + (up / 86400 == 1 ? " day, " : " days, ") : "";
        snprintf(line, sizeof(line), "top - %s up %s%2llu:%02llu,  load average: %.2f, %.2f, %.2f", clock,
                 days.c_str(), up / 3600 % 24, up / 60 % 60, load[0], load[1], load[2]);
        text.emplace_back(line);
        size_t running = 0, stopped = 0, zombies = 0;
        for (const Row& row : rows_) {
            running += row.process.state == 'R';
            stopped += row.process.state == 'T' || row.process.state == 't';
            zombies += row.process.state == 'Z';
        }
        snprintf(line, sizeof(line),
                 "Tasks: %3zu total, %3zu running, %3zu sleeping, %3zu stopped, %3zu zombie", rows_.size(),
                 running, rows_.size() - running - stopped - zombies, stopped, zombies);
        text.emplace_back(line);
        auto total = static_cast<double>(std::max<uint64_t>(cpu_.total(), 1));
        auto percent = [&](uint64_t ticks) { return static_cast<double>(ticks) * 100 / total; };
        snprintf(line, sizeof(line),
                 "%%Cpu(s): %4.1f us, %4.1f sy, %4.1f ni, %4.1f id, %4.1f wa, %4.1f hi, %4.1f si, %4.1f st",
                 percent(cpu_.user), percent(cpu_.system), percent(cpu_.nice), percent(cpu_.idle),
                 percent(cpu_.wait), percent(cpu_.hard), percent(cpu_.soft), percent(cpu_.steal));
        text.emplace_back(line);
        MemoryInfo memory = read_memory_info();
        total_memory_ = memory.get("MemTotal");
        uint64_t free = memory.get("MemFree"),
                 cache = memory.get("Buffers") + memory.get("Cached") + memory.get("SReclaimable");
        auto mib = [](uint64_t value) { return static_cast<double>(value) / 1024; };
        uint64_t used = total_memory_ > free + cache ? total_memory_ - free - cache : 0;
        snprintf(line, sizeof(line), "MiB Mem : %8.1f total, %8.1f free, %8.1f used, %8.1f buff/cache",
                 mib(total_memory_), mib(free), mib(used), mib(cache));
        text.emplace_back(line);
        uint64_t swap = memory.get("SwapTotal"), swap_free = memory.get("SwapFree");
        snprintf(line, sizeof(line), "MiB Swap: %8.1f total, %8.1f free, %8.1f used. %8.1f avail Mem",
                 mib(swap), mib(swap_free), mib(swap - swap_free), mib(memory.get("MemAvailable")));
        text.emplace_back(line);
        return text;
    }

    std::vector<Row> rows_;
    std::map<pid_t, uint64_t> ticks_;
    CpuTicks cpu_, cpu_before_;
    timespec last_ = {};
    mutable uint64_t total_memory_ = 0;
    mutable size_t header_line_ = 0;
};

Order parse_order(const char* text) {
    struct Name {
        const char* name;
        Order order;
    };
    constexpr Name kNames[] = {{"%CPU", Order::cpu},  {"%MEM", Order::memory},      {"TIME+", Order::time},
                               {"TIME", Order::time}, {"PID", Order::pid},          {"RES", Order::memory},
                               {"USER", Order::user}, {"VIRT", Order::virtual_size}};
    for (const Name& each : kNames)
        if (strcmp(each.name, text) == 0) return each.order;
    die(1, "unrecognized field name '%s'", text);
}

void draw(Top& top, RawTerminal& terminal, const std::string& message) {
    size_t rows, columns;
    terminal.size(rows, columns);
    std::vector<std::string> lines = top.lines(columns, rows - 1);
    out.write("\033[H");
    for (size_t index = 0; index < lines.size(); ++index) {
        bool header = index == top.header_line();
        if (header) {
            out.write("\033[7m");
            lines[index].resize(columns, ' ');
        }
        out.write(lines[index]);
        out.write(header ? "\033[0m\r\n" : "\033[K\r\n");
    }
    out.write("\033[J");
    out.write(message);
    out.flush();
}

// A number typed at the bottom; nothing when it was given up.
std::optional<double> ask_number(Top& top, RawTerminal& terminal, const std::string& prompt) {
    std::string text;
    for (;;) {
        draw(top, terminal, prompt + text);
        int key = terminal.key();
        if (key == '\r' || key == '\n') return text.empty() ? std::nullopt : parse_double(text.c_str());
        if (key == 0x1b) return std::nullopt;
        if ((key == 127 || key == 8) && !text.empty()) text.pop_back();
        if ((key >= '0' && key <= '9') || key == '.') text.push_back(static_cast<char>(key));
    }
}

// False when the key ends top.
bool handle_key(Top& top, RawTerminal& terminal, int key) {
    switch (key) {
    case 'q':
        return false;
    case 'P':
        top.order = Order::cpu;
        break;
    case 'M':
        top.order = Order::memory;
        break;
    case 'T':
        top.order = Order::time;
        break;
    case 'N':
        top.order = Order::pid;
        break;
    case 'R':
        top.reversed = !top.reversed;
        break;
    case 'i':
        top.idle_shown = !top.idle_shown;
        break;
    case 'd':
    case 's':
        if (auto seconds = ask_number(top, terminal, "Change delay to "))
            top.delay = *seconds < 0.1 ? 0.1 : *seconds;
        break;
    case 'k':
        if (auto pid = ask_number(top, terminal, "PID to signal/kill ")) {
            auto number = ask_number(top, terminal,
                                     "Send pid " + std::to_string(static_cast<long>(*pid)) + " signal [15] ");
            if (*pid >= 1) kill(static_cast<pid_t>(*pid), number ? static_cast<int>(*number) : SIGTERM);
        }
        break;
    }
    return true;
}

int run(Arguments& arguments) {
    Top top;
    bool batch = false;
    uint64_t iterations = UINT64_MAX;
    while (auto option = arguments.next_option()) {
        char* value = arguments.value();
        switch (*option) {
        case 'b':
            batch = true;
            break;
        case 'd': {
            auto seconds = parse_double(value);
            if (!seconds || *seconds < 0) die(1, "bad delay interval '%s'", value);
            top.delay = *seconds;
            break;
        }
        case 'n':
            iterations = unsigned_or_die(value, "number of iterations");
            break;
        case 'o':
            if (*value == '-' || *value == '+') top.reversed = *value++ == '-';
            top.order = parse_order(value);
            break;
        case 'p':
            for (std::string_view rest = value; !rest.empty();) {
                std::string word(rest.substr(0, rest.find(',')));
                rest.remove_prefix(std::min(rest.size(), word.size() + 1));
                top.pids.push_back(static_cast<pid_t>(unsigned_or_die(word.c_str(), "pid")));
            }
            break;
        case 'u':
            top.user = parse_user(value);
            if (!top.user) die(1, "Invalid user");
            break;
        }
    }
    if (!arguments.operands().empty()) extra_operand(arguments.operands()[0]);
    if (batch) {
        for (uint64_t round = 0; round < iterations; ++round) {
            if (round > 0) {
                out.put('\n');
                out.flush();
                usleep(static_cast<useconds_t>(top.delay * 1e6));
            }
            top.update();
            for (const std::string& line : top.lines(0, 0)) out.write(line + "\n");
        }
        return 0;
    }
    RawTerminal terminal(RawTerminal::Screen::alternate);
    if (!terminal.usable()) die(1, "failed tty get");
    for (uint64_t round = 0; round < iterations; ++round) {
        top.update();
        draw(top, terminal, "");
        int key = terminal.key(static_cast<int>(top.delay * 1000));
        if (key != kKeyNone && !handle_key(top, terminal, key)) break;
    }
    return 0;
}

constexpr Tool kTool = {
    .name = "top",
    .synopsis = "[OPTION]...",
    .summary = "Display processes in the order of what they use.",
    .options = kOptions,
    .run = run,
    .notes = "Keys: q quit, P by CPU, M by memory, T by time, N by PID, R reverse, i hide idle ones, k kill, "
             "d delay,\n"
             "any other updates at once.",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
