#include "lib/logins.h"

#include "framework/output.h"
#include "lib/processes.h"

#include <algorithm>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

namespace coreutils {

std::vector<utmpx> login_records() {
    std::vector<utmpx> records;
    setutxent();
    while (utmpx* record = getutxent()) records.push_back(*record);
    endutxent();
    return records;
}

bool is_live_session(const utmpx& record) {
    return record.ut_type == USER_PROCESS && record.ut_user[0] != '\0' &&
           (kill(record.ut_pid, 0) == 0 || errno == EPERM);
}

void print_uptime() {
    auto seconds = static_cast<uint64_t>(uptime_seconds());
    uint64_t days = seconds / 86400, hours = seconds / 3600 % 24, minutes = seconds / 60 % 60;
    time_t now = time(nullptr);
    tm broken;
    char text[64];
    localtime_r(&now, &broken);
    text[strftime(text, sizeof text, " %H:%M:%S up ", &broken)] = '\0';
    out.write(text);
    if (days > 0) out.print("%llu day%s, ", static_cast<unsigned long long>(days), days == 1 ? "" : "s");
    if (hours > 0)
        out.print("%2llu:%02llu", static_cast<unsigned long long>(hours),
                  static_cast<unsigned long long>(minutes));
    else
        out.print("%llu min", static_cast<unsigned long long>(minutes));
    double load[3] = {0, 0, 0};
    sscanf(read_small_file("/proc/loadavg").c_str(), "%lf %lf %lf", &load[0], &load[1], &load[2]);
    auto records = login_records();
    auto users = std::count_if(records.begin(), records.end(), is_live_session);
    out.print(",  %d %s,  load average: %.2f, %.2f, %.2f\n", static_cast<int>(users),
              users == 1 ? "user" : "users", load[0], load[1], load[2]);
}

} // namespace coreutils
