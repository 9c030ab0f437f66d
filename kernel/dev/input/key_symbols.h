// Key symbols: what a key gives with one set of modifiers, as numbers (keymaps(5), ioctl_console(2) KDSKBENT).
//
// Programs see type and value (0x0141: function key string 0x41), or a Unicode character with its top four bits turned
// over. Tables hold the same number with these bits turned over again, so that characters are themselves.
#pragma once
#include "base/types.h"

namespace martlet {

enum class SymbolType : u8 {
    Latin,
    Function,
    Special,
    Pad,
    Dead,
    Console,
    Cursor,
    Shift,
    Meta,
    Ascii,
    Lock,
    Letter,
    StickyShift,
    Dead2,
    Braille,
    Count
};

inline constexpr u16 kSymbolTypeBits = 0xf000;

constexpr u16 key_symbol(SymbolType type, u8 value) {
    return static_cast<u16>(kSymbolTypeBits | static_cast<u32>(type) << 8 | value);
}
constexpr bool is_unicode_symbol(u16 symbol) { return symbol < kSymbolTypeBits; }
constexpr SymbolType symbol_type(u16 symbol) { return static_cast<SymbolType>(symbol >> 8 & 0xf); }
constexpr u8 symbol_value(u16 symbol) { return static_cast<u8>(symbol); }

// Values of SymbolType::Special.
enum class SpecialKey : u8 {
    Void, Enter, ShowRegisters, ShowMemory, ShowState, Break, LastConsole, CapsLock, NumLock, ScrollLock, ScrollForward,
    ScrollBackward, Boot, CapsOn, Compose, SecureAttention, PreviousConsole, NextConsole, KeyboardSignal, BareNumLock,
    AllocatedTable = 126, NoSuchTable = 127
};
constexpr u16 special_symbol(SpecialKey key) { return key_symbol(SymbolType::Special, static_cast<u8>(key)); }

// Values of SymbolType::Shift, and bits of a set of modifiers.
inline constexpr u8 kModifierShift = 0, kModifierAltGr = 1, kModifierControl = 2, kModifierAlt = 3,
                    kModifierCapsShift = 8, kModifierCount = 9;

// Values of SymbolType::Function that send what the cursor and editing keys do.
inline constexpr u8 kStringFind = 20, kStringInsert = 21, kStringRemove = 22, kStringSelect = 23, kStringPrior = 24,
                    kStringNext = 25;

} // namespace martlet
