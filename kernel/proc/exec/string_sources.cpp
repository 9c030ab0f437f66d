#include "proc/exec/string_sources.h"

#include "proc/task.h"

namespace martlet {

namespace {
constexpr usize kMaximumStringSize = 128 * kKiB; // MAX_ARG_STRLEN, with the NUL
constexpr usize kMaximumCount = 0x7fffffff;
constexpr usize kScratchSize = 1024; // most strings are shorter
} // namespace

Result<usize> UserStrings::count() {
    if (!pointers_) return 0;
    usize count = 0;
    while (TRY((pointers_ + count).load()) != 0) {
        if (++count >= kMaximumCount) return Error(Errno::E2BIG);
        if (count % 4096 == 0 && current_thread()->has_work(ThreadWork::KillPending)) return Error(Errno::kRestartSys);
    }
    return count;
}

Result<u64> UserStrings::push(usize index, ArgumentStack& stack) {
    u64 address = TRY((pointers_ + index).load());
    if (!scratch_) scratch_.reset(new (std::nothrow) char[kScratchSize]);
    if (!scratch_) return Error(Errno::ENOMEM);
    usize size = arch_copy_string_from_user(scratch_.get(), address, kScratchSize);
    if (size == ~usize{0}) return Error(Errno::EFAULT);
    if (size < kScratchSize) {
        TRY(stack.push_string({scratch_.get(), size}));
        return size + 1;
    }
    String text = TRY(copy_user_string(UserString(address), kMaximumStringSize - 1, Errno::E2BIG));
    TRY(stack.push_string(text));
    return text.size() + 1;
}

Result<void> KernelStrings::set_first(std::string_view text) {
    strings_[0] = TRY(String::create(text));
    return {};
}

Result<void> KernelStrings::set_variable(String text, usize name_size) {
    std::string_view prefix = text.view().substr(0, name_size + 1);
    for (String& each : strings_) {
        if (!each.view().starts_with(prefix)) continue;
        each = std::move(text);
        return {};
    }
    return add(std::move(text));
}

Result<u64> KernelStrings::push(usize index, ArgumentStack& stack) {
    TRY(stack.push_string(strings_[index]));
    return strings_[index].size() + 1;
}

} // namespace martlet
