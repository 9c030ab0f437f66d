// Scan codes to keys, and keys to bytes.
#include "dev/input/key_translator.h"
#include "dev/input/scancode_decoder.h"

namespace martlet {

class KeyboardTest : public testing::Test {
protected:
    /// Feeds scan codes; answers the bytes sent.
    std::string scan(std::initializer_list<int> codes) {
        std::string sent;
        for (int code : codes) {
            std::optional<KeyEvent> event = decoder.feed(static_cast<u8>(code));
            if (!event) continue;
            last = keys.translate(*event, modes);
            if (last.action == KeyAction::Send) sent.append(reinterpret_cast<const char*>(last.bytes), last.count);
            if (last.action != KeyAction::None) action = last.action;
        }
        return sent;
    }
    /// Presses and releases one key.
    std::string press(Key key) {
        last = keys.translate({key, KeyState::Pressed}, modes);
        KeyResult pressed = last;
        keys.translate({key, KeyState::Released}, modes);
        return std::string(reinterpret_cast<const char*>(pressed.bytes), pressed.count);
    }
    void hold(Key key) { keys.translate({key, KeyState::Pressed}, modes); }
    void release(Key key) { keys.translate({key, KeyState::Released}, modes); }

    ScancodeDecoder decoder;
    KeyTranslator keys{kKeymapUs};
    KeyModes modes;
    KeyResult last;
    KeyAction action = KeyAction::None;
};

TEST_F(KeyboardTest, LettersDigitsAndShift) {
    EXPECT_EQ(scan({0x1e, 0x9e, 0x30, 0xb0}), "ab");
    EXPECT_EQ(scan({0x2a, 0x1e, 0x9e, 0x02, 0x82, 0xaa, 0x1e, 0x9e}), "A!a");
    EXPECT_EQ(scan({0x36, 0x28, 0xa8, 0xb6}), "\"");
    EXPECT_EQ(scan({0x39, 0xb9, 0x35, 0xb5, 0x2b, 0xab}), " /\\");
}

TEST_F(KeyboardTest, ReleasesAndRepeats) {
    EXPECT_EQ(scan({0x1e, 0x1e, 0x1e, 0x9e}), "aaa");
    EXPECT_EQ(scan({0x9e}), "");
}

TEST_F(KeyboardTest, ControlCharacters) {
    EXPECT_EQ(scan({0x1d, 0x2e, 0xae, 0x9d}), "\003");
    hold(Key::RightControl);
    EXPECT_EQ(press(Key::Space), std::string(1, '\0'));
    EXPECT_EQ(press(static_cast<Key>(26)), "\033"); // [
    EXPECT_EQ(press(Key::Backslash), "\034");
    EXPECT_EQ(press(Key::Minus), "\037");
    EXPECT_EQ(press(Key::Backspace), "\b");
    hold(Key::LeftShift);
    EXPECT_EQ(press(Key::A), "\001");
    EXPECT_EQ(press(static_cast<Key>(7)), "\036"); // ^
    EXPECT_EQ(press(static_cast<Key>(3)), std::string(1, '\0')); // @
}

TEST_F(KeyboardTest, AltPutsEscapeBefore) {
    hold(Key::LeftAlt);
    EXPECT_EQ(press(Key::A), "\033a");
    EXPECT_EQ(press(Key::Backspace), "\033\177");
    release(Key::LeftAlt);
    hold(Key::RightAlt); // a second Alt on a layout without AltGr
    EXPECT_EQ(press(Key::A), "\033a");
}

TEST_F(KeyboardTest, AltGrChoosesCharacters) {
    static constexpr Keymap kMap = [] {
        Keymap map{"test", {}, true};
        map.entries[30] = {'a', 'A', 0x20ac, 0xe9};
        return map;
    }();
    keys.set_keymap(kMap);
    hold(Key::RightAlt);
    EXPECT_EQ(press(Key::A), "\u20ac");
    hold(Key::LeftShift);
    EXPECT_EQ(press(Key::A), "\u00e9");
}

TEST_F(KeyboardTest, CapsLockTurnsLettersOnlyAndOncePerPress) {
    EXPECT_EQ(scan({0x3a, 0x3a, 0x3a, 0xba}), "");
    EXPECT_TRUE(keys.locks().caps);
    EXPECT_EQ(press(Key::A), "A");
    EXPECT_EQ(press(Key::Digit1), "1");
    hold(Key::LeftShift);
    EXPECT_EQ(press(Key::A), "a");
    release(Key::LeftShift);
    scan({0x3a, 0xba});
    EXPECT_FALSE(keys.locks().caps);
}

TEST_F(KeyboardTest, CursorKeysFollowTheApplicationMode) {
    EXPECT_EQ(scan({0xe0, 0x48, 0xe0, 0xc8}), "\033[A");
    modes.application_cursor = true;
    EXPECT_EQ(press(Key::Left), "\033OD");
    hold(Key::LeftControl);
    EXPECT_EQ(press(Key::Right), "\033[1;5C");
}

TEST_F(KeyboardTest, EditingAndFunctionKeys) {
    EXPECT_EQ(press(Key::Home) + press(Key::Insert) + press(Key::Delete) + press(Key::End), "\033[1~\033[2~\033[3~\033[4~");
    EXPECT_EQ(press(Key::PageUp) + press(Key::PageDown), "\033[5~\033[6~");
    EXPECT_EQ(press(Key::F1), "\033[[A");
    EXPECT_EQ(press(static_cast<Key>(63)), "\033[[E");
    EXPECT_EQ(press(static_cast<Key>(64)), "\033[17~");
    EXPECT_EQ(press(Key::F10) + press(Key::F11) + press(Key::F12), "\033[21~\033[23~\033[24~");
    hold(Key::LeftControl);
    EXPECT_EQ(press(Key::Delete), "\033[3;5~");
}

TEST_F(KeyboardTest, SimpleKeys) {
    EXPECT_EQ(press(Key::Enter) + press(Key::Tab) + press(Key::Escape) + press(Key::Backspace), "\r\t\033\177");
    modes.newline = true;
    EXPECT_EQ(press(Key::Enter), "\r\n");
    hold(Key::LeftShift);
    EXPECT_EQ(press(Key::Tab), "\033[Z");
}

TEST_F(KeyboardTest, Keypad) {
    EXPECT_EQ(scan({0x48, 0xc8}), "\033[A");
    scan({0x45, 0xc5});
    EXPECT_TRUE(keys.locks().num);
    EXPECT_EQ(scan({0x48, 0xc8, 0x53, 0xd3, 0x4e, 0xce, 0xe0, 0x35, 0xe0, 0xb5, 0xe0, 0x1c, 0xe0, 0x9c}), "8.+/\r");
    modes.application_keypad = true;
    EXPECT_EQ(scan({0x48, 0xc8}), "\033Ox");
}

TEST_F(KeyboardTest, ConsoleActions) {
    scan({0x2a, 0xe0, 0x49, 0xe0, 0xc9, 0xaa});
    EXPECT_EQ(action, KeyAction::ScrollUp);
    scan({0x36, 0xe0, 0x51, 0xe0, 0xd1, 0xb6});
    EXPECT_EQ(action, KeyAction::ScrollDown);
    scan({0x38, 0x3c});
    EXPECT_EQ(action, KeyAction::SwitchConsole);
    EXPECT_EQ(last.console, 2);
    scan({0xbc, 0x1d, 0xe0, 0x53});
    EXPECT_EQ(action, KeyAction::Reboot);
}

TEST_F(KeyboardTest, PrefixesFakeShiftsAndPause) {
    EXPECT_EQ(scan({0xe0, 0x2a, 0xe0, 0x48, 0xe0, 0xc8, 0xe0, 0xaa}), "\033[A");
    EXPECT_EQ(scan({0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5, 0x1e, 0x9e}), "a");
    EXPECT_FALSE(keys.locks().num);
}

TEST_F(KeyboardTest, AnyByteStreamIsHarmless) {
    u32 state = 1;
    for (int count = 0; count < 100000; ++count) {
        state = state * 1664525 + 1013904223;
        scan({static_cast<int>(state >> 24)});
    }
}

} // namespace martlet
