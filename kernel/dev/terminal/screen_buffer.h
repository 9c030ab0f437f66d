// ScreenBuffer: the cells of a terminal: a grid of rows, the lines that scrolled off its top, and what has
// changed.
//
// Rows are pointers, so scrolling turns pointers and blanks one row per line. A line that leaves for the
// history changes places with the oldest one there; the history's lines are allocated in blocks when first
// needed. Without memory the oldest lines are reused, or none are kept. No bounds are checked here: callers
// clamp.
#pragma once
#include <memory>
#include <span>

#include "base/result.h"
#include "base/vector.h"
#include "dev/terminal/cell.h"

namespace martlet {

enum class KeepHistory : u8 { No, Yes };

class ScreenBuffer : NonCopyable {
public:
    static constexpr u32 kHistoryLines = 1024;

    [[nodiscard]] Result<void> init(u32 columns, u32 rows);
    u32 columns() const { return columns_; }
    u32 rows() const { return rows_; }

    Cell* row(u32 index) { return rows_by_index_[index]; }
    const Cell* row(u32 index) const { return rows_by_index_[index]; }

    /// The rows top … bottom (inclusive) move up or down; the rows that come free are filled. Lines pushed
    /// out at the top go to the history on request.
    void scroll_up(u32 top, u32 bottom, u32 count, Cell fill, KeepHistory keep);
    void scroll_down(u32 top, u32 bottom, u32 count, Cell fill);
    void fill(u32 row, u32 first_column, u32 end_column, Cell cell);
    /// Moves the cells of a row from `column` on to the right or left; free cells are filled.
    void insert_cells(u32 row, u32 column, u32 count, Cell fill);
    void delete_cells(u32 row, u32 column, u32 count, Cell fill);
    /// A wide character of which only one half is left becomes blank: call with the edges of what is overwritten.
    void split_wide(u32 row, u32 column);

    /// The alternate screen has no history and is allocated at first use; false without memory.
    bool show_alternate(bool alternate);
    bool is_alternate() const { return is_alternate_; }

    u32 history_size() const { return history_count_; }
    /// 0 is the newest line.
    const Cell* history_line(u32 age) const;
    void clear_history() { history_count_ = 0; }

    // What has changed since take_damage of each row.
    struct Damage {
        u32 first, end; // columns
    };
    void damage(u32 row, u32 first, u32 end);
    void damage_rows(u32 top, u32 bottom); // inclusive
    void damage_all();
    bool has_damage() const { return is_damaged_; }
    Damage take_damage(u32 row);
    void damage_taken() { is_damaged_ = is_all_damaged_ = false; }

private:
    static constexpr u32 kLinesPerBlock = 32;
    Cell* keep_line(Cell* line);
    bool add_history_block();
    void use_block(Vector<Cell>& block);

    u32 columns_ = 0, rows_ = 0;
    Vector<Cell> main_, alternate_;
    Vector<Cell*> rows_by_index_, main_rows_;
    Vector<Cell*> scratch_;
    Vector<Damage> damage_;
    bool is_damaged_ = false, is_all_damaged_ = false, is_alternate_ = false;
    Vector<Vector<Cell>> history_blocks_;
    Vector<Cell*> history_; // a ring of lines; those allocated so far
    u32 history_count_ = 0, history_next_ = 0, history_limit_ = kHistoryLines;
};

} // namespace martlet
