// What a panic says about the running process: its number and the system call it is in.
#include "arch/context.h"
#include "base/format.h"
#include "base/init.h"
#include "debug/panic.h"
#include "proc/process.h"
#include "proc/task.h"
#include "syscall/table.h"

namespace martlet {
namespace {

void describe(std::span<char> text) {
    Task* task = current_task_or_null();
    if (!task) return;
    u64 number = user_trap_frame(*task).orig_rax;
    const SyscallRow* row = number == ~0ull ? nullptr : find_syscall_row(number);
    std::string_view call = row ? row->name : "none";
    format(text, "Process %d, thread %d, system call: %.*s", task->process().id(), task->thread_id(),
           static_cast<int>(call.size()), call.data());
}

void register_panic_describer() { set_panic_describer(describe); }
INIT_TASK(Processes, register_panic_describer);

} // namespace
} // namespace martlet
