#include "edit/line_buffer.hpp"

#include "base/text.hpp"
#include "edit/display_width.hpp"

namespace sh {

namespace {

constexpr size_t kMostUndo = 200;

bool is_word_char(char c) {
    return is_name_char(c) || static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

void LineBuffer::reset(std::string_view text) {
    text_ = text;
    cursor_ = text_.size();
    undo_.clear();
}

void LineBuffer::remember() {
    if (undo_.size() >= kMostUndo)
        undo_.erase(undo_.begin());
    undo_.push_back({text_, cursor_});
}

void LineBuffer::undo() {
    if (undo_.empty())
        return;
    text_ = std::move(undo_.back().text);
    cursor_ = undo_.back().cursor;
    undo_.pop_back();
}

void LineBuffer::insert(std::string_view text) {
    if (!inserting_)
        remember();
    this_inserted_ = true;
    std::string copy(text);
    text_.insert(cursor_, copy);
    cursor_ += copy.size();
}

void LineBuffer::replace(size_t from, size_t to, std::string_view text) {
    remember();
    text_.replace(from, to - from, text);
    cursor_ = from + text.size();
}

// A character with the combining ones that follow it is one step.
size_t LineBuffer::before(size_t position) const {
    while (position > 0) {
        --position;
        while (position > 0 && (text_[position] & 0xc0) == 0x80)
            --position;
        if (character_width(decode_character(std::string_view(text_).substr(position))) > 0)
            break;
    }
    return position;
}

size_t LineBuffer::after(size_t position) const {
    if (position >= text_.size())
        return text_.size();
    std::string_view text = text_;
    position += character_length(text.substr(position));
    while (position < text.size() && character_width(decode_character(text.substr(position))) == 0)
        position += character_length(text.substr(position));
    return position;
}

size_t LineBuffer::line_start(size_t position) const {
    size_t newline = position == 0 ? std::string::npos : text_.rfind('\n', position - 1);
    return newline == std::string::npos ? 0 : newline + 1;
}

size_t LineBuffer::line_end(size_t position) const {
    size_t newline = text_.find('\n', position);
    return newline == std::string::npos ? text_.size() : newline;
}

bool LineBuffer::move_up() {
    size_t start = line_start();
    if (start == 0)
        return false;
    size_t column = count_characters(std::string_view(text_).substr(start, cursor_ - start));
    cursor_ = start - 1;
    size_t end = cursor_;
    cursor_ = line_start();
    while (column-- > 0 && cursor_ < end)
        cursor_ = after(cursor_);
    return true;
}

bool LineBuffer::move_down() {
    size_t end = line_end();
    if (end == text_.size())
        return false;
    size_t start = line_start();
    size_t column = count_characters(std::string_view(text_).substr(start, cursor_ - start));
    cursor_ = end + 1;
    end = line_end();
    while (column-- > 0 && cursor_ < end)
        cursor_ = after(cursor_);
    return true;
}

size_t LineBuffer::word_left() const {
    size_t at = cursor_;
    while (at > 0 && !is_word_char(text_[at - 1]))
        --at;
    while (at > 0 && is_word_char(text_[at - 1]))
        --at;
    return at;
}

size_t LineBuffer::word_right() const {
    size_t at = cursor_;
    while (at < text_.size() && !is_word_char(text_[at]))
        ++at;
    while (at < text_.size() && is_word_char(text_[at]))
        ++at;
    return at;
}

void LineBuffer::erase_left() {
    size_t from = before(cursor_);
    if (from < cursor_)
        replace(from, cursor_, "");
}

void LineBuffer::erase_right() {
    size_t to = after(cursor_);
    if (to > cursor_)
        replace(cursor_, to, "");
}

void LineBuffer::kill(size_t from, size_t to) {
    this_was_kill_ = true;
    std::string text = text_.substr(from, to - from);
    if (!last_was_kill_)
        killed_ = text;
    else if (from < cursor_)
        killed_ = text + killed_;
    else
        killed_ += text;
    if (from < to)
        replace(from, to, "");
}

void LineBuffer::kill_to_end() {
    size_t end = line_end();
    // At the end of a line, the newline itself.
    kill(cursor_, end == cursor_ && end < text_.size() ? end + 1 : end);
}

void LineBuffer::kill_to_start() {
    kill(line_start(), cursor_);
}

void LineBuffer::kill_word_left() {
    kill(word_left(), cursor_);
}

void LineBuffer::kill_word_right() {
    kill(cursor_, word_right());
}

void LineBuffer::kill_blank_word_left() {
    size_t at = cursor_;
    while (at > 0 && is_space(text_[at - 1]))
        --at;
    while (at > 0 && !is_space(text_[at - 1]))
        --at;
    kill(at, cursor_);
}

void LineBuffer::transpose() {
    if (cursor_ == 0 || text_.empty())
        return;
    size_t right = at_end() ? before(cursor_) : cursor_;
    if (right == 0)
        return;
    size_t left = before(right);
    size_t end = after(right);
    std::string swapped = text_.substr(right, end - right) + text_.substr(left, right - left);
    replace(left, end, swapped);
}

void LineBuffer::change_case(Case wanted) {
    size_t start = cursor_;
    while (start < text_.size() && !is_word_char(text_[start]))
        ++start;
    size_t end = word_right();
    std::string word = text_.substr(start, end - start);
    for (size_t i = 0; i < word.size(); ++i) {
        char& c = word[i];
        bool upper = wanted == Case::upper || (wanted == Case::capital && i == 0);
        if (upper && c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 32);
        else if (!upper && c >= 'A' && c <= 'Z')
            c = static_cast<char>(c + 32);
    }
    if (!word.empty())
        replace(start, end, word);
}

}  // namespace sh
