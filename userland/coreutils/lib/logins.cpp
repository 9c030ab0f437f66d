#include "lib/logins.h"

#include <errno.h>
#include <signal.h>

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

} // namespace coreutils
