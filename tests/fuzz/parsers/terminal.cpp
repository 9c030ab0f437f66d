// The terminal emulator with a display, a selection and mouse reports: any bytes, on screens of several sizes, scrolled and
// looked at in between. The first byte chooses the size.
#include <cstdint>
#include <cstdlib>

#include "dev/terminal/display.h"
#include "dev/terminal/mouse_report.h"

using namespace martlet;

namespace {

/// Wants what it is told to draw to be there.
class CheckingScreen final : public Screen {
public:
    CheckingScreen(u32 columns, u32 rows) : columns_(columns), rows_(rows) {}
    u32 columns() const override { return columns_; }
    u32 rows() const override { return rows_; }
    void draw(u32 row, u32 column, std::span<const Cell> cells) override {
        if (row >= rows_ || column + cells.size() > columns_ || cells.empty()) abort();
    }
    void show_cursor(u32 row, u32 column, Cell, CursorShape) override {
        if (row >= rows_ || column >= columns_) abort();
    }
    void hide_cursor() override {}

private:
    u32 columns_, rows_;
};

void look_at(Display& display, Terminal& terminal, u8 what) {
    u32 columns = terminal.screen().columns(), rows = terminal.screen().rows();
    display.scroll_view(static_cast<int>(what % 32) - 16);
    Selection selection;
    selection.set(display, columns, {what % rows, what % columns}, {what / 3 % rows, what / 5 % columns}, static_cast<SelectionUnit>(what % 3));
    (void)selection.text(display, columns);
    display.set_selection(selection);
    display.set_pointer(CellPlace{what % rows, what % columns});
    display.refresh();
    char report[32];
    (void)encode_mouse_report({MouseAction::Press, MouseButton::Left, what % rows, what % columns}, terminal.modes(), report);
    u8 replies[Terminal::kRepliesMax];
    (void)terminal.take_replies(replies);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    Terminal terminal;
    if (!terminal.init(data[0] % 41, data[0] / 41u)) return 0;
    CheckingScreen screen(terminal.screen().columns(), terminal.screen().rows());
    Display display(screen);
    if (!display.init(terminal)) return 0;
    constexpr size_t kPiece = 16;
    for (size_t offset = 1; offset < size; offset += kPiece) {
        terminal.write({data + offset, std::min(kPiece, size - offset)});
        if (terminal.cursor_row() >= terminal.screen().rows() || terminal.cursor_column() >= terminal.screen().columns()) abort();
        look_at(display, terminal, data[offset]);
    }
    return 0;
}
