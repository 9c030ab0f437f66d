// Secure computing (seccomp(2)): a task gives up system calls for ever, all but four (strict) or as its
// filters say.
//
// Filters are immutable once attached: each names the one attached before it, and all of them run for every
// call. Clones share the chain, execve keeps it. TaskSeccomp is guarded by the process's
// ProcessSignals::lock; the task itself may read `mode` without it.
#pragma once
#include "arch/trap_frame.h"
#include "base/ref.h"
#include "base/vector.h"
#include "base/classic_bpf.h"
#include "proc/seccomp/listener.h"

namespace martlet {

class SeccompFilter : public RefCounted {
public:
    ~SeccompFilter() override;
    Vector<BpfInstruction> program;
    Ref<SeccompFilter> previous;
    Ref<SeccompListener> listener; // answers kSeccompNotify; null: nobody
    bool is_logged = false;        // SECCOMP_FILTER_FLAG_LOG
    u32 chain_length = 1;       // filters, this one included
    u32 chain_instructions = 0; // and their instructions, with four for each filter
};

inline constexpr u32 kSeccompKillProcess = 0x8000'0000, kSeccompKillThread = 0, kSeccompTrap = 0x3'0000,
                     kSeccompErrno = 0x5'0000, kSeccompNotify = 0x7fc0'0000, kSeccompTrace = 0x7ff0'0000,
                     kSeccompLog = 0x7ffc'0000, kSeccompAllow = 0x7fff'0000;

/// EINVAL: another mode is in force.
Result<void> enter_strict_mode();
/// Attaches a filter to the calling task, or to all tasks of its process: then the answer may be the id of a
/// thread whose filters differ. EACCES: neither no_new_privs nor CAP_SYS_ADMIN; EBUSY: there is a listener
/// already; EINVAL; ENOMEM.
enum class SeccompScope : u8 { Task, Process };
Result<int> attach_filter(Ref<SeccompFilter> filter, SeccompScope scope);
/// The filter attached to `task` as number `index`, from 0. EINVAL: it is not in filter mode; ENOENT.
Result<Ref<SeccompFilter>> nth_filter(Task& task, u64 index);
/// An ending task lets go of its filters.
void release_seccomp(Task& task);
/// Whether the call in `frame` is to run; if not, its result is set, or the task is to end.
bool allows_call(TrapFrame& frame);
/// A new task starts with what the calling one has.
void inherit_seccomp(Task& child);

} // namespace martlet
