// Program execution (execve(2), execveat(2)).
#pragma once
#include "arch/trap_frame.h"
#include "proc/exec/argument_stack.h"
#include "vfs/operations.h"

namespace martlet {

/// Where argument and environment strings come from.
class StringSource {
public:
    /// E2BIG: more than can be.
    virtual Result<usize> count() = 0;
    /// Pushes string `index` and answers its size with the NUL. EFAULT, E2BIG, ENOMEM.
    virtual Result<u64> push(usize index, ArgumentStack& stack) = 0;

protected:
    ~StringSource() = default;
};

struct ExecRequest {
    NameAt program;
    u32 walk_flags;                // kWalk…
    std::string_view display_name; // AT_EXECFN, and the script's name for its interpreter
    bool is_name_lost;             // fexecve of a close-on-exec descriptor: a script could not be opened again (ENOENT)
    StringSource& arguments;
    StringSource& environment;
};

/// Replaces the calling task's program. On success `frame` starts the new one; on failure nothing has changed.
Result<void> execute(TrapFrame& frame, const ExecRequest& request);

} // namespace martlet
