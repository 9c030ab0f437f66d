// MousePacketDecoder: the bytes of a PS/2 mouse, of three or with a wheel four a packet, to events. Pure.
#pragma once
#include <optional>

#include "dev/input/mouse.h"

namespace martlet {

class MousePacketDecoder {
public:
    /// The mouse's number as it tells it: 0 plain, 3 with a wheel, 4 with five buttons.
    void set_kind(u8 kind) { kind_ = kind, count_ = 0; }
    /// The event that `byte` completes. Bytes that begin no packet are dropped, so that a lost one costs one packet.
    std::optional<MouseEvent> feed(u8 byte);

private:
    u8 kind_ = 0, count_ = 0;
    u8 bytes_[4] = {};
};

} // namespace martlet
