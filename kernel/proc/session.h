// Sessions, process groups and the controlling terminal (POSIX.1-2017 chapter 11.1, setsid(2), credentials(7)).
//
// A Session has one or more ProcessGroups and at most one ControllingTerminal, which is dev/tty's object behind a small
// interface. All links are guarded by process_tree_lock; every function here takes it itself. The terminal code calls
// these without holding spinlocks of rank ProcessTree or higher; the signal functions work in any context, so an
// interrupt handler may call them as long as it holds none.
#pragma once
#include "base/list.h"
#include "base/ref.h"
#include "base/result.h"
#include "sync/spinlock.h"

namespace martlet {

class Pid;
class Process;
class Session;
class ProcessGroup;

extern SpinLock process_tree_lock; // always with IrqLockGuard

/// What a session can have as its controlling terminal. Derived by dev/tty (one object per terminal).
class ControllingTerminal : public RefCounted {
public:
    /// st_rdev of its device node (/proc/pid/stat tty_nr).
    virtual u64 device_number() const = 0;
    /// The session leader has exited: open descriptors answer EIO from now on (vhangup(2)). Process context, no locks.
    virtual void hang_up() = 0;

private:
    friend class Session;
    Session* session_ = nullptr; // guarded by process_tree_lock
};

/// The caller's controlling terminal, for /dev/tty; null if it has none (ENXIO).
Ref<ControllingTerminal> current_controlling_terminal();

/// open(2) of a terminal without O_NOCTTY: takes it if the caller leads a session without one and nobody has it.
void adopt_controlling_terminal_on_open(ControllingTerminal& terminal);
/// TIOCSCTTY: EPERM unless the caller leads a session that has no terminal; one that belongs to another
/// session is taken away from it with `steal` and CAP_SYS_ADMIN.
Result<void> set_controlling_terminal(ControllingTerminal& terminal, bool steal);
/// TIOCNOTTY: ENOTTY unless it is the caller's terminal. The leader's group gets SIGHUP and SIGCONT.
Result<void> give_up_controlling_terminal(ControllingTerminal& terminal);

/// TIOCGPGRP, TIOCGSID (ENOTTY unless it is the caller's terminal), TIOCSPGRP (also EINVAL, ESRCH, EPERM).
Result<int> foreground_group_id(ControllingTerminal& terminal);
Result<int> terminal_session_id(ControllingTerminal& terminal);
Result<void> set_foreground_group(ControllingTerminal& terminal, int group_id);

/// The same for whoever holds a pty's master: 0, or ENOTTY, if no session has the terminal.
int foreground_group_of(ControllingTerminal& terminal);
Result<int> session_of(ControllingTerminal& terminal);

/// To every process of the terminal's foreground group: ^C, ^\, ^Z, SIGWINCH. Any context.
void signal_foreground_group(ControllingTerminal& terminal, int signal);
/// The line is gone: SIGHUP and SIGCONT to the session leader, and the session has no terminal any more.
/// Process context.
void signal_session_leader_hang_up(ControllingTerminal& terminal);

/// Job control of a read from or a write/ioctl to the caller's terminal. Succeeds in the foreground (or if it
/// is not the caller's terminal). In the background: sends SIGTTIN/SIGTTOU to the group and answers
/// kRestartSys, or EIO (a read with the signal blocked or ignored; an orphaned group), or succeeds (a write
/// with SIGTTOU blocked or ignored).
enum class TerminalUse : u8 { Read, Write };
Result<void> check_terminal_access(ControllingTerminal& terminal, TerminalUse use);

/// To every member of the group, from the kernel. False if there is no such group.
bool signal_process_group(int group_id, int signal);

} // namespace martlet
