#include "dev/terminal/selection.h"

#include <algorithm>

namespace martlet {
namespace {

/// As Linux's default: letters, digits and what file names and addresses are made of.
bool is_word(u32 code) {
    if (code >= 0x80) return code != 0xa0 && !(code >= 0x2500 && code < 0x2600); // no box drawing
    if ((code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z')) return true;
    for (char each : {'_', '-', '.', '/', '~', '+', ':', '@', '%'})
        if (code == static_cast<u32>(each)) return true;
    return false;
}

Result<void> append_utf8(Vector<char>& text, u32 code) {
    auto add = [&](u32 byte) { return text.push_back(static_cast<char>(byte)); };
    if (code < 0x80) return add(code);
    if (code < 0x800) {
        TRY(add(0xc0 | code >> 6));
    } else {
        if (code >= 0x10000) TRY(add(0xf0 | code >> 18));
        TRY(add(code < 0x10000 ? 0xe0 | code >> 12 : 0x80 | (code >> 12 & 0x3f)));
        TRY(add(0x80 | (code >> 6 & 0x3f)));
    }
    return add(0x80 | (code & 0x3f));
}

} // namespace

void Selection::set(const CellRows& rows, u32 columns, CellPlace anchor, CellPlace head, SelectionUnit unit) {
    is_empty_ = false;
    first_ = std::min(anchor, head);
    last_ = std::max(anchor, head);
    if (unit == SelectionUnit::Lines) {
        first_.column = 0;
        last_.column = columns - 1;
    } else if (unit == SelectionUnit::Words) {
        const Cell* cells = rows.cells(first_.row);
        bool kind = is_word(static_cast<u32>(cells[first_.column].code_point));
        while (first_.column > 0 && kind && is_word(static_cast<u32>(cells[first_.column - 1].code_point)))
            --first_.column;
        cells = rows.cells(last_.row);
        kind = is_word(static_cast<u32>(cells[last_.column].code_point));
        while (last_.column + 1 < columns && kind &&
               is_word(static_cast<u32>(cells[last_.column + 1].code_point)))
            ++last_.column;
    }
    if (rows.cells(first_.row)[first_.column].is_wide_tail && first_.column > 0) --first_.column;
    if (rows.cells(last_.row)[last_.column].is_wide_lead && last_.column + 1 < columns) ++last_.column;
}

Result<Vector<char>> Selection::text(const CellRows& rows, u32 columns) const {
    Vector<char> text;
    for (u32 row = first_.row; !is_empty_ && row <= last_.row; ++row) {
        const Cell* cells = rows.cells(row);
        u32 begin = row == first_.row ? first_.column : 0, end = row == last_.row ? last_.column + 1 : columns;
        bool reaches_end = end == columns;
        while (end > begin && reaches_end && cells[end - 1].code_point == ' ') --end;
        for (u32 column = begin; column < end; ++column)
            if (!cells[column].is_wide_tail) TRY(append_utf8(text, static_cast<u32>(cells[column].code_point)));
        bool line_ended = reaches_end && (end < columns || begin == end);
        if (line_ended && row != last_.row) TRY(text.push_back('\r'));
    }
    return text;
}

} // namespace martlet
