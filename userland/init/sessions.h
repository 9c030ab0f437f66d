// The processes of a service: all of the session that its first process opened.
#pragma once
#include <sys/types.h>

#include <vector>

namespace init {

std::vector<pid_t> session_members(pid_t session);
/// Sends the signal to every member; SIGCONT follows, so that stopped ones take it too. Answers how many
/// there were.
size_t signal_session(pid_t session, int signal_number);
/// Whether the process is alive and a child of init, which a daemon is whose parent has ended.
bool is_own_child(pid_t pid);

} // namespace init
