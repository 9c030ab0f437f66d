// The terminal emulator: printing, wrapping, movement, scrolling, attributes.
#include "terminal_fixture.h"

namespace martlet {

TEST_F(TerminalTest, PrintsTextAndControls) {
    write("ab\r\ncd\bX\tY");
    EXPECT_EQ(rows(), "ab|cX      Y|");
    EXPECT_EQ(cursor(), "1,9");
}

TEST_F(TerminalTest, LineFeedKeepsTheColumn) {
    write("ab\ncd");
    EXPECT_EQ(rows(), "ab|  cd|");
}

TEST_F(TerminalTest, WrapIsDeferredUntilTheNextCharacter) {
    write("0123456789");
    EXPECT_EQ(cursor(), "0,9");
    write("a");
    EXPECT_EQ(rows(), "0123456789|a|");
    EXPECT_EQ(cursor(), "1,1");
}

TEST_F(TerminalTest, ReturnAfterTheLastColumnDoesNotWrap) {
    write("0123456789\r\nab");
    EXPECT_EQ(rows(), "0123456789|ab|");
}

TEST_F(TerminalTest, BackspaceAtThePendingWrapGoesOneLeft) {
    write("0123456789\bX");
    EXPECT_EQ(row(0), "01234567X9");
}

TEST_F(TerminalTest, WithoutAutowrapTheLastColumnIsOverwritten) {
    write("\033[?7l0123456789ab");
    EXPECT_EQ(rows(), "012345678b|");
    write("\033[?7hcd");
    EXPECT_EQ(rows(), "012345678c|d|");
}

TEST_F(TerminalTest, ScrollsIntoTheHistory) {
    write("1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7");
    EXPECT_EQ(rows(), "3|4|5|6|7|");
    ASSERT_EQ(terminal.screen().history_size(), 2u);
    EXPECT_EQ(history(0), "2");
    EXPECT_EQ(history(1), "1");
}

TEST_F(TerminalTest, HistoryKeepsTheNewestLines) {
    for (u32 line = 0; line < ScreenBuffer::kHistoryLines + 100; ++line) write(std::to_string(line) + "\r\n");
    EXPECT_EQ(terminal.screen().history_size(), ScreenBuffer::kHistoryLines);
    EXPECT_EQ(history(0), std::to_string(ScreenBuffer::kHistoryLines + 100 - 5));
    write("\033[3J");
    EXPECT_EQ(terminal.screen().history_size(), 0u);
}

TEST_F(TerminalTest, MovesTheCursorWithinTheScreen) {
    write("\033[3;4H");
    EXPECT_EQ(cursor(), "2,3");
    write("\033[99;99H");
    EXPECT_EQ(cursor(), "4,9");
    write("\033[2A\033[3D");
    EXPECT_EQ(cursor(), "2,6");
    write("\033[99A\033[99D");
    EXPECT_EQ(cursor(), "0,0");
    write("\033[B\033[C\033[2E");
    EXPECT_EQ(cursor(), "3,0");
    write("\033[5G\033[F");
    EXPECT_EQ(cursor(), "2,0");
    write("\033[2d\033[7`");
    EXPECT_EQ(cursor(), "1,6");
    write("\033[;3f");
    EXPECT_EQ(cursor(), "0,2");
}

TEST_F(TerminalTest, SavesAndRestoresCursorAndAttributes) {
    write("\033[2;3H\033[31m\0337\033[H\033[0m\0338x");
    EXPECT_EQ(cell(1, 2).code_point, u32('x'));
    EXPECT_EQ(cell(1, 2).foreground, 1u);
    write("\033[s\033[H\033[u");
    EXPECT_EQ(cursor(), "1,3");
}

TEST_F(TerminalTest, SavedCursorKeepsThePendingWrap) {
    write("0123456789\0337\033[H\0338a");
    EXPECT_EQ(rows(), "0123456789|a|");
}

TEST_F(TerminalTest, ScrollRegionLimitsLineFeeds) {
    write("1\r\n2\r\n3\r\n4\r\n5\033[2;4r");
    EXPECT_EQ(cursor(), "0,0");
    write("\033[4;1H\nX");
    EXPECT_EQ(rows(), "1|3|4|X|5|");
    EXPECT_EQ(terminal.screen().history_size(), 0u);
    write("\033[2;1H\033MY");
    EXPECT_EQ(rows(), "1|Y|3|4|5|");
    write("\033[5;1H\n\nZ");
    EXPECT_EQ(row(4), "Z"); // below the region nothing scrolls
}

TEST_F(TerminalTest, OriginModeAddressesTheRegion) {
    write("\033[2;4r\033[?6h\033[1;1HA\033[99;1HB");
    EXPECT_EQ(row(1), "A");
    EXPECT_EQ(row(3), "B");
    write("\033[?6l");
    EXPECT_EQ(cursor(), "0,0");
}

TEST_F(TerminalTest, MovementStopsAtTheRegionMargins) {
    write("\033[2;4r\033[3;1H\033[9A");
    EXPECT_EQ(cursor(), "1,0");
    write("\033[9B");
    EXPECT_EQ(cursor(), "3,0");
    write("\033[5;1H\033[9A"); // from outside it stops at the margin on the way
    EXPECT_EQ(cursor(), "1,0");
}

TEST_F(TerminalTest, TabStops) {
    write("\033[3g\033[4G\033H\033[8G\033H\r\ta\tb");
    EXPECT_EQ(row(0), "   a   b");
    write("\033[2Z");
    EXPECT_EQ(cursor(), "0,3");
    write("\033[g\r\tX");
    EXPECT_EQ(row(0), "   a   X");
    write("\t\t\t");
    EXPECT_EQ(cursor(), "0,9");
}

TEST_F(TerminalTest, ColorsAndAttributes) {
    write("\033[31;44ma\033[1mb\033[0mc\033[7md\033[27;4me\033[94;103mf");
    EXPECT_EQ(cell(0, 0).foreground, 1u);
    EXPECT_EQ(cell(0, 0).background, 4u);
    EXPECT_EQ(cell(0, 1).foreground, 9u);
    EXPECT_EQ(cell(0, 2).foreground, 7u);
    EXPECT_EQ(cell(0, 3).foreground, 0u);
    EXPECT_EQ(cell(0, 3).background, 7u);
    EXPECT_TRUE(cell(0, 4).is_underlined);
    EXPECT_EQ(cell(0, 5).foreground, 12u);
    EXPECT_EQ(cell(0, 5).background, 11u);
}

TEST_F(TerminalTest, LargerPalettesAndDirectColors) {
    write("\033[38;5;196ma\033[48;2;0;0;170mb\033[38:2::255:250:245mc\033[38:5:46md\033[0;38;5me\033[58;5;9;31mf");
    EXPECT_EQ(cell(0, 0).foreground, 196u);
    EXPECT_EQ(color_table.rgb(static_cast<ColorIndex>(cell(0, 1).background)), (Rgb{0, 0, 170}));
    EXPECT_EQ(color_table.rgb(static_cast<ColorIndex>(cell(0, 2).foreground)), (Rgb{255, 250, 245}));
    EXPECT_EQ(cell(0, 3).foreground, 46u);
    EXPECT_EQ(cell(0, 4).foreground, 7u); // incomplete: no change
    EXPECT_EQ(cell(0, 5).foreground, 1u); // the underline's colour is skipped
    EXPECT_EQ(sixteen_color(196), 1u);
    EXPECT_EQ(sixteen_color(static_cast<ColorIndex>(cell(0, 1).background)), 4u);
}

TEST_F(TerminalTest, DirectColorsThatFindNoPlaceAreNearlyRight) {
    ColorTable table;
    for (u32 value = 0; value < 40000; ++value) {
        Rgb color{static_cast<u8>(value * 7), static_cast<u8>(value >> 8), static_cast<u8>(value * 13 >> 3)};
        Rgb given = table.rgb(table.direct(color));
        ASSERT_LE(std::abs(given.red - color.red), 48);
        ASSERT_LE(std::abs(given.green - color.green), 48);
        ASSERT_LE(std::abs(given.blue - color.blue), 48);
    }
}

TEST_F(TerminalTest, CursorStylesAndMouseModes) {
    write("\033[4 q\033[?1002;1006h");
    EXPECT_EQ(terminal.modes().cursor_shape, CursorShape::Underline);
    EXPECT_EQ(terminal.modes().mouse_reports, MouseReports::Drags);
    EXPECT_TRUE(terminal.modes().mouse_sgr);
    write("\033[6 q\033[?1000l");
    EXPECT_EQ(terminal.modes().cursor_shape, CursorShape::Bar);
    EXPECT_EQ(terminal.modes().mouse_reports, MouseReports::Drags); // another mode was reset
    write("\033[?1002l\033[0 q\033[?1002$p\033[?1006$p");
    EXPECT_EQ(terminal.modes().mouse_reports, MouseReports::None);
    EXPECT_EQ(terminal.modes().cursor_shape, CursorShape::Block);
    EXPECT_EQ(replies(), "\033[?1002;2$y\033[?1006;1$y");
}

TEST_F(TerminalTest, ItalicsAndStrikesAreKept) {
    write("\033[3;9ma\033[23;29mb");
    EXPECT_TRUE(cell(0, 0).is_italic && cell(0, 0).is_struck);
    EXPECT_FALSE(cell(0, 1).is_italic || cell(0, 1).is_struck);
}

TEST_F(TerminalTest, UnderlineStylesAreUnderlines) {
    write("\033[4:3ma\033[4:0mb");
    EXPECT_TRUE(cell(0, 0).is_underlined);
    EXPECT_FALSE(cell(0, 1).is_underlined);
}

TEST_F(TerminalTest, LineDrawingCharacters) {
    write("\033(0lqk\033(Bq\r\n\033)0\016x\017x");
    EXPECT_EQ(row(0), "┌─┐q");
    EXPECT_EQ(row(1), "│x");
}

TEST_F(TerminalTest, WideCharactersTakeTwoCells) {
    write("a漢b");
    EXPECT_EQ(row(0), "a漢b");
    EXPECT_EQ(cursor(), "0,4");
    write("\033[1;3Hx"); // its right half is overwritten
    EXPECT_EQ(row(0), "a xb");
}

TEST_F(TerminalTest, WideCharacterThatDoesNotFitWraps) {
    write("012345678漢");
    EXPECT_EQ(rows(), "012345678|漢|");
}

TEST_F(TerminalTest, CombiningCharactersTakeNoCell) {
    write("e\u0301x");
    EXPECT_EQ(row(0), "ex");
}

TEST_F(TerminalTest, AlternateScreenLeavesTheMainOneAlone) {
    write("main\033[?1049h\033[Halt");
    EXPECT_EQ(rows(), "alt|");
    for (int line = 0; line < 20; ++line) write("\r\n");
    EXPECT_EQ(terminal.screen().history_size(), 0u);
    write("\033[?1049l");
    EXPECT_EQ(rows(), "main|");
    EXPECT_EQ(cursor(), "0,4");
    write("\033[?1049h");
    EXPECT_EQ(rows(), "|");
}

TEST_F(TerminalTest, MainScreenScrolledByPointersSurvivesTheAlternate) {
    write("1\r\n2\r\n3\r\n4\r\n5\r\n6\033[?47h\033[2Jx\033[?47l");
    EXPECT_EQ(rows(), "2|3|4|5|6|");
}

TEST_F(TerminalTest, ResetRestoresEverything) {
    write("\033[31m\033[2;3r\033[?6h\033[4h\033[?25l\033(0abc\033[?1049h\033c");
    EXPECT_EQ(rows(), "|");
    EXPECT_TRUE(terminal.modes().cursor_visible);
    EXPECT_FALSE(terminal.screen().is_alternate());
    write("q");
    EXPECT_EQ(row(0), "q");
    EXPECT_EQ(cell(0, 0).foreground, 7u);
}

TEST_F(TerminalTest, SoftResetKeepsTheScreen) {
    write("text\033[1;4m\033[?7l\033[4h\033[!p");
    EXPECT_EQ(row(0), "text");
    write("x");
    EXPECT_EQ(cell(0, 4).foreground, 7u);
}

TEST_F(TerminalTest, AlignmentPatternFillsTheScreen) {
    write("\033#8");
    EXPECT_EQ(row(0), "EEEEEEEEEE");
    EXPECT_EQ(row(4), "EEEEEEEEEE");
}

TEST_F(TerminalTest, ModesThatTheKeyboardAsksFor) {
    write("\033[?1;2004h\033=");
    EXPECT_TRUE(terminal.modes().application_cursor);
    EXPECT_TRUE(terminal.modes().bracketed_paste);
    EXPECT_TRUE(terminal.modes().application_keypad);
    write("\033[?1l\033>\033[20h\na");
    EXPECT_FALSE(terminal.modes().application_cursor);
    EXPECT_FALSE(terminal.modes().application_keypad);
    EXPECT_EQ(rows(), "|a|");
}

TEST_F(TerminalTest, BellIsCounted) {
    write("\a\a\033]0;title\a");
    EXPECT_EQ(terminal.bell_count(), 2u);
}

} // namespace martlet
