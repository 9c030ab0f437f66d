#include "dev/input/ps2_device.h"

#include <algorithm>

namespace martlet {

void Ps2Device::send(std::span<const u8> bytes) {
    if (command_count_ + bytes.size() > kCommandMax) return;
    bool was_idle = command_count_ == 0;
    std::copy(bytes.begin(), bytes.end(), commands_ + command_count_);
    command_count_ += bytes.size();
    if (was_idle && command_count_ != 0) write_(commands_[0]);
}

void Ps2Device::answer(u8 byte) {
    constexpr u32 kMaxResends = 3;
    if (byte == kAcknowledge || ++resends_ > kMaxResends) {
        resends_ = 0;
        std::copy(commands_ + 1, commands_ + command_count_, commands_);
        --command_count_;
    }
    if (command_count_ != 0) write_(commands_[0]);
}

void Ps2Device::process_received() {
    RawInput items[32];
    while (usize count = received_.pop(items)) {
        for (const RawInput& item : std::span(items).first(count)) {
            bool is_answer = command_count_ != 0 && (item.byte == kAcknowledge || item.byte == kResend);
            is_answer ? answer(item.byte) : receive_(item.byte);
        }
    }
}

} // namespace martlet
