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
            last = keys.translate(*event, modes, locks);
            if (last.action == KeyAction::Send) sent.append(last.text);
            if (last.action != KeyAction::None) action = last.action;
        }
        return sent;
    }
    /// Presses and releases one key.
    std::string press(Key key) {
        last = keys.translate({key, KeyState::Pressed}, modes, locks);
        std::string sent(last.text);
        keys.translate({key, KeyState::Released}, modes, locks);
        return sent;
    }
    void hold(Key key) { keys.translate({key, KeyState::Pressed}, modes, locks); }
    void release(Key key) { keys.translate({key, KeyState::Released}, modes, locks); }

    ScancodeDecoder decoder;
    Keymap keymap;
    KeyTranslator keys{keymap};
    KeyModes modes;
    KeyLocks locks;
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
    ASSERT_TRUE(keymap.set_entry(0, 100, 0x0701).has_value());
    ASSERT_TRUE(keymap.set_entry(2, 30, 0x20ac ^ 0xf000).has_value());
    ASSERT_TRUE(keymap.set_entry(3, 30, 0xe9).has_value());
    hold(Key::RightAlt);
    EXPECT_EQ(press(Key::A), "\u20ac");
    hold(Key::LeftShift);
    EXPECT_EQ(press(Key::A), "\u00e9");
    modes.is_unicode = false;
    EXPECT_EQ(press(Key::A), "\xe9");
}

TEST_F(KeyboardTest, DeadKeysJoin) {
    ASSERT_TRUE(keymap.set_entry(0, 41, 0x0402).has_value()); // dead circumflex
    ASSERT_TRUE(keymap.set_entry(1, 41, 0x0400).has_value()); // dead grave
    EXPECT_EQ(press(Key::Grave), "");
    EXPECT_EQ(press(Key::A), "\u00e2");
    EXPECT_EQ(press(Key::Grave) + press(Key::Space), "^");
    EXPECT_EQ(press(Key::Grave) + press(Key::Grave), "^");
    EXPECT_EQ(press(Key::Grave) + press(Key::Q), "^q"); // nothing to join
    EXPECT_EQ(press(Key::Grave) + press(Key::Enter), "^\r");
    press(Key::Grave);
    hold(Key::LeftShift);
    EXPECT_EQ(press(Key::Grave), "^"); // another dead key: the first goes out
    EXPECT_EQ(press(Key::A), "\u00c0");
}

TEST_F(KeyboardTest, ComposeJoinsTwoCharacters) {
    EXPECT_EQ(press(Key::Menu) + press(Key::A) + press(Key::A), "\u00e5");
    hold(Key::LeftControl);
    EXPECT_EQ(press(static_cast<Key>(52)), ""); // Control-period
    release(Key::LeftControl);
    EXPECT_EQ(press(static_cast<Key>(31)) + press(static_cast<Key>(31)), "\u00df");
    ASSERT_TRUE(keymap.set_accents({}).has_value());
    EXPECT_EQ(press(Key::Menu) + press(Key::A) + press(Key::Q), "aq");
}

TEST_F(KeyboardTest, ANumberTypedWithAltIsACharacter) {
    hold(Key::LeftAlt);
    for (Key digit : {Key::Keypad8, Key::Keypad3, Key::Keypad6, Key::Keypad4}) EXPECT_EQ(press(digit), "");
    last = keys.translate({Key::LeftAlt, KeyState::Released}, modes, locks);
    EXPECT_EQ(last.text, "\u20ac");
}

TEST_F(KeyboardTest, EntriesAreCheckedAndReadBack) {
    EXPECT_EQ(keymap.entry(0, 30), 0x0b61);
    EXPECT_EQ(keymap.entry(0, 59), 0x0100);
    EXPECT_EQ(keymap.entry(200, 0), 0x027f); // no such table
    EXPECT_EQ(keymap.entry(200, 5), 0x0200);
    EXPECT_FALSE(keymap.set_entry(0, 30, 0x0f00).has_value());
    EXPECT_FALSE(keymap.set_entry(0, 30, 0x0604).has_value());
    ASSERT_TRUE(keymap.set_entry(200, 30, 0x0041).has_value());
    EXPECT_EQ(keymap.entry(200, 30), 0x0041);
    EXPECT_EQ(keymap.entry(200, 0), 0x027e);
    EXPECT_EQ(keymap.table_count(), 11u);
    ASSERT_TRUE(keymap.set_entry(200, 0, 0x027f).has_value()); // drops the table
    EXPECT_EQ(keymap.table_count(), 10u);
}

TEST_F(KeyboardTest, FunctionStringsCanBeChanged) {
    ASSERT_TRUE(keymap.set_function_string(0, "hello").has_value());
    EXPECT_EQ(press(Key::F1), "hello");
    ASSERT_TRUE(keymap.set_function_string(0, "").has_value());
    EXPECT_EQ(press(Key::F1), "");
}

TEST_F(KeyboardTest, AnyTableOfSymbolsIsHarmless) {
    u32 state = 7;
    auto random = [&] { return (state = state * 1664525 + 1013904223) >> 8; };
    for (int count = 0; count < 200000; ++count) {
        if (count % 4 == 0) (void)keymap.set_entry(random() % 16, random() % 128, static_cast<u16>(random()));
        last = keys.translate({static_cast<Key>(random() % 128), random() % 2 ? KeyState::Pressed : KeyState::Released}, modes, locks);
        if (last.action == KeyAction::Send) ASSERT_LE(last.text.size(), 32u);
    }
}

TEST_F(KeyboardTest, CapsLockTurnsLettersOnlyAndOncePerPress) {
    EXPECT_EQ(scan({0x3a, 0x3a, 0x3a, 0xba}), "");
    EXPECT_TRUE(locks.caps);
    EXPECT_EQ(press(Key::A), "A");
    EXPECT_EQ(press(Key::Digit1), "1");
    hold(Key::LeftShift);
    EXPECT_EQ(press(Key::A), "a");
    release(Key::LeftShift);
    scan({0x3a, 0xba});
    EXPECT_FALSE(locks.caps);
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
    EXPECT_TRUE(locks.num);
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
    EXPECT_EQ(scan({0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5, 0x1e, 0x9e}), "\033[Pa");
    EXPECT_FALSE(locks.num);
}

TEST_F(KeyboardTest, AnyByteStreamIsHarmless) {
    u32 state = 1;
    for (int count = 0; count < 100000; ++count) {
        state = state * 1664525 + 1013904223;
        scan({static_cast<int>(state >> 24)});
    }
}

} // namespace martlet
