// ScancodeDecoder: bytes of a PC keyboard in scan code set 1 (as the controller translates them) to key events.
#pragma once
#include <optional>

#include "dev/input/key_codes.h"

namespace martlet {

class ScancodeDecoder {
public:
    /// The event that `byte` completes. Unknown codes give nothing.
    std::optional<KeyEvent> feed(u8 byte);

private:
    enum class Prefix : u8 { None, Extended, Pause1, Pause2 };
    Prefix prefix_ = Prefix::None;
};

/// The bytes that a keyboard would have sent for the event, at most 6; answers how many.
u8 encode_scancode(KeyEvent event, u8* bytes);

} // namespace martlet
