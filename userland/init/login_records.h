// init's share of utmp(5): when the system started and ended, and the sessions that ended.
#pragma once
#include <sys/types.h>

#include <string>

namespace init {

void record_boot();
void record_shutdown();
/// The session that process `pid` led on `terminal` is over, if it was a login.
void record_session_end(pid_t pid, const std::string& terminal);

} // namespace init
