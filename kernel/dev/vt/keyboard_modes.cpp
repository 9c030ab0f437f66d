#include "dev/vt/keyboard_modes.h"

#include "dev/input/scancode_decoder.h"

namespace martlet {

KeyResult untranslated_key(KeyEvent event, KeyboardMode mode, u8 (&buffer)[6]) {
    constexpr u8 kReleased = 0x80;
    usize count = 0;
    if (mode == KeyboardMode::MediumRaw) {
        buffer[0] = static_cast<u8>(static_cast<u8>(event.key) | (event.state == KeyState::Released ? kReleased : 0));
        count = 1;
    } else if (mode == KeyboardMode::Raw) {
        count = encode_scancode(event, buffer);
    }
    return {count > 0 ? KeyAction::Send : KeyAction::None, 0, {reinterpret_cast<const char*>(buffer), count}};
}

} // namespace martlet
