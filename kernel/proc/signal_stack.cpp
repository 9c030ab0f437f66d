#include "proc/signal_stack.h"

#include "arch/context.h"
#include "proc/task.h"

namespace martlet {

u64 minimum_signal_stack_size() {
    // Frame, extended state with its alignment and end mark, red zone: what AT_MINSIGSTKSZ tells.
    return align_up(sizeof(abi::SignalFrame) + fpu_state_size() + 64 + 16 + sizeof(u32), 16);
}

Result<void> set_alternate_stack(const abi::AlternateStack& stack, u64 stack_pointer) {
    Task& task = current_task();
    if (is_on_alternate_stack(task.signals.alternate_stack, stack_pointer)) return Error(Errno::EPERM);
    u32 mode = stack.flags & ~abi::kSsAutoDisarm;
    if (mode != 0 && mode != abi::kSsDisable && mode != abi::kSsOnStack) return Error(Errno::EINVAL);
    if (mode == abi::kSsDisable) {
        task.signals.alternate_stack = {};
        return {};
    }
    if (stack.size < abi::kMinimumSignalStackSize) return Error(Errno::ENOMEM);
    task.signals.alternate_stack = {
        .address = stack.address, .flags = stack.flags & abi::kSsAutoDisarm, .padding = 0, .size = stack.size};
    return {};
}

} // namespace martlet
