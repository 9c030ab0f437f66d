// Selection: a stretch of what a display shows, by characters, words or lines, as the mouse marks it. Pure.
#pragma once
#include <compare>

#include "base/result.h"
#include "base/vector.h"
#include "dev/terminal/cell.h"

namespace martlet {

struct CellPlace {
    u32 row = 0, column = 0;
    auto operator<=>(const CellPlace&) const = default;
};

enum class SelectionUnit : u8 { Characters, Words, Lines };

/// What is looked at: rows of so many cells.
class CellRows {
public:
    virtual const Cell* cells(u32 row) const = 0;

protected:
    ~CellRows() = default;
};

class Selection {
public:
    bool is_empty() const { return is_empty_; }
    void clear() { is_empty_ = true; }
    /// From where the button went down to where the pointer is now, both included, widened to whole units.
    void set(const CellRows& rows, u32 columns, CellPlace anchor, CellPlace head, SelectionUnit unit);
    bool contains(CellPlace place) const { return !is_empty_ && place >= first_ && place <= last_; }
    CellPlace first() const { return first_; }
    CellPlace last() const { return last_; }

    /// The text in UTF-8. Rows that end in blanks lose these and end with a carriage return, as Enter sends it. ENOMEM.
    Result<Vector<char>> text(const CellRows& rows, u32 columns) const;

private:
    CellPlace first_, last_;
    bool is_empty_ = true;
};

} // namespace martlet
