// The alternate signal stack (sigaltstack(2)).
#pragma once
#include "abi/signal.h"
#include "base/result.h"

namespace martlet {

constexpr bool is_on_alternate_stack(const abi::AlternateStack& stack, u64 stack_pointer) {
    if (stack.flags & abi::kSsAutoDisarm) return false;
    return stack_pointer > stack.address && stack_pointer - stack.address <= stack.size;
}

/// With the flags as the call reports them: SS_ONSTACK, SS_DISABLE or 0, and SS_AUTODISARM.
constexpr abi::AlternateStack alternate_stack_for_user(const abi::AlternateStack& stack, u64 stack_pointer) {
    abi::AlternateStack shown = stack;
    shown.flags = stack.size == 0                               ? abi::kSsDisable
                  : is_on_alternate_stack(stack, stack_pointer) ? abi::kSsOnStack
                                                                : 0;
    shown.flags |= stack.flags & abi::kSsAutoDisarm;
    return shown;
}

/// What AT_MINSIGSTKSZ tells.
u64 minimum_signal_stack_size();

/// Sets the calling task's. EPERM: it is in use; EINVAL: bad flags; ENOMEM: too small.
Result<void> set_alternate_stack(const abi::AlternateStack& stack, u64 stack_pointer);

} // namespace martlet
