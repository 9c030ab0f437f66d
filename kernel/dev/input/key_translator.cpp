// From keys to bytes.
#include "dev/input/key_translator.h"

#include <algorithm>

namespace martlet {
namespace {

constexpr u8 kEscape = 0x1b;

} // namespace

KeyResult KeyTranslator::translate(KeyEvent event, const KeyModes& modes, KeyLocks& locks, Translate wanted) {
    u8 code = static_cast<u8>(event.key);
    if (code >= kKeyCount) return {};
    u8 bit = static_cast<u8>(1u << (code % 8));
    bool is_repeat = event.state == KeyState::Pressed && (down_[code / 8] & bit) != 0;
    event.state == KeyState::Pressed ? down_[code / 8] |= bit : down_[code / 8] &= static_cast<u8>(~bit);

    u32 table = (modifiers_ | sticky_) ^ locked_;
    if (!keymap_.has_table(table)) {
        forget_modifiers();
        sticky_ = 0;
        return {};
    }
    u16 symbol = keymap_.symbol(table, code);
    bool is_modifier = !is_unicode_symbol(symbol) && (symbol_type(symbol) == SymbolType::Shift ||
                                                      symbol_type(symbol) == SymbolType::StickyShift);
    if (is_modifier) {
        if (is_repeat) return {};
        u16 before = modifiers_;
        shift(symbol_value(symbol), event.state);
        if (symbol_type(symbol) == SymbolType::StickyShift && event.state == KeyState::Pressed)
            sticky_ ^= static_cast<u16>(1u << symbol_value(symbol));
        return event.state == KeyState::Released && before != modifiers_ && number_ ? typed_number(modes) : KeyResult{};
    }
    if (event.state == KeyState::Released || wanted == Translate::No) return {};
    if (!is_unicode_symbol(symbol) && symbol_type(symbol) == SymbolType::Letter) {
        u32 shifted = table ^ (1u << kModifierShift);
        if (locks.caps && keymap_.has_table(shifted)) symbol = keymap_.symbol(shifted, code);
        if (!is_unicode_symbol(symbol) && symbol_type(symbol) == SymbolType::Letter)
            symbol = key_symbol(SymbolType::Latin, symbol_value(symbol));
    }
    sticky_ = 0;
    length_ = 0;
    return act(symbol, is_repeat, modes, locks);
}

KeyResult KeyTranslator::act(u16 symbol, bool is_repeat, const KeyModes& modes, KeyLocks& locks) {
    if (is_unicode_symbol(symbol)) return character(symbol, modes);
    u8 value = symbol_value(symbol);
    switch (symbol_type(symbol)) {
    case SymbolType::Latin: case SymbolType::Letter: return character(value, modes);
    case SymbolType::Function: return function(value);
    case SymbolType::Special: return special(static_cast<SpecialKey>(value), is_repeat, modes, locks);
    case SymbolType::Pad: return pad(value, modes, locks);
    case SymbolType::Dead: return dead(dead_key_character(value), modes);
    case SymbolType::Dead2: return dead(value, modes);
    case SymbolType::Console: return {KeyAction::SwitchConsole, static_cast<u8>(value + 1), {}};
    case SymbolType::Cursor: return cursor(value, modes.application_cursor);
    case SymbolType::Meta: return meta(value, modes);
    case SymbolType::Ascii: ascii_digit(value); return {};
    case SymbolType::Lock:
        if (!is_repeat) locked_ ^= static_cast<u16>(1u << value);
        return {};
    default: return {};
    }
}

KeyResult KeyTranslator::special(SpecialKey key, bool is_repeat, const KeyModes& modes, KeyLocks& locks) {
    switch (key) {
    case SpecialKey::Enter:
        if (mark_ != 0) append_character(std::exchange(mark_, 0), modes);
        append('\r');
        if (modes.newline) append('\n');
        return sent();
    case SpecialKey::CapsLock: locks.caps ^= !is_repeat; return {};
    case SpecialKey::CapsOn: locks.caps = true; return {};
    case SpecialKey::NumLock:
        if (modes.application_keypad) {
            for (u8 byte : {kEscape, u8('O'), u8('P')}) append(byte);
            return sent();
        }
        [[fallthrough]];
    case SpecialKey::BareNumLock: locks.num ^= !is_repeat; return {};
    case SpecialKey::ScrollLock: return {is_repeat ? KeyAction::None : KeyAction::HoldOutput, 0, {}};
    case SpecialKey::Compose: is_composing_ = true; return {};
    case SpecialKey::ScrollForward: return {KeyAction::ScrollDown, 0, {}};
    case SpecialKey::ScrollBackward: return {KeyAction::ScrollUp, 0, {}};
    case SpecialKey::Boot: return {KeyAction::Reboot, 0, {}};
    case SpecialKey::LastConsole: return {KeyAction::LastConsole, 0, {}};
    case SpecialKey::PreviousConsole: return {KeyAction::PreviousConsole, 0, {}};
    case SpecialKey::NextConsole: return {KeyAction::NextConsole, 0, {}};
    case SpecialKey::KeyboardSignal: return {KeyAction::RaiseSignal, 0, {}};
    case SpecialKey::Break: return {KeyAction::Break, 0, {}};
    default: return {};
    }
}

KeyResult KeyTranslator::pad(u8 value, const KeyModes& modes, const KeyLocks& locks) {
    constexpr char kCharacters[] = "0123456789+-*/\r,.?()#", kApplication[] = "pqrstuvwxylSRQMnnmPQS";
    constexpr u8 kComma = 15, kDot = 16, kEnter = 14;
    if (value >= sizeof(kCharacters) - 1) return {};
    bool is_shifted = modifiers_ & 1u << kModifierShift;
    if (modes.application_keypad && !is_shifted) {
        for (u8 byte : {kEscape, u8('O'), u8(kApplication[value])}) append(byte);
        return sent();
    }
    if (!locks.num) {
        switch (value) {
        case kComma: case kDot: return function(kStringRemove);
        case 0: return function(kStringInsert);
        case 1: return function(kStringSelect);
        case 2: return cursor(0, modes.application_cursor);
        case 3: return function(kStringNext);
        case 4: return cursor(1, modes.application_cursor);
        case 5:
            for (u8 byte : {kEscape, u8(modes.application_keypad ? 'O' : '['), u8('G')}) append(byte);
            return sent();
        case 6: return cursor(2, modes.application_cursor);
        case 7: return function(kStringFind);
        case 8: return cursor(3, modes.application_cursor);
        case 9: return function(kStringPrior);
        default: break;
        }
    }
    append(static_cast<u8>(kCharacters[value]));
    if (value == kEnter && modes.newline) append('\n');
    return sent();
}

KeyResult KeyTranslator::cursor(u8 value, bool application) {
    for (u8 byte : {kEscape, u8(application ? 'O' : '['), u8("BDCA"[value & 3])}) append(byte);
    return sent();
}

KeyResult KeyTranslator::meta(u8 value, const KeyModes& modes) {
    if (modes.meta_sets_bit) {
        append_character(value | 0x80, modes);
    } else {
        append(kEscape);
        append(value);
    }
    return sent();
}

KeyResult KeyTranslator::function(u8 index) {
    return {KeyAction::Send, 0, keymap_.function_string(index, buffer_)};
}

/// A character joins with the mark before it: the pair's result, the mark itself before a space or itself, or both.
KeyResult KeyTranslator::character(u32 code, const KeyModes& modes) {
    if (is_composing_) {
        is_composing_ = false;
        mark_ = code;
        return {};
    }
    if (u32 mark = std::exchange(mark_, 0)) {
        if (u32 joined = keymap_.joined(mark, code)) {
            code = joined;
        } else if (code == ' ' || code == mark) {
            code = mark;
        } else {
            append_character(mark, modes);
        }
    }
    append_character(code, modes);
    return sent();
}

KeyResult KeyTranslator::dead(u32 mark, const KeyModes& modes) {
    if (mark == 0) return {};
    if (mark_ == 0) {
        mark_ = mark;
        is_composing_ = false;
        return {};
    }
    u32 first = std::exchange(mark_, 0); // two dead keys: one character, or the first goes out and the second waits
    if (first == mark) {
        append_character(mark, modes);
    } else if (u32 joined = keymap_.joined(first, mark)) {
        mark_ = joined;
        return {};
    } else {
        append_character(first, modes);
        mark_ = mark;
    }
    return sent();
}

void KeyTranslator::shift(u8 modifier, KeyState state) {
    if (modifier >= kModifierCount) return;
    if (modifier == kModifierCapsShift) modifier = kModifierShift;
    u8& count = modifier_counts_[modifier];
    if (state == KeyState::Pressed) {
        if (count < 255) ++count;
    } else if (count > 0) {
        --count;
    }
    u16 bit = static_cast<u16>(1u << modifier);
    modifiers_ = static_cast<u16>(count > 0 ? modifiers_ | bit : modifiers_ & ~bit);
}

void KeyTranslator::forget_modifiers() {
    std::fill(std::begin(modifier_counts_), std::end(modifier_counts_), 0);
    modifiers_ = 0;
    for (u32 code = 0; code < kKeyCount; ++code) {
        u16 symbol = keymap_.symbol(0, code);
        bool is_down = down_[code / 8] >> (code % 8) & 1;
        if (is_down && !is_unicode_symbol(symbol) && symbol_type(symbol) == SymbolType::Shift)
            shift(symbol_value(symbol), KeyState::Pressed);
    }
}

/// Alt and digits of the keypad type a character by its number: decimal, or hexadecimal with AltGr.
void KeyTranslator::ascii_digit(u8 value) {
    u32 base = value < 10 ? 10 : 16, digit = value < 10 ? value : value - 10u;
    u32 number = number_.value_or(0) * base + digit;
    number_ = number > 0x10ffff ? 0 : number;
}

KeyResult KeyTranslator::typed_number(const KeyModes& modes) {
    u32 number = *std::exchange(number_, std::nullopt);
    length_ = 0;
    append_character(number, modes);
    return sent();
}

void KeyTranslator::append_character(u32 code, const KeyModes& modes) {
    if (!modes.is_unicode) {
        if (code < 0x100) append(static_cast<u8>(code));
        return;
    }
    if (code < 0x80) return append(static_cast<u8>(code));
    if (code < 0x800) {
        append(static_cast<u8>(0xc0 | code >> 6));
    } else {
        if (code >= 0x10000) append(static_cast<u8>(0xf0 | code >> 18));
        append(static_cast<u8>(code < 0x10000 ? 0xe0 | code >> 12 : 0x80 | (code >> 12 & 0x3f)));
        append(static_cast<u8>(0x80 | (code >> 6 & 0x3f)));
    }
    append(static_cast<u8>(0x80 | (code & 0x3f)));
}

KeyResult KeyTranslator::sent() {
    return {length_ > 0 ? KeyAction::Send : KeyAction::None, 0, {buffer_, length_}};
}

} // namespace martlet
