// Key codes: names of keys by position, with the numbers that Linux's input layer gives them (input-event-codes).
#pragma once
#include "base/types.h"

namespace martlet {

enum class Key : u8 {
    None = 0,
    Escape = 1,
    Digit1 = 2,
    Digit0 = 11,
    Minus = 12,
    Equal = 13,
    Backspace = 14,
    Tab = 15,
    Q = 16,
    P = 25,
    Enter = 28,
    LeftControl = 29,
    A = 30,
    Grave = 41,
    LeftShift = 42,
    Backslash = 43,
    Z = 44,
    Slash = 53,
    RightShift = 54,
    KeypadAsterisk = 55,
    LeftAlt = 56,
    Space = 57,
    CapsLock = 58,
    F1 = 59,
    F10 = 68,
    NumLock = 69,
    ScrollLock = 70,
    Keypad7 = 71,
    Keypad8 = 72,
    Keypad9 = 73,
    KeypadMinus = 74,
    Keypad4 = 75,
    Keypad5 = 76,
    Keypad6 = 77,
    KeypadPlus = 78,
    Keypad1 = 79,
    Keypad2 = 80,
    Keypad3 = 81,
    Keypad0 = 82,
    KeypadDot = 83,
    Extra102 = 86,
    F11 = 87,
    F12 = 88,
    Ro = 89,
    Henkan = 92,
    KatakanaHiragana = 93,
    Muhenkan = 94,
    KeypadEnter = 96,
    RightControl = 97,
    KeypadSlash = 98,
    PrintScreen = 99,
    RightAlt = 100,
    Home = 102,
    Up = 103,
    PageUp = 104,
    Left = 105,
    Right = 106,
    End = 107,
    Down = 108,
    PageDown = 109,
    Insert = 110,
    Delete = 111,
    Pause = 119,
    KeypadComma = 121,
    Yen = 124,
    LeftMeta = 125,
    RightMeta = 126,
    Menu = 127,
};
inline constexpr usize kKeyCount = 128;

enum class KeyState : u8 { Released, Pressed };

struct KeyEvent {
    Key key;
    KeyState state;
};

} // namespace martlet
