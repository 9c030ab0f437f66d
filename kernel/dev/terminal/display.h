// Display: keeps a Screen showing what one of several Terminals holds, or the history above it.
//
// It remembers what the screen shows, so each refresh draws only the cells that differ, in runs, however much
// was written in between, and never reads the screen.
#pragma once
#include <optional>

#include "dev/terminal/screen.h"
#include "dev/terminal/selection.h"
#include "dev/terminal/terminal.h"

namespace martlet {

class Display final : public CellRows, NonCopyable {
public:
    explicit Display(Screen& screen) : screen_(screen) {}
    /// Shows `terminal`, whose size all later ones have. ENOMEM.
    [[nodiscard]] Result<void> init(Terminal& terminal);

    /// Shows another terminal from the next refresh on.
    void show(Terminal& terminal);
    /// Something else has drawn on the screen: the next refresh draws everything.
    void forget();

    void refresh();
    /// Shows the opposite colours (a visible bell).
    void set_flash(bool flash);
    /// Looks further back (up) or forward into the history, by lines; stops at its ends.
    void scroll_view(int lines);
    /// Back to the live screen.
    void reset_view();
    bool is_scrolled_back() const { return view_offset_ != 0; }

    /// What is shown in the row, without the highlights.
    const Cell* cells(u32 row) const override;
    /// What is shown in opposite colours, until it is changed: the selection and the mouse's pointer.
    void set_selection(const Selection& selection);
    const Selection& selection() const { return selection_; }
    void set_pointer(std::optional<CellPlace> place);

private:
    bool is_highlighted(CellPlace place) const { return selection_.contains(place) != (pointer_ == place); }
    void damage_selection();
    void refresh_row(u32 row, u32 first, u32 end);
    void refresh_cursor();

    Terminal* terminal_ = nullptr;
    Screen& screen_;
    Vector<Cell> shown_;
    Vector<Cell> line_; // one row as it is to look
    u32 view_offset_ = 0;
    bool is_flash_ = false;
    Selection selection_;
    std::optional<CellPlace> pointer_;
};

} // namespace martlet
