// The processes of a service: all of the session that its first process opened, and those that left it, which carry
// the service's mark in the environment they were started with. (There are no control groups.)
#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

namespace init {

/// A session, and the mark `NAME=value` of the service it belongs to; empty: none.
struct Session {
    pid_t id = 0;
    std::string mark;
};

/// The mark of a service's processes.
std::string service_mark(const std::string& service);

std::vector<pid_t> session_members(const Session& session);
/// Sends the signal to every member; SIGCONT follows, so that stopped ones take it too. Answers how many
/// there were.
size_t signal_session(const Session& session, int signal_number);
/// Whether the process is alive and a child of init, which a daemon is whose parent has ended.
bool is_own_child(pid_t pid);

} // namespace init
