// The display: what is drawn is what the terminal holds, and no more than what changed.
#include "dev/terminal/display.h"

#include "terminal_fixture.h"

namespace martlet {
namespace {

class RecordingScreen final : public Screen {
public:
    u32 columns() const override { return 10; }
    u32 rows() const override { return 5; }
    void draw(u32 row, u32 column, std::span<const Cell> cells) override {
        for (Cell cell : cells) grid[row][column++] = cell;
        drawn += cells.size();
    }
    void show_cursor(u32 row, u32 column, Cell, CursorShape) override { cursor = std::to_string(row) + "," + std::to_string(column); }
    void hide_cursor() override { cursor = "none"; }

    Cell grid[5][10] = {};
    usize drawn = 0;
    std::string cursor = "none";
};

} // namespace

class DisplayTest : public TerminalTest {
protected:
    DisplayTest() {
        EXPECT_TRUE(display.init(terminal).has_value());
        display.refresh();
        screen.drawn = 0;
    }
    std::string shown(u32 row) const { return text_of(screen.grid[row]); }

    RecordingScreen screen;
    Display display{screen};
};

TEST_F(DisplayTest, DrawsOnlyWhatChanged) {
    write("abc");
    display.refresh();
    EXPECT_EQ(screen.drawn, 3u);
    EXPECT_EQ(shown(0), "abc");
    EXPECT_EQ(screen.cursor, "0,3");
    write("\rabX");
    display.refresh();
    EXPECT_EQ(screen.drawn, 4u);
}

TEST_F(DisplayTest, ManyScrolledLinesCostOneDrawing) {
    for (int line = 0; line < 1000; ++line) write("x\r\n");
    display.refresh();
    EXPECT_LE(screen.drawn, 50u);
    EXPECT_EQ(shown(3), "x");
}

TEST_F(DisplayTest, LooksBackIntoTheHistory) {
    write("1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7");
    display.scroll_view(1);
    display.refresh();
    EXPECT_EQ(shown(0), "2");
    EXPECT_EQ(shown(4), "6");
    EXPECT_EQ(screen.cursor, "none");
    display.scroll_view(100);
    display.refresh();
    EXPECT_EQ(shown(0), "1");
    display.reset_view();
    display.refresh();
    EXPECT_EQ(shown(0), "3");
    EXPECT_EQ(screen.cursor, "4,1");
}

TEST_F(DisplayTest, ReverseScreenSwapsColors) {
    write("a\033[?5h");
    display.refresh();
    EXPECT_EQ(screen.grid[0][0].background, 7u);
    EXPECT_EQ(screen.grid[4][9].background, 7u);
}

TEST_F(DisplayTest, HiddenCursor) {
    write("\033[?25l");
    display.refresh();
    EXPECT_EQ(screen.cursor, "none");
}

} // namespace martlet
