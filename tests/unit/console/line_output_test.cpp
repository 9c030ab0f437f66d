// Output processing (termios(3) c_oflag) and line speeds.
#include "line_fixture.h"

namespace martlet {

TEST_F(LineTest, NewlineBecomesReturnNewline) { EXPECT_EQ(output("a\nb"), "a\r\nb"); }

TEST_F(LineTest, OpostOffPassesEverything) {
    change([](Termios& termios) { termios.c_oflag &= ~kOpost; });
    EXPECT_EQ(output("a\n\t\r"), "a\n\t\r");
}

TEST_F(LineTest, TabsExpandToSpaces) {
    change([](Termios& termios) { termios.c_oflag |= kTab3; });
    EXPECT_EQ(output("a\tb\n\tc"), "a       b\r\n        c");
    EXPECT_EQ(output("\r\u6f22\t|"), "\r\u6f22      |"); // a wide character counts twice
}

TEST_F(LineTest, ReturnMapping) {
    change([](Termios& termios) { termios.c_oflag = kOpost | kOcrnl; });
    EXPECT_EQ(output("a\rb"), "a\nb");
    change([](Termios& termios) { termios.c_oflag = kOpost | kOnocr; });
    EXPECT_EQ(output("a\r\rb\r"), "a\rb\r");
    change([](Termios& termios) { termios.c_oflag = kOpost | kOnlret | kOnocr; });
    EXPECT_EQ(output("a\n\rb"), "a\nb");
}

TEST_F(LineTest, OlcucMakesCapitals) {
    change([](Termios& termios) { termios.c_oflag |= kOlcuc; });
    EXPECT_EQ(output("aBc1"), "ABC1");
}

TEST_F(LineTest, OutputStopsWhereTheRoomEnds) {
    EXPECT_EQ(output("ab\ncd", 9), "ab");
    EXPECT_EQ(consumed, 2u);
    EXPECT_EQ(output("x", 7), "");
    EXPECT_EQ(consumed, 0u);
}

TEST(Termios, SpeedsFollowTheCodes) {
    Termios termios = default_termios();
    termios.c_cflag = (termios.c_cflag & ~kCbaud) | 015; // B9600
    normalise_speeds(termios);
    EXPECT_EQ(termios.c_ospeed, 9600u);
    EXPECT_EQ(termios.c_ispeed, 9600u);
    termios.c_cflag = (termios.c_cflag & ~kCbaud) | kBother;
    termios.c_ospeed = 115200;
    normalise_speeds(termios);
    EXPECT_EQ(termios.c_cflag & kCbaud, 0x1002u);
    termios.c_cflag = (termios.c_cflag & ~kCbaud) | kBother;
    termios.c_ospeed = 12345;
    normalise_speeds(termios);
    EXPECT_EQ(termios.c_cflag & kCbaud, kBother);
    EXPECT_EQ(termios.c_ospeed, 12345u);
}

} // namespace martlet
