// last: the sessions that wtmp(5) tells of, the newest first; lastb: failed ones from btmp.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/logins.h"
#include "lib/numbers.h"

#include <fcntl.h>
#include <map>
#include <paths.h>
#include <signal.h>
#include <string.h>
#include <string>
#include <time.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'f', "file", "FILE", "read FILE instead of the system's"},
    {'n', "limit", "NUM", "show at most NUM lines"},
    {kNumberOption, nullptr, nullptr, nullptr},
    {'F', "fulltimes", nullptr, "print full times and dates"},
    {'R', "nohostname", nullptr, "leave out from where"},
    {'w', "fullnames", nullptr, "print names and hosts in full"},
    {'x', "system", nullptr, "show shutdowns and changes of the run level"},
};

struct Form {
    bool full_times = false, hosts = true, full_names = false, system = false;
    uint64_t limit = UINT64_MAX;
};

std::string time_text(time_t seconds, const char* format) {
    tm broken;
    char text[64];
    localtime_r(&seconds, &broken);
    return {text, strftime(text, sizeof text, format, &broken)};
}

class Report {
public:
    Report(const Form& form, std::span<char*> wanted) : form_(form), wanted_(wanted) {}

    // Newest first. False when enough is shown.
    bool take(const utmpx& record) {
        time_t when = record.ut_tv.tv_sec;
        std::string line = record_text(record.ut_line), user = record_text(record.ut_user);
        switch (record.ut_type) {
        case BOOT_TIME:
            show(record, "reboot", "system boot", down_since_);
            down_since_ = when;
            down_word_ = "crash";
            ends_.clear();
            break;
        case RUN_LVL:
            if (user != "shutdown") break;
            if (form_.system) show(record, "shutdown", "system down", down_since_);
            down_since_ = when;
            down_word_ = "down";
            ends_.clear();
            break;
        case DEAD_PROCESS:
            ends_[line] = when;
            break;
        case USER_PROCESS:
            if (user.empty()) break;
            show_session(record, user, line);
            ends_[line] = when;
            break;
        }
        oldest_ = when;
        return shown_ < form_.limit;
    }
    time_t oldest() const { return oldest_; }

private:
    bool is_wanted(const std::string& user, const std::string& line) const {
        if (wanted_.empty()) return true;
        for (const char* name : wanted_)
            if (user == name || line == name || "tty" + std::string(name) == line) return true;
        return false;
    }

    void print_start(const utmpx& record, const std::string& user, const std::string& line) {
        out.print(form_.full_names ? "%-8s %-12s " : "%-8.8s %-12.12s ", user.c_str(), line.c_str());
        if (form_.hosts)
            out.print(form_.full_names ? "%-16s " : "%-16.16s ", record_text(record.ut_host).c_str());
        out.write(
            time_text(record.ut_tv.tv_sec, form_.full_times ? "%a %b %e %H:%M:%S %Y" : "%a %b %e %H:%M"));
    }
    void print_span(time_t start, time_t end, const std::string& word) {
        long minutes = static_cast<long>(end - start) / 60;
        out.write(" - " + word);
        if (minutes >= 24 * 60)
            out.print(" (%ld+%02ld:%02ld)", minutes / 1440, minutes / 60 % 24, minutes % 60);
        else
            out.print("  (%02ld:%02ld)", minutes / 60, minutes % 60);
    }
    std::string end_time(time_t end) const {
        return time_text(end, form_.full_times ? "%a %b %e %H:%M:%S %Y" : "%H:%M");
    }

    void show(const utmpx& record, const char* user, const char* line, time_t end) {
        if (!is_wanted(user, line)) return;
        ++shown_;
        print_start(record, user, line);
        if (end)
            print_span(record.ut_tv.tv_sec, end, end_time(end));
        else
            out.write("   still running");
        out.put('\n');
    }
    void show_session(const utmpx& record, const std::string& user, const std::string& line) {
        if (!is_wanted(user, line)) return;
        ++shown_;
        print_start(record, user, line);
        if (auto end = ends_.find(line); end != ends_.end())
            print_span(record.ut_tv.tv_sec, end->second, end_time(end->second));
        else if (down_since_)
            print_span(record.ut_tv.tv_sec, down_since_,
                       down_word_ + std::string(5 - down_word_.size(), ' '));
        else if (is_live_session(record))
            out.write("   still logged in");
        else
            out.write("   gone - no logout");
        out.put('\n');
    }

    const Form& form_;
    std::span<char*> wanted_;
    std::map<std::string, time_t> ends_; // of the session that the line has next
    time_t down_since_ = 0, oldest_ = 0;
    std::string down_word_;
    uint64_t shown_ = 0;
};

int report(Arguments& arguments, const char* file) {
    Form form;
    while (auto option = arguments.next_option()) {
        if (*option == 'f') file = arguments.value();
        if (*option == 'n' || *option == kNumberOption)
            form.limit = unsigned_or_die(arguments.value(), "number of lines");
        form.full_times |= *option == 'F';
        form.hosts &= *option != 'R';
        form.full_names |= *option == 'w';
        form.system |= *option == 'x';
    }
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0) die_errno(1, file);
    Report sessions(form, arguments.operands());
    utmpx record;
    bool more = form.limit > 0;
    // From the end, one record after the other: the file may be long and only its end be wanted.
    off_t at = lseek(fd, 0, SEEK_END) / static_cast<off_t>(sizeof record);
    while (more && at-- > 0) {
        if (pread(fd, &record, sizeof record, at * static_cast<off_t>(sizeof record)) != sizeof record)
            die_errno(1, file);
        more = sessions.take(record);
    }
    close(fd);
    time_t begin = sessions.oldest() ? sessions.oldest() : time(nullptr);
    std::string name = file;
    out.print("\n%s begins %s\n", name.substr(name.rfind('/') + 1).c_str(),
              time_text(begin, "%a %b %e %H:%M:%S %Y").c_str());
    return 0;
}

constexpr const char* kSynopsis = "[-FRwx] [-n NUM] [-f FILE] [USER | TERMINAL]...";

constexpr Tool kLast = {
    .name = "last",
    .synopsis = kSynopsis,
    .summary = "Show the sessions of users, the newest first.",
    .options = kOptions,
    .run = [](Arguments& arguments) { return report(arguments, _PATH_WTMP); },
};
MARTLET_REGISTER_TOOL(kLast);

constexpr Tool kLastb = {
    .name = "lastb",
    .synopsis = kSynopsis,
    .summary = "Show logins that failed, the newest first.",
    .options = kOptions,
    .run = [](Arguments& arguments) { return report(arguments, "/var/log/btmp"); },
};
MARTLET_REGISTER_TOOL(kLastb);

} // namespace
} // namespace coreutils
