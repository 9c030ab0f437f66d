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

TEST_F(TerminalTest, ParametersWithoutPlaceAreLeftOut) {
    std::string many = "\033[3;5";
    for (int count = 0; count < 100; ++count) many += ";9";
    write(many + "Hx\033[4;4;4;4;4;4;4;4;4;4;4;4;4;4;4;4;4;4;4;4;4;4;4;4;4;4;4;4;4;4;4;4:0;0my");
    EXPECT_EQ(cell(2, 4).code_point, u32('x'));
    EXPECT_EQ(cell(2, 5).is_underlined, 1u);
}

TEST_F(TerminalTest, HugeParametersAreClamped) {
    write("a\033[4294967297b\033[99999Z\033[99999Ib\033[2147483648@\033[65537X\033[99999;99999Hc");
    EXPECT_EQ(cell(4, 9).code_point, u32('c'));
    write("\033[3g\033[H\033[99999I");
    EXPECT_EQ(cursor(), "0,9");
}

TEST_F(TerminalTest, LongStringsEndOnlyAtTheirEnd) {
    std::string title(100'000, 'x');
    write("a\033]0;" + title + "\r\n\ab\033P" + title + "\a\r\n\033\\c\033]2;" + title + "\030d\033_" + title + "\032e");
    EXPECT_EQ(rows(), "abcde|");
}

TEST_F(TerminalTest, InvalidUtf8BecomesReplacementCharacters) {
    write("a\xff" "b\xe4\xbd" "c\xc0\xaf\xed\xa0\x80");
    EXPECT_EQ(row(0), "a\uFFFDb\uFFFDc\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
    // Unicode's own example (15.0, table 3-8): E1 80 and F0 91 92 are maximal subparts; then cut off by a control.
    write("\r\n\xe1\x80\xe2\xf0\x91\x92\xf1\xbf" "A\r\n\xf4\x8f\xbf\033[Cz");
    EXPECT_EQ(row(1), "\uFFFD\uFFFD\uFFFD\uFFFDA");
    EXPECT_EQ(row(2), "\uFFFD z");
}

} // namespace martlet
