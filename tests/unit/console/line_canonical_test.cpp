// The line discipline in canonical mode (POSIX.1-2017 11.1.6, 11.1.9).
#include "line_fixture.h"

namespace martlet {

TEST_F(LineTest, ALineIsReadableWhenItEnds) {
    type("hello");
    EXPECT_FALSE(line.has_input(1));
    EXPECT_EQ(line.readable_bytes(), 0u);
    type("\r");
    EXPECT_TRUE(line.has_input(1));
    EXPECT_EQ(line.readable_bytes(), 6u);
    EXPECT_EQ(read(), "hello\n");
    EXPECT_TRUE(line_ended);
    EXPECT_EQ(echoed, "hello\r\n");
}

TEST_F(LineTest, OneReadGetsAtMostOneLine) {
    type("ab\ncd\n");
    EXPECT_EQ(line.readable_bytes(), 6u);
    EXPECT_EQ(read(), "ab\n");
    EXPECT_EQ(read(), "cd\n");
    EXPECT_FALSE(line.has_input(1));
}

TEST_F(LineTest, AShortReadLeavesTheRestOfTheLine) {
    type("abcdef\n");
    EXPECT_EQ(read(4), "abcd");
    EXPECT_FALSE(line_ended);
    EXPECT_EQ(read(4), "ef\n");
}

TEST_F(LineTest, EndOfFileAloneReadsAsNothing) {
    type("\004");
    EXPECT_TRUE(line.has_input(1));
    EXPECT_EQ(read(), "");
    EXPECT_TRUE(line_ended);
    EXPECT_FALSE(line.has_input(1));
    EXPECT_EQ(echoed, "");
}

TEST_F(LineTest, EndOfFileEndsALineWithoutBeingPartOfIt) {
    type("ab\004cd\n");
    EXPECT_EQ(line.readable_bytes(), 5u);
    EXPECT_EQ(read(), "ab");
    EXPECT_EQ(read(), "cd\n");
}

TEST_F(LineTest, EndOfFileRightAfterAFullBufferIsNotASecondRead) {
    type("abcd\004");
    EXPECT_EQ(read(4), "abcd");
    EXPECT_TRUE(line_ended);
    EXPECT_FALSE(line.has_input(1));
}

TEST_F(LineTest, OtherLineEnds) {
    change([](Termios& termios) { termios.c_cc[kVeol] = ';', termios.c_cc[kVeol2] = '!'; });
    type("a;b!");
    EXPECT_EQ(read(), "a;");
    EXPECT_EQ(read(), "b!");
    change([](Termios& termios) { termios.c_lflag &= ~kIexten; });
    type("c!\n");
    EXPECT_EQ(read(), "c!\n");
}

TEST_F(LineTest, EraseTakesOneCharacter) {
    type("abc\177d\n");
    EXPECT_EQ(read(), "abd\n");
    EXPECT_EQ(echoed, "abc\b \bd\r\n");
}

TEST_F(LineTest, EraseStopsAtTheBeginningOfTheLine) {
    type("\n");
    take_echo();
    type("a\177\177\177b\n");
    EXPECT_EQ(take_echo(), "a\b \bb\r\n");
    EXPECT_EQ(read(), "\n");
    EXPECT_EQ(read(), "b\n");
}

TEST_F(LineTest, EraseTakesAWholeUtf8Character) {
    type("a\u00e9\177\u6f22\177b\n");
    EXPECT_EQ(read(), "ab\n");
    EXPECT_EQ(echoed, "a\u00e9\b \b\u6f22\b \b\b \bb\r\n");
}

TEST_F(LineTest, EraseTakesABareByteWithoutIutf8) {
    change([](Termios& termios) { termios.c_iflag &= ~kIutf8; });
    type("\xc3\xa9\177\n");
    EXPECT_EQ(read(), "\xc3\n");
}

TEST_F(LineTest, EraseOfControlCharactersAndTabs) {
    type("\026\001\177");
    EXPECT_EQ(take_echo(), "^\b^A\b \b\b \b");
    type("ab\t\177");
    EXPECT_EQ(take_echo(), "ab\t\b\b\b\b\b\b");
}

TEST_F(LineTest, EraseOfATabCountsFromThePrompt) {
    output("$ ");
    type("\t\177");
    EXPECT_EQ(take_echo(), "\t\b\b\b\b\b\b");
}

TEST_F(LineTest, WordEraseTakesBlanksAndAWord) {
    type("foo bar  \027x\n");
    EXPECT_EQ(read(), "foo x\n");
    take_echo();
    type("a/b\027\n");
    EXPECT_EQ(read(), "a/\n");
}

TEST_F(LineTest, KillErasesTheLine) {
    type("abc\025d\n");
    EXPECT_EQ(read(), "d\n");
    EXPECT_EQ(echoed, "abc\b \b\b \b\b \bd\r\n");
}

TEST_F(LineTest, KillWithoutVisualEraseStartsANewLine) {
    change([](Termios& termios) { termios.c_lflag &= ~kEchoke; });
    type("ab\025");
    EXPECT_EQ(echoed, "ab^U\r\n");
}

TEST_F(LineTest, EraseWithoutEchoeEchoesTheCharacter) {
    change([](Termios& termios) { termios.c_lflag &= ~kEchoe; });
    type("ab\177");
    EXPECT_EQ(echoed, "ab^?");
}

TEST_F(LineTest, EchoprtShowsWhatIsErased) {
    change([](Termios& termios) { termios.c_lflag |= kEchoprt; });
    type("abc\177\177d");
    EXPECT_EQ(echoed, "abc\\cb/d");
}

TEST_F(LineTest, LiteralNextTakesAnyCharacter) {
    type("a\026\003\026\177b\n");
    EXPECT_EQ(read(), "a\003\177b\n");
    EXPECT_TRUE(signals.empty());
    EXPECT_EQ(echoed, "a^\b^C^\b^?b\r\n");
}

TEST_F(LineTest, ReprintShowsTheLineAgain) {
    type("ab\022");
    EXPECT_EQ(echoed, "ab^R\r\nab");
}

TEST_F(LineTest, EchoOffAndEchonl) {
    change([](Termios& termios) { termios.c_lflag &= ~kEcho; });
    type("secret\177x\025abc\n");
    EXPECT_EQ(echoed, "");
    EXPECT_EQ(read(), "abc\n");
    change([](Termios& termios) { termios.c_lflag |= kEchonl; });
    type("a\n");
    EXPECT_EQ(echoed, "\r\n");
}

TEST_F(LineTest, EchoctlOffEchoesControlsAsTheyAre) {
    change([](Termios& termios) { termios.c_lflag &= ~kEchoctl; });
    type("\001");
    EXPECT_EQ(echoed, "\001");
}

TEST_F(LineTest, SignalsFlushTheQueuesAndEcho) {
    type("abc\nde\003");
    EXPECT_EQ(signals, std::vector<int>{2});
    EXPECT_EQ(flushes, std::vector<bool>{true});
    EXPECT_FALSE(line.has_input(1));
    EXPECT_EQ(echoed, "abc\r\nde^C");
    type("\034\032");
    EXPECT_EQ(signals, (std::vector<int>{2, 3, 20}));
}

TEST_F(LineTest, NoflshKeepsTheQueues) {
    change([](Termios& termios) { termios.c_lflag |= kNoflsh; });
    type("ab\003c\n");
    EXPECT_EQ(flushes, std::vector<bool>{false});
    EXPECT_EQ(read(), "abc\n");
}

TEST_F(LineTest, WithoutIsigTheCharactersAreData) {
    change([](Termios& termios) { termios.c_lflag &= ~kIsig; });
    type("\003\n");
    EXPECT_EQ(read(), "\003\n");
    EXPECT_TRUE(signals.empty());
}

TEST_F(LineTest, DisabledCharactersAreData) {
    change([](Termios& termios) { termios.c_cc[kVintr] = kDisabledCharacter; });
    type(std::string_view("\0\003\n", 3));
    EXPECT_TRUE(signals.empty());
    EXPECT_EQ(read(), std::string_view("\0\003\n", 3));
}

TEST_F(LineTest, StopAndStartCharacters) {
    type("\023");
    EXPECT_TRUE(is_stopped);
    type("ab");
    EXPECT_TRUE(is_stopped);
    type("\021");
    EXPECT_FALSE(is_stopped);
    type("\n");
    EXPECT_EQ(read(), "ab\n");
}

TEST_F(LineTest, AnyCharacterRestartsWithIxany) {
    change([](Termios& termios) { termios.c_iflag |= kIxany; });
    type("\023");
    type("x\n");
    EXPECT_FALSE(is_stopped);
    EXPECT_EQ(read(), "x\n");
}

TEST_F(LineTest, ASignalRestartsOutput) {
    type("\023\003");
    EXPECT_FALSE(is_stopped);
}

TEST_F(LineTest, SwitchingIxonOffRestartsOutput) {
    type("\023");
    change([](Termios& termios) { termios.c_iflag &= ~kIxon; });
    EXPECT_FALSE(is_stopped);
}

TEST_F(LineTest, ALongLineIsCutButItsEndArrives) {
    change([](Termios& termios) { termios.c_iflag &= ~kImaxbel; });
    for (int count = 0; count < 5000; ++count) {
        ASSERT_GT(line.room(), 0u);
        type("x");
    }
    EXPECT_FALSE(line.has_input(1));
    type("\n");
    EXPECT_EQ(read(8192), std::string(4095, 'x') + "\n");
}

TEST_F(LineTest, AFullLineRingsTheBell) {
    type(std::string(4095, 'x'));
    take_echo();
    type("y");
    EXPECT_EQ(take_echo(), "y\a");
}

TEST_F(LineTest, TheSenderIsHeldUpWhenALineWaits) {
    type("first\n");
    usize sent = 0;
    while (line.room() > 0) {
        type("x");
        ++sent;
    }
    EXPECT_EQ(read(), "first\n");
    EXPECT_GT(line.room(), 0u);
    type("\n");
    EXPECT_EQ(read(), std::string(sent, 'x') + "\n");
}

TEST_F(LineTest, SwitchingToRawMakesTheLineReadable) {
    type("ab");
    raw();
    EXPECT_TRUE(line.has_input(1));
    EXPECT_EQ(read(), "ab");
}

TEST_F(LineTest, SwitchingToCanonicalMakesALineOfWhatIsQueued) {
    raw();
    type("abc");
    change([](Termios& termios) { termios.c_lflag |= kIcanon; });
    EXPECT_TRUE(line.has_input(1));
    EXPECT_EQ(read(2), "ab");
    EXPECT_EQ(read(), "c");
    type("d\n");
    EXPECT_EQ(read(), "d\n");
}

} // namespace martlet
