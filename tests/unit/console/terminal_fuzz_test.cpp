// Random and hostile streams must leave the emulator in a sound state, under the sanitizers.
#include <random>

#include "dev/terminal/display.h"
#include "terminal_fixture.h"

namespace martlet {
namespace {

/// Checks that what is drawn lies on the screen.
class CheckingScreen final : public Screen {
public:
    CheckingScreen(u32 columns, u32 rows) : columns_(columns), rows_(rows) {}
    u32 columns() const override { return columns_; }
    u32 rows() const override { return rows_; }
    void draw(u32 row, u32 column, std::span<const Cell> cells) override {
        ASSERT_LT(row, rows_);
        ASSERT_LE(column + cells.size(), columns_);
    }
    void show_cursor(u32 row, u32 column, Cell, CursorShape) override {
        ASSERT_LT(row, rows_);
        ASSERT_LT(column, columns_);
    }
    void hide_cursor() override {}

private:
    u32 columns_, rows_;
};

/// Each wide lead has its tail and the other way round.
void check_wide_cells(const Terminal& terminal) {
    for (u32 row = 0; row < terminal.screen().rows(); ++row) {
        const Cell* cells = terminal.screen().row(row);
        for (u32 column = 0; column < terminal.screen().columns(); ++column) {
            if (cells[column].is_wide_lead) {
                ASSERT_LT(column + 1, terminal.screen().columns());
                ASSERT_TRUE(cells[column + 1].is_wide_tail);
            }
            if (cells[column].is_wide_tail) {
                ASSERT_GT(column, 0u);
                ASSERT_TRUE(cells[column - 1].is_wide_lead);
            }
        }
    }
}

std::string random_piece(std::mt19937& random) {
    auto number = [&](u32 limit) { return static_cast<u32>(random() % limit); };
    switch (number(7)) {
    case 0: return std::string(1 + number(30), static_cast<char>('a' + number(26)));
    case 1: return "漢字é\u0301";
    case 2: return std::string(1, static_cast<char>(number(256)));
    case 3: return std::string(1, static_cast<char>(number(32)));
    case 4: {
        static constexpr char kFinals[] = "@ABCDEFGHIJKLMPSTXZ`abcdefghlmnprstu";
        std::string text = "\033[";
        if (number(4) == 0) text += "?><="[number(4)];
        for (u32 count = number(5); count > 0; --count)
            text += std::to_string(number(3) == 0 ? number(100000) : number(12)) + (number(8) == 0 ? ":" : ";");
        if (number(10) == 0) text += " !$'"[number(4)];
        return text + kFinals[number(sizeof(kFinals) - 1)];
    }
    case 5: {
        static constexpr char kFinals[] = "78DEHMZc=>]P_^X\\()#%";
        std::string text = "\033";
        text += kFinals[number(sizeof(kFinals) - 1)];
        if (number(2) == 0) text += static_cast<char>(0x20 + number(95));
        return text;
    }
    default: {
        static constexpr const char* kModes[] = {"1", "3", "5", "6", "7", "25", "47", "1047", "1048", "1049", "2004", "4"};
        std::string text = number(2) ? "\033[?" : "\033[";
        return text + kModes[number(12)] + (number(2) ? "h" : "l");
    }
    }
}

void run(u32 seed, u32 columns, u32 rows) {
    std::mt19937 random(seed);
    Terminal terminal;
    ASSERT_TRUE(terminal.init(columns, rows).has_value());
    CheckingScreen screen(terminal.screen().columns(), terminal.screen().rows());
    Display display(screen);
    ASSERT_TRUE(display.init(terminal).has_value());
    for (u32 step = 0; step < 4000; ++step) {
        std::string piece = random_piece(random);
        terminal.write({reinterpret_cast<const u8*>(piece.data()), piece.size()});
        ASSERT_LT(terminal.cursor_row(), terminal.screen().rows());
        ASSERT_LT(terminal.cursor_column(), terminal.screen().columns());
        check_wide_cells(terminal);
        if (testing::Test::HasFatalFailure()) {
            ADD_FAILURE() << "seed " << seed << " step " << step;
            return;
        }
        if (random() % 8 == 0) display.scroll_view(static_cast<int>(random() % 41) - 20);
        if (random() % 4 == 0) display.refresh();
    }
}

} // namespace

TEST(TerminalFuzz, SurvivesRandomSequences) {
    for (u32 seed = 1; seed <= 20; ++seed) run(seed, 20, 8);
}

TEST(TerminalFuzz, SurvivesOnTheSmallestScreens) {
    for (u32 seed = 100; seed < 110; ++seed) run(seed, 0, 0);
    for (u32 seed = 110; seed < 115; ++seed) run(seed, 3, 2);
}

TEST(TerminalFuzz, SurvivesRandomBytes) {
    std::mt19937 random(7);
    Terminal terminal;
    ASSERT_TRUE(terminal.init(80, 25).has_value());
    for (u32 block = 0; block < 400; ++block) {
        u8 bytes[512];
        for (u8& byte : bytes) byte = static_cast<u8>(random() % 5 == 0 ? 0x1b : random());
        terminal.write(bytes);
    }
    check_wide_cells(terminal);
}

} // namespace martlet
