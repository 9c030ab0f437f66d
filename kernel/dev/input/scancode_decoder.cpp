// Scan code set 1 (IBM PC/AT technical reference; the "Pause" key sends E1 1D 45 E1 9D C5 and no release).
#include "dev/input/scancode_decoder.h"

namespace martlet {
namespace {

constexpr u8 kExtendedPrefix = 0xe0, kPausePrefix = 0xe1, kReleaseBit = 0x80;
constexpr u8 kLastPlainCode = 0x58; // set 1 and the key codes are the same up to here

Key extended_key(u8 code) {
    switch (code) {
    case 0x1c: return Key::KeypadEnter;
    case 0x1d: return Key::RightControl;
    case 0x35: return Key::KeypadSlash;
    case 0x37: return Key::PrintScreen;
    case 0x38: return Key::RightAlt;
    case 0x46: return Key::Pause; // with Control: Break
    case 0x47: return Key::Home;
    case 0x48: return Key::Up;
    case 0x49: return Key::PageUp;
    case 0x4b: return Key::Left;
    case 0x4d: return Key::Right;
    case 0x4f: return Key::End;
    case 0x50: return Key::Down;
    case 0x51: return Key::PageDown;
    case 0x52: return Key::Insert;
    case 0x53: return Key::Delete;
    case 0x5b: return Key::LeftMeta;
    case 0x5c: return Key::RightMeta;
    case 0x5d: return Key::Menu;
    default: return Key::None; // among them 2A and 36, shifts that the keyboard makes up around the grey keys
    }
}

/// Keys of Japanese and Brazilian keyboards, above where the numbers agree.
Key plain_key(u8 code) {
    switch (code) {
    case 0x70: return Key::KatakanaHiragana;
    case 0x73: return Key::Ro;
    case 0x79: return Key::Henkan;
    case 0x7b: return Key::Muhenkan;
    case 0x7d: return Key::Yen;
    case 0x7e: return Key::KeypadComma;
    default: return code <= kLastPlainCode ? static_cast<Key>(code) : Key::None;
    }
}

} // namespace

std::optional<KeyEvent> ScancodeDecoder::feed(u8 byte) {
    if (byte == kExtendedPrefix || byte == kPausePrefix) {
        prefix_ = byte == kExtendedPrefix ? Prefix::Extended : Prefix::Pause1;
        return std::nullopt;
    }
    Prefix prefix = prefix_;
    prefix_ = Prefix::None;
    u8 code = byte & 0x7f;
    KeyState state = byte & kReleaseBit ? KeyState::Released : KeyState::Pressed;
    if (prefix == Prefix::Pause1) {
        prefix_ = Prefix::Pause2;
        return std::nullopt;
    }
    if (prefix == Prefix::Pause2) return KeyEvent{Key::Pause, state};
    Key key = prefix == Prefix::Extended ? extended_key(code) : plain_key(code);
    if (key == Key::None) return std::nullopt;
    return KeyEvent{key, state};
}

u8 encode_scancode(KeyEvent event, u8* bytes) {
    u8 release = event.state == KeyState::Released ? kReleaseBit : 0;
    u8 key = static_cast<u8>(event.key);
    u8 count = 0;
    if (event.key == Key::Pause) {
        for (u8 code : {kPausePrefix, u8(0x1d | release), u8(0x45 | release)}) bytes[count++] = code;
    } else if (key <= kLastPlainCode) {
        bytes[count++] = key | release;
    } else {
        u8 code = 1;
        while (code < kReleaseBit && plain_key(code) != event.key) ++code;
        if (code < kReleaseBit) {
            bytes[0] = code | release;
            return 1;
        }
        code = 1;
        while (code < kReleaseBit && extended_key(code) != event.key) ++code;
        if (code == kReleaseBit) return 0;
        if (event.key == Key::PrintScreen)
            for (u8 shift : {kExtendedPrefix, u8(0x2a | release)}) bytes[count++] = shift;
        bytes[count++] = kExtendedPrefix;
        bytes[count++] = code | release;
    }
    return count;
}

} // namespace martlet
