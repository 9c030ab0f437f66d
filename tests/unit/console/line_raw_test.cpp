// The line discipline in raw mode, and input mapping (termios(3) c_iflag).
#include "line_fixture.h"

namespace martlet {

TEST_F(LineTest, RawBytesAreReadableAtOnce) {
    raw();
    type("a\r\003\004\177");
    EXPECT_EQ(line.readable_bytes(), 5u);
    EXPECT_EQ(read(), "a\r\003\004\177");
    EXPECT_EQ(echoed, "");
}

TEST_F(LineTest, RawInputWaitsForTheMinimum) {
    raw(3);
    type("ab");
    EXPECT_FALSE(line.has_input(3));
    EXPECT_TRUE(line.has_input(1));
    type("c");
    EXPECT_TRUE(line.has_input(3));
}

TEST_F(LineTest, RawQueueHoldsUpTheSender) {
    raw();
    usize sent = 0;
    while (line.room() > 0) {
        type("x");
        ++sent;
    }
    EXPECT_GE(sent, 4000u);
    EXPECT_EQ(read(8192).size(), sent);
}

TEST_F(LineTest, RawQueueWrapsAround) {
    raw();
    std::string all, got;
    for (int round = 0; round < 5000; ++round) {
        std::string piece = std::to_string(round);
        type(piece);
        all += piece;
        got += read(3);
    }
    while (line.has_input(1)) got += read();
    EXPECT_EQ(got, all);
}

TEST_F(LineTest, RawModeEchoes) {
    raw();
    change([](Termios& termios) { termios.c_lflag |= kEcho; });
    type("a\n\001");
    EXPECT_EQ(echoed, "a\r\n^A");
}

TEST_F(LineTest, InputMapping) {
    raw();
    change([](Termios& termios) { termios.c_iflag |= kIgncr | kInlcr; });
    type("a\r\nb");
    EXPECT_EQ(read(), "a\rb");
    change([](Termios& termios) { termios.c_iflag = kIcrnl | kIstrip; });
    type("\xe1\r");
    EXPECT_EQ(read(), "a\n");
    change([](Termios& termios) { termios.c_iflag = kIuclc, termios.c_lflag |= kIexten; });
    type("AbC");
    EXPECT_EQ(read(), "abc");
}

TEST_F(LineTest, BreakHandling) {
    receive(0, InputEvent::Break); // BRKINT
    EXPECT_EQ(signals, std::vector<int>{2});
    raw();
    receive(0, InputEvent::Break);
    EXPECT_EQ(read(), std::string(1, '\0'));
    change([](Termios& termios) { termios.c_iflag |= kParmrk; });
    receive(0, InputEvent::Break);
    EXPECT_EQ(read(), std::string("\xff\0\0", 3));
    change([](Termios& termios) { termios.c_iflag |= kIgnbrk; });
    receive(0, InputEvent::Break);
    EXPECT_FALSE(line.has_input(1));
}

TEST_F(LineTest, ParityErrors) {
    raw();
    receive('x', InputEvent::ParityError); // no INPCK: the byte as it came
    EXPECT_EQ(read(), "x");
    change([](Termios& termios) { termios.c_iflag = kInpck; });
    receive('x', InputEvent::ParityError);
    EXPECT_EQ(read(), std::string(1, '\0'));
    change([](Termios& termios) { termios.c_iflag = kInpck | kParmrk; });
    receive('x', InputEvent::FramingError);
    EXPECT_EQ(read(), std::string("\xff\0x", 3));
    type("\xff");
    EXPECT_EQ(read(), "\xff\xff");
    change([](Termios& termios) { termios.c_iflag = kInpck | kIgnpar; });
    receive('x', InputEvent::ParityError);
    EXPECT_FALSE(line.has_input(1));
}

TEST_F(LineTest, FlushInputDropsEverything) {
    raw();
    type("abc");
    line.flush_input();
    EXPECT_FALSE(line.has_input(1));
    EXPECT_EQ(line.readable_bytes(), 0u);
}

} // namespace martlet
