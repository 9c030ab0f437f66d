// wchan, stack, syscall: where a task is in the kernel (proc(5)).
//
// A sleeping task's frames are read from its kernel stack, which its reference keeps mapped; one that starts to run
// meanwhile gives nonsense, but every address is checked to lie on that stack.
#include "arch/context.h"
#include "debug/backtrace.h"
#include "fs/proc/process_entries.h"

namespace martlet {
namespace {

using ulong = unsigned long long;
constexpr u32 kMaxFrames = 32;

Ref<Task> task_of(const ProcSubject& subject) { return subject.task ? subject.task : next_task(*subject.process, 0); }

bool is_asleep(const Task& task) { return task.state() != ThreadState::Runnable && task.state() != ThreadState::Dead; }

/// Calls visit(address) for each return address until it answers false.
template <typename Visit> void walk_sleeping_stack(const Task& task, Visit visit) {
    SwitchedOutFrame frame = switched_out_frame(task);
    u64 bottom = task.kernel_stack_base(), top = task.kernel_stack_top();
    u64 address = frame.return_address, pointer = frame.frame_pointer;
    for (u32 depth = 0; depth < kMaxFrames; ++depth) {
        if (!find_kernel_symbol(address) || !visit(address)) return;
        if (pointer < bottom || pointer > top - 2 * sizeof(u64) || pointer % sizeof(u64) != 0) return;
        auto* words = reinterpret_cast<const u64*>(pointer);
        address = words[1];
        if (words[0] != 0 && words[0] <= pointer) return;
        pointer = words[0];
    }
}

/// "martlet::(anonymous namespace)::Pipe::read(martlet::IoCursor&)" becomes "Pipe::read": one word, as programs expect.
std::string_view short_name(std::string_view name) {
    constexpr std::string_view kOwn = "martlet::", kNameless = "(anonymous namespace)::";
    for (bool again = true; again;) {
        again = name.starts_with(kOwn) || name.starts_with(kNameless);
        if (name.starts_with(kOwn)) name.remove_prefix(kOwn.size());
        else if (name.starts_with(kNameless)) name.remove_prefix(kNameless.size());
    }
    return name.substr(0, name.find_first_of("(< "));
}

/// The machinery of waiting itself says nothing about what is waited for.
bool is_waiting_machinery(std::string_view name) {
    for (std::string_view prefix : {"Scheduler::", "WaitQueue::", "Mutex::", "InterruptibleLock::",
                                    "sleep_until", "Timer", "Waiter", "switch_"})
        if (name.starts_with(prefix)) return true;
    return name.empty() || name.starts_with("bool") || name.starts_with("martlet::Result");
}

} // namespace

Result<void> show_wchan(TextBuffer& text, const ProcSubject& subject) {
    Ref<Task> task = task_of(subject);
    std::string_view place = "0";
    if (task && may_inspect(*subject.process) && is_asleep(*task)) {
        walk_sleeping_stack(*task, [&](u64 address) {
            std::optional<SymbolMatch> symbol = find_kernel_symbol(address - 1);
            std::string_view name = symbol ? short_name(symbol->name) : std::string_view();
            if (is_waiting_machinery(name)) return true;
            place = name;
            return false;
        });
    }
    text.append(place);
    return {};
}

Result<void> show_kernel_stack(TextBuffer& text, const ProcSubject& subject) {
    if (!current_task().credentials().has(Capability::SysAdmin)) return Error(Errno::EACCES);
    Ref<Task> task = task_of(subject);
    if (!task) return Error(Errno::ESRCH);
    if (!is_asleep(*task)) return {};
    walk_sleeping_stack(*task, [&](u64 address) {
        std::optional<SymbolMatch> symbol = find_kernel_symbol(address - 1);
        std::string_view name = symbol ? short_name(symbol->name) : "?";
        text.append("[<0>] ");
        text.append(name);
        text.print("+0x%llx\n", static_cast<ulong>(symbol ? symbol->offset + 1 : 0));
        return true;
    });
    return {};
}

Result<void> show_syscall(TextBuffer& text, const ProcSubject& subject) {
    if (!may_inspect(*subject.process)) return Error(Errno::EPERM);
    Ref<Task> task = task_of(subject);
    if (!task) return Error(Errno::ESRCH);
    if (!is_asleep(*task) && task.get() != &current_task()) {
        text.append("running\n");
        return {};
    }
    const TrapFrame& frame = user_trap_frame(*task);
    if (frame.orig_rax == ~0ull) {
        text.print("-1 0x%llx 0x%llx\n", static_cast<ulong>(frame.rsp), static_cast<ulong>(frame.rip));
        return {};
    }
    text.print("%lld", static_cast<long long>(frame.orig_rax));
    for (u64 value : {frame.rdi, frame.rsi, frame.rdx, frame.r10, frame.r8, frame.r9, frame.rsp, frame.rip})
        text.print(" 0x%llx", static_cast<ulong>(value));
    text.append("\n");
    return {};
}

} // namespace martlet
