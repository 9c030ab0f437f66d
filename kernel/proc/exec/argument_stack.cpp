#include "proc/exec/argument_stack.h"

#include <string.h>

#include <algorithm>

namespace martlet {

namespace {
constexpr u64 kPage = 4096;
}

ArgumentStack::ArgumentStack(StackSink& sink, u64 top, u64 limit_bytes, std::span<u8, 4096> page)
    : sink_(sink), position_(top), top_(top), limit_bytes_(limit_bytes), page_(page),
      window_(align_down(top - 1, kPage)), window_low_(top), window_high_(top) {
    memset(page_.data(), 0, page_.size());
}

Result<void> ArgumentStack::flush() {
    if (window_low_ >= window_high_) return {};
    TRY(sink_.write(window_low_, page_.subspan(window_low_ - window_, window_high_ - window_low_)));
    window_low_ = window_high_;
    return {};
}

/// Makes the page below the position the current one.
Result<void> ArgumentStack::move_window() {
    u64 page = align_down(position_ - 1, kPage);
    if (page == window_) return {};
    TRY(flush());
    window_ = page;
    window_low_ = window_high_ = position_;
    memset(page_.data(), 0, page_.size());
    return {};
}

Result<void> ArgumentStack::push(std::span<const u8> bytes) {
    if (bytes.size() > limit_bytes_ || top_ - position_ + pointer_bytes_ > limit_bytes_ - bytes.size())
        return Error(Errno::E2BIG);
    while (!bytes.empty()) {
        TRY(move_window());
        u64 room = position_ - window_;
        u64 count = std::min<u64>(room, bytes.size());
        memcpy(page_.data() + (room - count), bytes.data() + (bytes.size() - count), count);
        position_ -= count;
        window_low_ = std::min(window_low_, position_);
        bytes = bytes.first(bytes.size() - count);
    }
    return {};
}

Result<void> ArgumentStack::push_string(std::string_view text) {
    static constexpr u8 kNul[1] = {0};
    TRY(push(kNul));
    return push({reinterpret_cast<const u8*>(text.data()), text.size()});
}

Result<void> ArgumentStack::reserve_pointer() {
    pointer_bytes_ += sizeof(u64);
    if (top_ - position_ + pointer_bytes_ > limit_bytes_) return Error(Errno::E2BIG);
    return {};
}

} // namespace martlet
