#include "dev/vt/keyboard_modes.h"

#include "dev/input/scancode_decoder.h"

namespace martlet {

KeyResult untranslated_key(KeyEvent event, KeyboardMode mode) {
    KeyResult result;
    constexpr u8 kReleased = 0x80;
    u8 release = event.state == KeyState::Released ? kReleased : 0;
    if (mode == KeyboardMode::MediumRaw) {
        result.bytes[0] = static_cast<u8>(static_cast<u8>(event.key) | release);
        result.count = 1;
    } else if (mode == KeyboardMode::Raw) {
        result.count = encode_scancode(event, result.bytes);
    }
    if (result.count != 0) result.action = KeyAction::Send;
    return result;
}

} // namespace martlet
