// who (POSIX.1-2017): who is logged in, from utmp(5).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/logins.h"

#include <string.h>
#include <string>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'a', "all", nullptr, "the same as -b -l -u and the sessions that have ended (-d)"},
    {'b', "boot", nullptr, "when the system was started"},
    {'d', "dead", nullptr, "sessions that have ended"},
    {'H', "heading", nullptr, "print names of the columns"},
    {'l', "login", nullptr, "terminals that wait for somebody"},
    {'m', nullptr, nullptr, "only the session of this terminal"},
    {'q', "count", nullptr, "all names in one line, and how many there are"},
    {'s', "short", nullptr, "name, line and time (this is what happens anyway)"},
    {'T', "mesg", nullptr, "show whether others may write to the terminal (+, -, ?)"},
    {'u', "users", nullptr, "show how long nothing was typed (. for less than a minute), and the process"},
};

struct Form {
    bool boot = false, dead = false, heading = false, waiting = false, own = false, sessions = false;
    bool writable = false, idle = false;
};

std::string time_of(const utmpx& record) {
    time_t seconds = record.ut_tv.tv_sec;
    tm broken;
    char text[32];
    localtime_r(&seconds, &broken);
    return {text, strftime(text, sizeof text, "%Y-%m-%d %H:%M", &broken)};
}

std::string idle_time(const struct stat& terminal) {
    time_t seconds = time(nullptr) - terminal.st_atime;
    if (seconds < 60) return "  .  ";
    if (seconds >= 86400) return " old ";
    char text[16];
    snprintf(text, sizeof text, "%02d:%02d", static_cast<int>(seconds / 3600),
             static_cast<int>(seconds / 60 % 60));
    return text;
}

void print_record(const utmpx& record, const Form& form) {
    std::string line = record_text(record.ut_line), name = record_text(record.ut_user);
    if (record.ut_type == BOOT_TIME) name = "", line = "system boot";
    if (record.ut_type == LOGIN_PROCESS) name = "LOGIN";
    out.print("%-8s ", name.c_str());
    struct stat terminal;
    bool known = stat(("/dev/" + line).c_str(), &terminal) == 0;
    if (form.writable) out.print("%c ", !known ? '?' : terminal.st_mode & 020 ? '+' : '-');
    out.print("%-12s %s", line.c_str(), time_of(record).c_str());
    if (form.idle && record.ut_type != BOOT_TIME)
        out.print(" %s %10d", known ? idle_time(terminal).c_str() : "  ?  ", record.ut_pid);
    std::string host = record_text(record.ut_host);
    if (!host.empty() && record.ut_type == USER_PROCESS) out.print(" (%s)", host.c_str());
    out.put('\n');
}

bool is_wanted(const utmpx& record, const Form& form, const char* own_line) {
    switch (record.ut_type) {
    case BOOT_TIME:
        return form.boot;
    case LOGIN_PROCESS:
        return form.waiting;
    case DEAD_PROCESS:
        return form.dead;
    case USER_PROCESS:
        return form.sessions && is_live_session(record) &&
               (!form.own || record_text(record.ut_line) == own_line);
    default:
        return false;
    }
}

int print_count() {
    int count = 0;
    for (const utmpx& record : login_records()) {
        if (!is_live_session(record)) continue;
        out.print(count++ ? " %s" : "%s", record_text(record.ut_user).c_str());
    }
    out.print("\n# users=%d\n", count);
    return 0;
}

int run(Arguments& arguments) {
    Form form;
    bool chosen = false, count = false;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'a':
            form.boot = form.dead = form.waiting = form.sessions = form.idle = form.writable = chosen = true;
            break;
        case 'b':
            form.boot = chosen = true;
            break;
        case 'd':
            form.dead = chosen = true;
            break;
        case 'H':
            form.heading = true;
            break;
        case 'l':
            form.waiting = chosen = true;
            break;
        case 'm':
            form.own = true;
            break;
        case 'q':
            count = true;
            break;
        case 'T':
            form.writable = true;
            break;
        case 'u':
            form.sessions = form.idle = chosen = true;
            break;
        }
    }
    auto operands = arguments.operands();
    if (operands.size() == 1) utmpxname(operands[0]);
    if (operands.size() == 2) form.own = true; // `who am i`
    if (operands.size() > 2) extra_operand(operands[2]);
    if (count) return print_count();
    form.sessions |= !chosen;
    const char* path = ttyname(STDIN_FILENO);
    const char* own_line = path && strncmp(path, "/dev/", 5) == 0 ? path + 5 : "";
    if (form.heading) {
        out.print("%-8s %s%-12s %s", "NAME", form.writable ? "  " : "", "LINE",
                  form.idle ? "TIME             IDLE         PID\n" : "TIME\n");
    }
    for (const utmpx& record : login_records())
        if (is_wanted(record, form, own_line)) print_record(record, form);
    return 0;
}

constexpr Tool kTool = {
    .name = "who",
    .synopsis = "[OPTION]... [FILE | am i]",
    .summary = "Print who is logged in.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
