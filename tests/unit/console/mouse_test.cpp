// The mouse: packets of the hardware, packets for programs, reports of the terminal, selections.
#include <random>

#include "dev/input/mice_stream.h"
#include "dev/input/mouse_packet.h"
#include "dev/terminal/mouse_report.h"
#include "dev/terminal/selection.h"
#include "terminal_fixture.h"

namespace martlet {
namespace {

std::vector<MouseEvent> decode(u8 kind, std::initializer_list<int> bytes) {
    MousePacketDecoder decoder;
    decoder.set_kind(kind);
    std::vector<MouseEvent> events;
    for (int byte : bytes)
        if (std::optional<MouseEvent> event = decoder.feed(static_cast<u8>(byte))) events.push_back(*event);
    return events;
}

std::vector<int> read_all(MiceStream& stream) {
    std::vector<int> bytes;
    u8 buffer[8];
    while (usize size = stream.read(buffer)) bytes.insert(bytes.end(), buffer, buffer + size);
    return bytes;
}

std::string report(MouseReport what, MouseReports wanted, bool sgr) {
    TerminalModes modes;
    modes.mouse_reports = wanted;
    modes.mouse_sgr = sgr;
    char text[32];
    return std::string(text, encode_mouse_report(what, modes, text));
}

} // namespace

TEST(MousePackets, MovementButtonsAndWheel) {
    EXPECT_EQ(decode(0, {0x09, 5, 3}), (std::vector<MouseEvent>{{5, 3, 0, 1}}));
    EXPECT_EQ(decode(0, {0x38, 0xfe, 0xff}), (std::vector<MouseEvent>{{-2, -1, 0, 0}}));
    EXPECT_EQ(decode(3, {0x08, 0, 0, 0xff, 0x0c, 0, 0, 1}), (std::vector<MouseEvent>{{0, 0, -1, 0}, {0, 0, 1, 4}}));
    EXPECT_EQ(decode(4, {0x08, 0, 0, 0x1f}), (std::vector<MouseEvent>{{0, 0, -1, 8}}));
}

TEST(MousePackets, BytesThatBeginNoPacketAreDropped) {
    EXPECT_EQ(decode(0, {0x00, 0x01, 0x08, 1, 1}), (std::vector<MouseEvent>{{1, 1, 0, 0}}));
    EXPECT_EQ(decode(0, {0x48, 9, 9}), (std::vector<MouseEvent>{{0, 0, 0, 0}})); // overflow
}

TEST(MiceStream, PacketsAndSplitMovement) {
    MiceStream stream;
    EXPECT_FALSE(stream.is_readable());
    stream.add({300, -5, 1, 0});
    EXPECT_EQ(read_all(stream), (std::vector<int>{0x28, 127, 0xfb, 0x08, 127, 0, 0x08, 46, 0}));
    stream.add({0, 0, 0, 0});
    EXPECT_FALSE(stream.is_readable()); // nothing happened
    stream.add({0, 0, 0, 1});
    stream.add({1, 0, 0, 0});
    EXPECT_EQ(read_all(stream), (std::vector<int>{0x09, 0, 0, 0x08, 1, 0}));
}

TEST(MiceStream, CommandsAndTheWheel) {
    MiceStream stream;
    stream.command(0xff);
    EXPECT_EQ(read_all(stream), (std::vector<int>{0xfa, 0xaa, 0}));
    for (int byte : {0xf3, 200, 0xf3, 100, 0xf3, 80, 0xf2}) stream.command(static_cast<u8>(byte));
    EXPECT_EQ(read_all(stream), (std::vector<int>{0xfa, 3}));
    stream.add({0, 0, -1, 0});
    EXPECT_EQ(read_all(stream), (std::vector<int>{0x08, 0, 0, 0xff}));
    stream.command(0xe9);
    EXPECT_EQ(read_all(stream), (std::vector<int>{0xfa, 0x60, 3, 200}));
}

TEST(MiceStream, AnyStreamIsHarmless) {
    std::mt19937 random(3);
    MiceStream stream;
    MousePacketDecoder decoder;
    for (int step = 0; step < 200000; ++step) {
        if (auto event = decoder.feed(static_cast<u8>(random()))) stream.add(*event);
        if (random() % 8 == 0) stream.command(static_cast<u8>(random()));
        if (step % 1000 == 0) decoder.set_kind(static_cast<u8>(random() % 6));
        u8 buffer[8];
        if (random() % 3 == 0) ASSERT_LE(stream.read(std::span(buffer).first(random() % 8)), 8u);
    }
}

TEST(MouseReports, OldAndSgrForms) {
    MouseReport press{MouseAction::Press, MouseButton::Left, 2, 4};
    EXPECT_EQ(report(press, MouseReports::Buttons, false), "\033[M %#");
    EXPECT_EQ(report(press, MouseReports::Buttons, true), "\033[<0;5;3M");
    MouseReport release{MouseAction::Release, MouseButton::Right, 0, 0};
    EXPECT_EQ(report(release, MouseReports::Buttons, false), "\033[M#!!");
    EXPECT_EQ(report(release, MouseReports::Buttons, true), "\033[<2;1;1m");
    EXPECT_EQ(report(release, MouseReports::Presses, true), "");
    MouseReport wheel{MouseAction::Press, MouseButton::WheelDown, 0, 0, 4};
    EXPECT_EQ(report(wheel, MouseReports::Buttons, true), "\033[<81;1;1M");
    MouseReport far{MouseAction::Press, MouseButton::Left, 0, 223};
    EXPECT_EQ(report(far, MouseReports::Buttons, false), "");
}

TEST(MouseReports, MovesAreToldWhenAskedFor) {
    MouseReport drag{MouseAction::Move, MouseButton::Left, 0, 0}, move{MouseAction::Move, MouseButton::None, 0, 0};
    EXPECT_EQ(report(drag, MouseReports::Buttons, true), "");
    EXPECT_EQ(report(drag, MouseReports::Drags, true), "\033[<32;1;1M");
    EXPECT_EQ(report(move, MouseReports::Drags, true), "");
    EXPECT_EQ(report(move, MouseReports::All, true), "\033[<35;1;1M");
}

class SelectionTest : public TerminalTest {
protected:
    struct Rows final : CellRows {
        explicit Rows(const Terminal& from) : terminal(from) {}
        const Cell* cells(u32 row) const override { return terminal.screen().row(row); }
        const Terminal& terminal;
    };
    std::string selected(CellPlace from, CellPlace to, SelectionUnit unit = SelectionUnit::Characters) {
        Rows rows(terminal);
        Selection selection;
        selection.set(rows, 10, from, to, unit);
        Result<Vector<char>> text = selection.text(rows, 10);
        return std::string(text->data(), text->size());
    }
};

TEST_F(SelectionTest, CharactersAcrossLines) {
    write("one two\r\nthree four\r\nfive");
    EXPECT_EQ(selected({0, 4}, {0, 6}), "two");
    EXPECT_EQ(selected({1, 2}, {0, 4}), "two\rthr");
    EXPECT_EQ(selected({0, 0}, {2, 9}), "one two\rthree fourfive"); // a full line may go on
    EXPECT_EQ(selected({3, 0}, {4, 9}), "\r");
}

TEST_F(SelectionTest, WordsAndLines) {
    write("ls /etc/a.b x\r\n(word)");
    EXPECT_EQ(selected({0, 5}, {0, 5}, SelectionUnit::Words), "/etc/a.");
    EXPECT_EQ(selected({0, 2}, {0, 2}, SelectionUnit::Words), " ");
    EXPECT_EQ(selected({2, 2}, {2, 2}, SelectionUnit::Words), "word");
    EXPECT_EQ(selected({2, 2}, {2, 2}, SelectionUnit::Lines), "(word)");
}

TEST_F(SelectionTest, WideCharactersAreWhole) {
    write("a\xe6\xbc\xa2z");
    EXPECT_EQ(selected({0, 2}, {0, 2}), "\xe6\xbc\xa2");
    EXPECT_EQ(selected({0, 0}, {0, 1}), "a\xe6\xbc\xa2");
}

} // namespace martlet
