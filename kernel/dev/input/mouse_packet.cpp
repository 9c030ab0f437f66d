#include "dev/input/mouse_packet.h"

namespace martlet {
namespace {

constexpr u8 kAlwaysSet = 0x08, kSignRight = 0x10, kSignUp = 0x20, kOverflow = 0xc0, kButtons = 0x07;

} // namespace

std::optional<MouseEvent> MousePacketDecoder::feed(u8 byte) {
    if (count_ == 0 && !(byte & kAlwaysSet)) return std::nullopt;
    bytes_[count_++] = byte;
    if (count_ < (kind_ == 0 ? 3 : 4)) return std::nullopt;
    count_ = 0;
    MouseEvent event;
    event.buttons = bytes_[0] & kButtons;
    if (!(bytes_[0] & kOverflow)) {
        event.right = bytes_[1] - (bytes_[0] & kSignRight ? 256 : 0);
        event.up = bytes_[2] - (bytes_[0] & kSignUp ? 256 : 0);
    }
    if (kind_ == 3) event.wheel = static_cast<i8>(bytes_[3]);
    if (kind_ == 4) {
        event.wheel = static_cast<i8>(static_cast<u8>(bytes_[3] << 4)) >> 4;
        event.buttons |= static_cast<u8>(bytes_[3] >> 1 & 0x18);
    }
    return event;
}

} // namespace martlet
