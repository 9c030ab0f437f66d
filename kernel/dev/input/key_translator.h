// KeyTranslator: key events to the bytes that a terminal sends (TERM=linux; console_codes(4), keymaps(5)), and to the
// actions that the console itself takes. Holds the state of modifiers and locks. Pure.
//
// Alt puts ESC before the bytes. With a modifier the cursor and editing keys send xterm's form (CSI 1;5D).
#pragma once
#include <span>

#include "dev/input/keymap.h"

namespace martlet {

/// Modes that the program on the terminal has set.
struct KeyModes {
    bool application_cursor = false, application_keypad = false, newline = false;
};

enum class KeyAction : u8 { None, Send, ScrollUp, ScrollDown, Reboot, SwitchConsole, PreviousConsole, NextConsole };

struct KeyLocks {
    bool caps = false, num = false, scroll = false;
};

struct KeyResult {
    KeyAction action = KeyAction::None;
    u8 bytes[12] = {};
    u8 count = 0;
    u8 console = 0; // SwitchConsole: 1…
    bool locks_changed = false;
    std::span<const u8> text() const { return {bytes, count}; }
};

class KeyTranslator {
public:
    explicit KeyTranslator(const Keymap& keymap) : keymap_(&keymap) {}
    void set_keymap(const Keymap& keymap) { keymap_ = &keymap; }
    KeyResult translate(KeyEvent event, const KeyModes& modes);

    KeyLocks locks() const { return locks_; }
    void set_locks(KeyLocks locks) { locks_ = locks; }

private:
    bool is_down(Key key) const { return (down_[static_cast<u8>(key) / 8] >> (static_cast<u8>(key) % 8)) & 1; }
    bool shift() const { return is_down(Key::LeftShift) || is_down(Key::RightShift); }
    bool control() const { return is_down(Key::LeftControl) || is_down(Key::RightControl); }
    bool alternate() const { return keymap_->has_alternate && is_down(Key::RightAlt); }
    bool alt() const { return is_down(Key::LeftAlt) || (!keymap_->has_alternate && is_down(Key::RightAlt)); }
    u32 xterm_modifier() const { return 1u + shift() + 2 * alt() + 4 * control(); }

    bool console_action(Key key, KeyResult& result) const;
    bool toggle_lock(Key key, KeyResult& result);
    bool send_keypad(Key key, const KeyModes& modes, KeyResult& result) const;
    bool send_function(Key key, const KeyModes& modes, KeyResult& result) const;
    void send_character(Key key, KeyResult& result) const;
    void send_simple(Key key, const KeyModes& modes, KeyResult& result) const;

    const Keymap* keymap_;
    u8 down_[kKeyCount / 8] = {};
    KeyLocks locks_;
};

} // namespace martlet
