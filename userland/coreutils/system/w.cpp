// w: who is logged in and what they do (procps); users: their names (GNU).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/logins.h"
#include "lib/order.h"
#include "lib/processes.h"

#include <string.h>
#include <string>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'f', "from", nullptr, "leave out from where they logged in"},
    {'h', "no-header", nullptr, "leave out the header"},
    {'i', "ip-addr", nullptr, nullptr},
    {'o', "old-style", nullptr, nullptr},
    {'s', "short", nullptr, "leave out the login time, JCPU and PCPU"},
    {'u', "no-current", nullptr, nullptr},
};

// 5days, 3:07m, 12:30, 4.00s
std::string span_text(double seconds) {
    char text[32];
    auto whole = static_cast<long>(seconds);
    if (whole >= 2 * 86400)
        snprintf(text, sizeof text, "%2lddays", whole / 86400);
    else if (whole >= 3600)
        snprintf(text, sizeof text, "%2ld:%02ldm", whole / 3600, whole / 60 % 60);
    else if (whole >= 60)
        snprintf(text, sizeof text, "%2ld:%02ld ", whole / 60, whole % 60);
    else
        snprintf(text, sizeof text, "%5.2fs", seconds);
    return text;
}

std::string login_time(time_t seconds) {
    tm broken;
    char text[16];
    localtime_r(&seconds, &broken);
    const char* format = time(nullptr) - seconds > 12 * 3600 ? "%a%H  " : "%H:%M  ";
    return {text, strftime(text, sizeof text, format, &broken)};
}

struct Activity {
    double all = 0, current = 0;
    std::string command = "-";
};

// What runs on the terminal: the time of all its processes, and the newest of its foreground group.
Activity activity_of(const utmpx& record, const std::vector<Process>& processes) {
    Activity activity;
    auto terminal = find_terminal(record_text(record.ut_line));
    double ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    for (const Process& process : processes) {
        if (!terminal || process.terminal != *terminal) continue;
        double seconds = static_cast<double>(process.user_ticks + process.system_ticks) / ticks;
        activity.all += seconds;
        if (process.group != process.foreground_group) continue;
        activity.current = seconds;
        activity.command = process.arguments;
    }
    return activity;
}

int run_w(Arguments& arguments) {
    bool header = true, brief = false, from = true;
    while (auto option = arguments.next_option()) {
        header &= *option != 'h';
        brief |= *option == 's';
        from &= *option != 'f';
    }
    auto operands = arguments.operands();
    if (operands.size() > 1) extra_operand(operands[1]);
    if (header) {
        print_uptime();
        out.print("%-8s %-8s ", "USER", "TTY");
        if (from) out.print("%-16s ", "FROM");
        out.write(brief ? " IDLE WHAT\n" : " LOGIN@   IDLE   JCPU   PCPU WHAT\n");
    }
    std::vector<Process> processes = read_processes();
    for (const utmpx& record : login_records()) {
        if (!is_live_session(record)) continue;
        std::string user = record_text(record.ut_user), line = record_text(record.ut_line);
        if (!operands.empty() && user != operands[0]) continue;
        std::string host = record_text(record.ut_host);
        Activity activity = activity_of(record, processes);
        struct stat info;
        double idle = stat(("/dev/" + line).c_str(), &info) == 0
                          ? static_cast<double>(time(nullptr) - info.st_atime)
                          : 0;
        out.print("%-8.8s %-8.8s ", user.c_str(), line.c_str());
        if (from) out.print("%-16.16s ", host.empty() ? "-" : host.c_str());
        if (!brief) out.print("%8s", login_time(record.ut_tv.tv_sec).c_str());
        out.print("%7s ", span_text(idle).c_str());
        if (!brief)
            out.print("%6s %6s ", span_text(activity.all).c_str(), span_text(activity.current).c_str());
        out.write(activity.command + "\n");
    }
    return 0;
}

constexpr Tool kW = {
    .name = "w",
    .synopsis = "[OPTION]... [USER]",
    .summary = "Show who is logged in and what they are doing.",
    .options = kOptions,
    .run = run_w,
};
MARTLET_REGISTER_TOOL(kW);

int run_users(Arguments& arguments) {
    while (arguments.next_option()) {
    }
    if (arguments.operands().size() > 1) extra_operand(arguments.operands()[1]);
    if (!arguments.operands().empty()) utmpxname(arguments.operands()[0]);
    std::vector<std::string> names;
    for (const utmpx& record : login_records())
        if (is_live_session(record)) names.push_back(record_text(record.ut_user));
    sort_items(names);
    for (size_t i = 0; i < names.size(); ++i) out.print(i ? " %s" : "%s", names[i].c_str());
    if (!names.empty()) out.put('\n');
    return 0;
}

constexpr Tool kUsers = {
    .name = "users",
    .synopsis = "[FILE]",
    .summary = "Print the names of the users who are logged in.",
    .run = run_users,
};
MARTLET_REGISTER_TOOL(kUsers);

} // namespace
} // namespace coreutils
