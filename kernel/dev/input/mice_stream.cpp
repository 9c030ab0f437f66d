#include "dev/input/mice_stream.h"

#include <algorithm>

namespace martlet {
namespace {

constexpr u8 kWheelSequence[] = {0xf3, 200, 0xf3, 100, 0xf3, 80}, kFiveSequence[] = {0xf3, 200, 0xf3, 200, 0xf3, 80};
constexpr u8 kAcknowledge = 0xfa, kPoll = 0xeb, kGetKind = 0xf2, kGetStatus = 0xe9, kReset = 0xff;

} // namespace

/// Movement adds up while the buttons stay; each change of these is an event of its own.
void MiceStream::add(const MouseEvent& event) {
    MouseEvent* last = count_ != 0 ? &events_[(first_ + count_ - 1) % kEvents] : nullptr;
    if (!last || last->buttons != event.buttons) {
        if (!last && event.buttons == last_buttons_ && event.right == 0 && event.up == 0 && event.wheel == 0) return;
        if (count_ < kEvents) last = &events_[(first_ + count_++) % kEvents];
        *last = {0, 0, 0, event.buttons};
    }
    constexpr i32 kFarthest = 1 << 20;
    last->right = std::clamp(last->right + event.right, -kFarthest, kFarthest);
    last->up = std::clamp(last->up + event.up, -kFarthest, kFarthest);
    last->wheel = std::clamp(last->wheel + event.wheel, -kFarthest, kFarthest);
}

/// Takes a packet's worth of the first event.
u8 MiceStream::make_packet(u8* bytes) {
    MouseEvent none{0, 0, 0, last_buttons_};
    MouseEvent& event = count_ != 0 ? events_[first_] : none;
    i32 right = std::clamp(event.right, -127, 127), up = std::clamp(event.up, -127, 127);
    bytes[0] = static_cast<u8>(0x08 | (right < 0) << 4 | (up < 0) << 5 | (event.buttons & 7));
    bytes[1] = static_cast<u8>(right);
    bytes[2] = static_cast<u8>(up);
    event.right -= right;
    event.up -= up;
    u8 size = 3;
    if (kind_ == Kind::Plain) {
        event.wheel = 0;
    } else {
        i32 limit = kind_ == Kind::Wheel ? 127 : 7, wheel = std::clamp(event.wheel, -limit, limit);
        event.wheel -= wheel;
        bytes[3] = kind_ == Kind::Wheel ? static_cast<u8>(wheel)
                                        : static_cast<u8>((wheel & 0x0f) | (event.buttons & 0x18) << 1);
        size = 4;
    }
    last_buttons_ = event.buttons;
    if (count_ != 0 && event.right == 0 && event.up == 0 && event.wheel == 0) {
        first_ = (first_ + 1) % kEvents;
        --count_;
    }
    return size;
}

void MiceStream::follow_sequence(u8 byte) {
    auto follow = [byte](u8& step, const u8 (&sequence)[6]) {
        step = byte == sequence[step] ? static_cast<u8>(step + 1) : byte == sequence[0] ? 1 : 0;
        if (step < sizeof sequence) return false;
        step = 0;
        return true;
    };
    if (follow(wheel_step_, kWheelSequence)) kind_ = Kind::Wheel;
    if (follow(five_step_, kFiveSequence)) kind_ = Kind::FiveButtons;
}

void MiceStream::command(u8 byte) {
    follow_sequence(byte);
    answer_[0] = kAcknowledge;
    answer_size_ = 1;
    switch (byte) {
    case kPoll: answer_size_ = static_cast<u8>(1 + make_packet(answer_ + 1)); break;
    case kGetKind:
        answer_[1] = static_cast<u8>(kind_);
        answer_size_ = 2;
        break;
    case kGetStatus:
        answer_[1] = 0x60;
        answer_[2] = 3;
        answer_[3] = 200;
        answer_size_ = 4;
        break;
    case kReset:
        kind_ = Kind::Plain;
        wheel_step_ = five_step_ = 0;
        answer_[1] = 0xaa;
        answer_[2] = 0;
        answer_size_ = 3;
        break;
    default: break;
    }
    answer_left_ = answer_size_;
}

usize MiceStream::read(std::span<u8> to) {
    if (answer_left_ == 0 && count_ != 0) answer_left_ = answer_size_ = make_packet(answer_);
    usize size = std::min<usize>(to.size(), answer_left_);
    std::copy_n(answer_ + answer_size_ - answer_left_, size, to.data());
    answer_left_ = static_cast<u8>(answer_left_ - size);
    return size;
}

} // namespace martlet
