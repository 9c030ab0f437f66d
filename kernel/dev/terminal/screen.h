// Screen: a display of character cells, as the terminal emulator draws on it; dev/screen has one for VGA text
// and one for framebuffers. Calls come one at a time and with valid places.
#pragma once
#include <span>

#include "dev/terminal/cell.h"

namespace martlet {

enum class CursorShape : u8 { Block, Underline, Bar };

class Screen {
public:
    virtual u32 columns() const = 0;
    virtual u32 rows() const = 0;
    /// Shows cells side by side. A wide character's lead is followed by its tail in the same call.
    virtual void draw(u32 row, u32 column, std::span<const Cell> cells) = 0;
    /// Shows the cursor in one place, over the cell that is drawn there, and no longer where it was. What is drawn over
    /// it hides it until the next call.
    virtual void show_cursor(u32 row, u32 column, Cell under, CursorShape shape) = 0;
    virtual void hide_cursor() = 0;

protected:
    ~Screen() = default;
};

} // namespace martlet
