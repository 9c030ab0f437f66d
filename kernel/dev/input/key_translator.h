// KeyTranslator: key events to the bytes that a terminal sends, and to the actions that the console itself
// takes, as a Keymap says (keymaps(5), console_codes(4)). Holds the state of modifiers, of a dead key and of
// a number typed with Alt; the locks are the terminal's. Pure.
#pragma once
#include <optional>

#include "dev/input/keymap.h"

namespace martlet {

/// Modes that the program on the terminal has set.
struct KeyModes {
    bool application_cursor = false, application_keypad = false, newline = false;
    bool meta_sets_bit = false; // instead of ESC before the character
    bool is_unicode = true;     // UTF-8; otherwise Latin-1
};

struct KeyLocks {
    bool caps = false, num = false, scroll = false;
    bool operator==(const KeyLocks&) const = default;
};

enum class KeyAction : u8 {
    None,
    Send,
    ScrollUp,
    ScrollDown,
    Reboot,
    SwitchConsole,
    PreviousConsole,
    NextConsole,
    LastConsole,
    Break,
    HoldOutput,
    RaiseSignal
};

struct KeyResult {
    KeyAction action = KeyAction::None;
    u8 console = 0; // SwitchConsole: 1…
    std::string_view text; // Send: valid until the next event or change of the keymap
};

class KeyTranslator {
public:
    explicit KeyTranslator(const Keymap& keymap) : keymap_(keymap) {}
    /// Without translating it, for modes in which the program gets the keys raw, only the modifiers are followed.
    enum class Translate : u8 { No, Yes };
    KeyResult translate(KeyEvent event, const KeyModes& modes, KeyLocks& locks, Translate wanted = Translate::Yes);
    /// After a change of the keymap, or keys whose release got lost.
    void forget_modifiers();
    /// The bits of TIOCLINUX 6: Shift 1, AltGr 2, Control 4, Alt 8.
    u8 modifiers() const { return static_cast<u8>(modifiers_); }

private:
    KeyResult act(u16 symbol, bool is_repeat, const KeyModes& modes, KeyLocks& locks);
    KeyResult special(SpecialKey key, bool is_repeat, const KeyModes& modes, KeyLocks& locks);
    KeyResult pad(u8 value, const KeyModes& modes, const KeyLocks& locks);
    KeyResult cursor(u8 value, bool application);
    KeyResult meta(u8 value, const KeyModes& modes);
    KeyResult function(u8 index);
    KeyResult character(u32 code, const KeyModes& modes);
    KeyResult dead(u32 mark, const KeyModes& modes);
    void shift(u8 modifier, KeyState state);
    KeyResult typed_number(const KeyModes& modes);
    void ascii_digit(u8 value);

    void append(u8 byte) {
        if (length_ < sizeof(buffer_)) buffer_[length_++] = static_cast<char>(byte);
    }
    void append_character(u32 code, const KeyModes& modes);
    KeyResult sent();

    const Keymap& keymap_;
    u8 down_[kKeyCount / 8] = {};
    u8 modifier_counts_[kModifierCount] = {}; // keys that hold it down
    u16 modifiers_ = 0, locked_ = 0, sticky_ = 0;
    u32 mark_ = 0;            // of a dead key, or the first of a Compose pair
    bool is_composing_ = false;
    std::optional<u32> number_; // typed with Alt on the keypad
    char buffer_[32] = {};
    u8 length_ = 0;
};

} // namespace martlet
