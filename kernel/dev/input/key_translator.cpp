// From keys to bytes.
#include "dev/input/key_translator.h"

#include "base/format.h"

namespace martlet {
namespace {

constexpr u8 kEscape = 0x1b, kDelete = 0x7f;

void append(KeyResult& result, u8 byte) {
    result.action = KeyAction::Send;
    if (result.count < sizeof(result.bytes)) result.bytes[result.count++] = byte;
}

void append(KeyResult& result, const char* text) {
    for (; *text; ++text) append(result, static_cast<u8>(*text));
}

void append_utf8(KeyResult& result, u32 code_point) {
    if (code_point < 0x80) return append(result, static_cast<u8>(code_point));
    if (code_point < 0x800) {
        append(result, static_cast<u8>(0xc0 | code_point >> 6));
    } else {
        append(result, static_cast<u8>(0xe0 | code_point >> 12));
        append(result, static_cast<u8>(0x80 | (code_point >> 6 & 0x3f)));
    }
    append(result, static_cast<u8>(0x80 | (code_point & 0x3f)));
}

/// What Control makes of a character; the character itself if nothing.
u32 control_character(u32 character) {
    if ((character >= 'a' && character <= 'z') || (character >= '@' && character <= '_')) return character & 0x1f;
    switch (character) {
    case ' ': case '2': case '`': return 0;
    case '3': return 0x1b;
    case '4': return 0x1c;
    case '5': return 0x1d;
    case '6': case '~': return 0x1e;
    case '7': case '/': case '-': return 0x1f;
    case '8': case '?': return kDelete;
    default: return character;
    }
}

/// The number of a key that sends CSI number ~; 0 for others.
u32 tilde_number(Key key) {
    switch (key) {
    case Key::Home: return 1;
    case Key::Insert: return 2;
    case Key::Delete: return 3;
    case Key::End: return 4;
    case Key::PageUp: return 5;
    case Key::PageDown: return 6;
    case Key::F11: return 23;
    case Key::F12: return 24;
    default: break;
    }
    u32 function = static_cast<u32>(key) - static_cast<u32>(Key::F1) + 1;
    return function >= 6 && function <= 10 ? function + 11 : 0;
}

char arrow_letter(Key key) {
    switch (key) {
    case Key::Up: return 'A';
    case Key::Down: return 'B';
    case Key::Right: return 'C';
    case Key::Left: return 'D';
    default: return 0;
    }
}

struct KeypadKey {
    Key key;
    char digit;
    char application; // after ESC O
    Key navigation;   // without Num Lock
};
constexpr KeypadKey kKeypad[] = {
    {Key::Keypad7, '7', 'w', Key::Home},   {Key::Keypad8, '8', 'x', Key::Up},       {Key::Keypad9, '9', 'y', Key::PageUp},
    {Key::Keypad4, '4', 't', Key::Left},   {Key::Keypad5, '5', 'u', Key::None},     {Key::Keypad6, '6', 'v', Key::Right},
    {Key::Keypad1, '1', 'q', Key::End},    {Key::Keypad2, '2', 'r', Key::Down},     {Key::Keypad3, '3', 's', Key::PageDown},
    {Key::Keypad0, '0', 'p', Key::Insert}, {Key::KeypadDot, '.', 'n', Key::Delete}, {Key::KeypadMinus, '-', 'S', Key::None},
    {Key::KeypadPlus, '+', 'l', Key::None}, {Key::KeypadAsterisk, '*', 'R', Key::None},
    {Key::KeypadSlash, '/', 'Q', Key::None}, {Key::KeypadEnter, '\r', 'M', Key::None}};

} // namespace

KeyResult KeyTranslator::translate(KeyEvent event, const KeyModes& modes) {
    KeyResult result;
    u8 code = static_cast<u8>(event.key);
    if (code >= kKeyCount) return result;
    u8 bit = static_cast<u8>(1u << (code % 8));
    if (event.state == KeyState::Released) {
        down_[code / 8] &= static_cast<u8>(~bit);
        return result;
    }
    bool repeats = is_down(event.key);
    down_[code / 8] |= bit;
    if (repeats && (event.key == Key::CapsLock || event.key == Key::NumLock || event.key == Key::ScrollLock)) return result;
    if (console_action(event.key, result) || toggle_lock(event.key, result)) return result;
    if (send_keypad(event.key, modes, result) || send_function(event.key, modes, result)) return result;
    send_simple(event.key, modes, result);
    if (result.action == KeyAction::None) send_character(event.key, result);
    return result;
}

bool KeyTranslator::console_action(Key key, KeyResult& result) const {
    if (control() && alt() && (key == Key::Delete || key == Key::KeypadDot)) {
        result.action = KeyAction::Reboot;
    } else if (shift() && !control() && key == Key::PageUp) {
        result.action = KeyAction::ScrollUp;
    } else if (shift() && !control() && key == Key::PageDown) {
        result.action = KeyAction::ScrollDown;
    } else if (alt() && !shift() && ((key >= Key::F1 && key <= Key::F10) || key == Key::F11 || key == Key::F12)) {
        result.action = KeyAction::SwitchConsole;
        result.console = static_cast<u8>(key >= Key::F11 ? static_cast<u32>(key) - static_cast<u32>(Key::F11) + 11
                                                         : static_cast<u32>(key) - static_cast<u32>(Key::F1) + 1);
    } else if (alt() && !shift() && !control() && (key == Key::Left || key == Key::Right)) {
        result.action = key == Key::Left ? KeyAction::PreviousConsole : KeyAction::NextConsole;
    } else {
        return false;
    }
    return true;
}

bool KeyTranslator::toggle_lock(Key key, KeyResult& result) {
    bool* lock = key == Key::CapsLock ? &locks_.caps : key == Key::NumLock ? &locks_.num : key == Key::ScrollLock ? &locks_.scroll : nullptr;
    if (!lock) return false;
    *lock = !*lock;
    result.locks_changed = true;
    return true;
}

bool KeyTranslator::send_keypad(Key key, const KeyModes& modes, KeyResult& result) const {
    for (const KeypadKey& entry : kKeypad) {
        if (entry.key != key) continue;
        if (modes.application_keypad) {
            append(result, "\033O");
            append(result, static_cast<u8>(entry.application));
        } else if (!locks_.num && entry.navigation != Key::None) {
            return send_function(entry.navigation, modes, result);
        } else if (locks_.num || entry.digit < '0' || entry.digit > '9') {
            if (alt()) append(result, kEscape);
            append(result, static_cast<u8>(entry.digit));
            if (entry.digit == '\r' && modes.newline) append(result, "\n");
        }
        return true;
    }
    return false;
}

bool KeyTranslator::send_function(Key key, const KeyModes& modes, KeyResult& result) const {
    u32 modifier = xterm_modifier();
    char text[12];
    if (char letter = arrow_letter(key)) {
        if (modifier > 1)
            format(text, "\033[1;%u%c", modifier, letter);
        else
            format(text, modes.application_cursor ? "\033O%c" : "\033[%c", letter);
    } else if (u32 number = tilde_number(key)) {
        if (modifier > 1)
            format(text, "\033[%u;%u~", number, modifier);
        else
            format(text, "\033[%u~", number);
    } else if (key >= Key::F1 && key < static_cast<Key>(static_cast<u8>(Key::F1) + 5)) {
        u32 index = static_cast<u32>(key) - static_cast<u32>(Key::F1);
        if (modifier > 1)
            format(text, "\033[%u;%u~", 11 + index, modifier);
        else
            format(text, "\033[[%c", static_cast<char>('A' + index));
    } else {
        return false;
    }
    append(result, text);
    return true;
}

/// Keys whose byte does not depend on the layout.
void KeyTranslator::send_simple(Key key, const KeyModes& modes, KeyResult& result) const {
    u8 byte;
    switch (key) {
    case Key::Escape: byte = kEscape; break;
    case Key::Enter: byte = '\r'; break;
    case Key::Backspace: byte = control() ? '\b' : kDelete; break;
    case Key::Tab:
        if (shift()) return append(result, "\033[Z");
        byte = '\t';
        break;
    default: return;
    }
    if (alt()) append(result, kEscape);
    append(result, byte);
    if (key == Key::Enter && modes.newline) append(result, "\n");
}

void KeyTranslator::send_character(Key key, KeyResult& result) const {
    if (static_cast<usize>(key) >= Keymap::kEntries) return;
    const KeymapEntry& entry = keymap_->entries[static_cast<u8>(key)];
    bool shifted = shift();
    // Caps Lock turns letters only: those whose shifted form is their capital.
    bool is_letter = entry.plain >= 'a' && (entry.shifted == entry.plain - 0x20);
    if (locks_.caps && is_letter) shifted = !shifted;
    u32 character = alternate() ? (shifted ? entry.shifted_alternate : entry.alternate) : (shifted ? entry.shifted : entry.plain);
    if (character == 0) return;
    if (control()) character = control_character(character);
    if (alt()) append(result, kEscape);
    append_utf8(result, character);
}

} // namespace martlet
