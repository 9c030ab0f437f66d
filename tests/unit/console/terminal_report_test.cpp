// The terminal emulator: answers, strings and malformed sequences.
#include "terminal_fixture.h"

namespace martlet {

TEST_F(TerminalTest, AnswersStatusAndCursorReports) {
    write("\033[5n\033[3;4H\033[6n");
    EXPECT_EQ(replies(), "\033[0n\033[3;4R");
    write("\033[2;4r\033[?6h\033[2;2H\033[6n");
    EXPECT_EQ(replies(), "\033[2;2R");
}

TEST_F(TerminalTest, AnswersDeviceAttributesAndSize) {
    write("\033[c\033[>c\033[18t");
    EXPECT_EQ(replies(), "\033[?6c\033[>0;0;0c\033[8;5;10t");
}

TEST_F(TerminalTest, AnswersModeRequests) {
    write("\033[?25$p\033[?1$p\033[?9999$p\033[4$p");
    EXPECT_EQ(replies(), "\033[?25;1$y\033[?1;2$y\033[?9999;0$y\033[4;2$y");
}

TEST_F(TerminalTest, UnreadAnswersAreBounded) {
    for (int count = 0; count < 1000; ++count) write("\033[6n");
    EXPECT_LE(replies().size(), Terminal::kRepliesMax);
}

TEST_F(TerminalTest, StringsAreSwallowed) {
    write("\033]0;title\033\\a\033]2;x\ab\033P1$qm\033\\c\033_apc\033\\d\033^pm\033\\e\u009d0;t\u009cf");
    EXPECT_EQ(row(0), "abcdef");
}

TEST_F(TerminalTest, LinuxPaletteSequencesNeedNoTerminator) {
    write("\033]Ra\033]P1aabbccb");
    EXPECT_EQ(row(0), "ab");
}

TEST_F(TerminalTest, CancelEndsASequence) {
    write("\033[12\030a\033[3\032b");
    EXPECT_EQ(row(0), "ab");
}

TEST_F(TerminalTest, EscapeBeginsASequenceAnew) {
    write("\033[1\033[2;2Hx\033]0;t\033[3;3Hy");
    EXPECT_EQ(cell(1, 1).code_point, u32('x'));
    EXPECT_EQ(cell(2, 2).code_point, u32('y'));
}

TEST_F(TerminalTest, ControlsInsideSequencesAreExecuted) {
    write("ab\033[\r3Cc");
    EXPECT_EQ(row(0), "ab c");
}

TEST_F(TerminalTest, MalformedSequencesPrintNothing) {
    write("\033[1?h\033[>5q\033[1 q\033[?\033[<1M\033[999999999999999999Aa\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;"
          "21;22;23;24;25;26;27;28;29;30;31;32;33;34mb");
    EXPECT_EQ(row(0), "ab");
}

TEST_F(TerminalTest, InvalidUtf8BecomesReplacementCharacters) {
    write("a\xff" "b\xe4\xbd" "c\xc0\xaf\xed\xa0\x80");
    EXPECT_EQ(row(0), "a\uFFFDb\uFFFDc\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
}

} // namespace martlet
