#include "vi/buffer.h"

#include "lib/utf8.h"

#include <iterator>
#include <wctype.h>

namespace coreutils::vi {

void Buffer::load(std::vector<std::string> lines) {
    lines_ = std::move(lines);
    empty_ = lines_.empty();
    if (empty_) lines_.emplace_back();
    done_.clear();
    undone_.clear();
    tracked_.clear();
    marks_.fill({kNoLine, 0});
    set_unmodified();
}

void Buffer::begin_group(Position cursor) {
    group_cursor_ = cursor;
    group_open_ = false;
}

void Buffer::move_marks(size_t first, size_t removed, size_t added) {
    if (removed == added) return;
    std::erase_if(tracked_, [&](size_t& line) {
        bool behind = line >= first + removed, gone = !behind && line >= first + added;
        if (behind) line = line - removed + added;
        return gone;
    });
    for (Position& mark : marks_) {
        if (mark.line == kNoLine) continue;
        if (mark.line >= first + removed)
            mark.line = mark.line - removed + added;
        else if (mark.line >= first + added) // its line is gone
            mark.line = kNoLine;
    }
}

void Buffer::replace(size_t first, size_t count, std::vector<std::string> lines) {
    if (!group_open_) {
        if (saved_at_ > done_.size()) saved_at_ = kNowhere; // it was undone, and nothing leads there again
        done_.push_back({group_cursor_, {}});
        group_open_ = true;
    }
    undone_.clear();
    auto begin = lines_.begin() + static_cast<ptrdiff_t>(first), end = begin + static_cast<ptrdiff_t>(count);
    move_marks(first, count, lines.size());
    Change change{first, {std::make_move_iterator(begin), std::make_move_iterator(end)}, lines, empty_};
    if (count == lines.size()) {
        std::move(lines.begin(), lines.end(), begin);
    } else {
        lines_.erase(begin, end);
        lines_.insert(lines_.begin() + static_cast<ptrdiff_t>(first), std::make_move_iterator(lines.begin()),
                      std::make_move_iterator(lines.end()));
    }
    // A buffer without lines has one, empty: that belongs to the change.
    empty_ = change.is_empty = lines_.empty();
    if (empty_) {
        lines_.emplace_back();
        change.after.emplace_back();
    }
    done_.back().changes.push_back(std::move(change));
}

void Buffer::apply(size_t first, const std::vector<std::string>& from, const std::vector<std::string>& to) {
    move_marks(first, from.size(), to.size());
    auto begin = lines_.begin() + static_cast<ptrdiff_t>(first);
    lines_.erase(begin, begin + static_cast<ptrdiff_t>(from.size()));
    lines_.insert(lines_.begin() + static_cast<ptrdiff_t>(first), to.begin(), to.end());
}

bool Buffer::undo(Position& cursor) {
    if (done_.empty()) return false;
    Group group = std::move(done_.back());
    done_.pop_back();
    group_open_ = false;
    for (size_t index = group.changes.size(); index-- > 0;) {
        const Change& change = group.changes[index];
        apply(change.first, change.after, change.before);
        empty_ = change.was_empty;
    }
    cursor = group.cursor;
    undone_.push_back(std::move(group));
    return true;
}

bool Buffer::redo(Position& cursor) {
    if (undone_.empty()) return false;
    Group group = std::move(undone_.back());
    undone_.pop_back();
    group_open_ = false;
    for (const Change& change : group.changes) {
        apply(change.first, change.before, change.after);
        cursor = {change.first, 0};
        empty_ = change.is_empty;
    }
    done_.push_back(std::move(group));
    return true;
}

std::string Buffer::text(size_t first, size_t last) const {
    std::string text;
    for (size_t line = first; line <= last; ++line) {
        text += lines_[line];
        text += '\n';
    }
    return text;
}

size_t next_character(const std::string& text, size_t column) {
    return column >= text.size() ? text.size()
                                 : column + decode_utf8(std::string_view(text).substr(column)).length;
}

size_t previous_character(const std::string& text, size_t column) {
    if (column == 0) return 0;
    --column;
    for (int back = 0; back < 3 && column > 0 && (static_cast<unsigned char>(text[column]) & 0xc0) == 0x80;
         ++back)
        --column;
    return column;
}

void append_in_case(std::string& to, std::string_view text, char how) {
    while (!text.empty()) {
        CodePoint point = decode_utf8(text);
        auto letter = static_cast<wint_t>(point.value);
        bool raise = how == 'U' || (how == '~' && iswlower(letter));
        if (point.value == kInvalidByte)
            to.push_back(text[0]);
        else
            append_utf8(to, static_cast<char32_t>(raise ? towupper(letter) : towlower(letter)));
        text.remove_prefix(point.length);
    }
}

size_t last_character(const std::string& text) { return previous_character(text, text.size()); }

} // namespace coreutils::vi
