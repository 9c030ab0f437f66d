// The grid of cells, scrolling and history.
#include "dev/terminal/screen_buffer.h"

#include <string.h>

#include <algorithm>

namespace martlet {

Result<void> ScreenBuffer::init(u32 columns, u32 rows) {
    columns_ = columns;
    rows_ = rows;
    TRY(main_.resize(static_cast<usize>(columns) * rows));
    TRY(rows_by_index_.resize(rows));
    TRY(main_rows_.resize(rows));
    TRY(scratch_.resize(rows));
    TRY(damage_.resize(rows));
    std::fill(main_.begin(), main_.end(), blank_cell());
    use_block(main_);
    damage_all();
    return {};
}

void ScreenBuffer::use_block(Vector<Cell>& block) {
    for (u32 index = 0; index < rows_; ++index)
        rows_by_index_[index] = block.data() + static_cast<usize>(index) * columns_;
}

bool ScreenBuffer::show_alternate(bool alternate) {
    if (alternate == is_alternate_) return true;
    if (alternate) {
        if (!alternate_.resize(static_cast<usize>(columns_) * rows_)) return false;
        std::copy(rows_by_index_.begin(), rows_by_index_.end(), main_rows_.begin());
        use_block(alternate_);
    } else {
        std::copy(main_rows_.begin(), main_rows_.end(), rows_by_index_.begin());
    }
    is_alternate_ = alternate;
    damage_all();
    return true;
}

void ScreenBuffer::damage(u32 row, u32 first, u32 end) {
    if (is_all_damaged_) return;
    Damage& range = damage_[row];
    if (range.first == range.end) {
        range = {first, end};
    } else {
        range.first = std::min(range.first, first);
        range.end = std::max(range.end, end);
    }
    is_damaged_ = true;
}

void ScreenBuffer::damage_all() {
    is_damaged_ = is_all_damaged_ = true;
}

void ScreenBuffer::damage_rows(u32 top, u32 bottom) {
    if (top == 0 && bottom == rows_ - 1) return damage_all();
    for (u32 index = top; index <= bottom; ++index) damage(index, 0, columns_);
}

ScreenBuffer::Damage ScreenBuffer::take_damage(u32 row) {
    Damage taken = std::exchange(damage_[row], {0, 0});
    return is_all_damaged_ ? Damage{0, columns_} : taken;
}

void ScreenBuffer::fill(u32 row_index, u32 first_column, u32 end_column, Cell cell) {
    if (first_column >= end_column) return;
    if (first_column > 0) split_wide(row_index, first_column);
    if (end_column < columns_) split_wide(row_index, end_column);
    std::fill(row(row_index) + first_column, row(row_index) + end_column, cell);
    damage(row_index, first_column, end_column);
}

void ScreenBuffer::split_wide(u32 row_index, u32 column) {
    if (column == 0 || column >= columns_) return;
    Cell* cells = row(row_index);
    if (!cells[column].is_wide_tail) return;
    for (u32 half = column - 1; half <= column; ++half) {
        cells[half].code_point = ' ';
        cells[half].is_wide_lead = cells[half].is_wide_tail = 0;
    }
    damage(row_index, column - 1, column + 1);
}

void ScreenBuffer::scroll_up(u32 top, u32 bottom, u32 count, Cell fill_cell, KeepHistory keep) {
    u32 height = bottom - top + 1;
    count = std::min(count, height);
    if (count == 0) return;
    Cell** rows = rows_by_index_.data();
    for (u32 index = 0; index < count; ++index) {
        scratch_[index] = keep == KeepHistory::Yes ? keep_line(rows[top + index]) : rows[top + index];
    }
    memmove(rows + top, rows + top + count, (height - count) * sizeof(Cell*));
    for (u32 index = 0; index < count; ++index) {
        rows[bottom + 1 - count + index] = scratch_[index];
        std::fill_n(scratch_[index], columns_, fill_cell);
    }
    damage_rows(top, bottom);
}

void ScreenBuffer::scroll_down(u32 top, u32 bottom, u32 count, Cell fill_cell) {
    u32 height = bottom - top + 1;
    count = std::min(count, height);
    if (count == 0) return;
    Cell** rows = rows_by_index_.data();
    for (u32 index = 0; index < count; ++index) scratch_[index] = rows[bottom + 1 - count + index];
    memmove(rows + top + count, rows + top, (height - count) * sizeof(Cell*));
    for (u32 index = 0; index < count; ++index) {
        rows[top + index] = scratch_[index];
        std::fill_n(scratch_[index], columns_, fill_cell);
    }
    damage_rows(top, bottom);
}

void ScreenBuffer::insert_cells(u32 row_index, u32 column, u32 count, Cell fill_cell) {
    count = std::min(count, columns_ - column);
    split_wide(row_index, column);
    split_wide(row_index, columns_ - count);
    Cell* cells = row(row_index);
    memmove(cells + column + count, cells + column, (columns_ - column - count) * sizeof(Cell));
    std::fill_n(cells + column, count, fill_cell);
    damage(row_index, column, columns_);
}

void ScreenBuffer::delete_cells(u32 row_index, u32 column, u32 count, Cell fill_cell) {
    count = std::min(count, columns_ - column);
    split_wide(row_index, column);
    split_wide(row_index, column + count);
    Cell* cells = row(row_index);
    memmove(cells + column, cells + column + count, (columns_ - column - count) * sizeof(Cell));
    std::fill_n(cells + columns_ - count, count, fill_cell);
    damage(row_index, column, columns_);
}

bool ScreenBuffer::add_history_block() {
    Vector<Cell> block;
    usize line_count = history_.size();
    if (!block.resize(static_cast<usize>(kLinesPerBlock) * columns_) ||
        !history_.resize(line_count + kLinesPerBlock))
        return false;
    Cell* lines = block.data();
    if (!history_blocks_.push_back(std::move(block))) {
        (void)history_.resize(line_count);
        return false;
    }
    for (u32 index = 0; index < kLinesPerBlock; ++index)
        history_[line_count + index] = lines + static_cast<usize>(index) * columns_;
    return true;
}

/// Takes the line over; answers one to use instead of it.
Cell* ScreenBuffer::keep_line(Cell* line) {
    if (history_next_ == history_.size() && !add_history_block()) {
        if (history_next_ == 0) return line;
        history_limit_ = history_next_; // no memory for more: the ring is as long as what there is
        history_next_ = 0;
    }
    Cell* free = std::exchange(history_[history_next_], line);
    history_next_ = (history_next_ + 1) % history_limit_;
    history_count_ = std::min(history_count_ + 1, history_limit_);
    return free;
}

const Cell* ScreenBuffer::history_line(u32 age) const {
    return history_[(history_next_ + history_limit_ - 1 - age) % history_limit_];
}

} // namespace martlet
