// The keys that move, alone or behind an operator. No two groups know the same key, and none reads more than
// its own.
#include "vi/editor.h"
#include "vi/ex_text.h"

#include <algorithm>
#include <ctype.h>

namespace coreutils::vi {

Motion Editor::line_motion(size_t target) const {
    return {{target, first_nonblank(buffer_.line(target))}, Reach::lines};
}

// Along the line.
std::optional<Motion> Editor::motion_in_line(int key, const Command& command, char operator_name) {
    size_t count = command.count;
    const std::string& line = buffer_.line(cursor_.line);
    size_t last_line = buffer_.line_count() - 1;
    auto in_line = [&](size_t column) { return Motion{{cursor_.line, column}, Reach::exclusive}; };
    bool for_operator = operator_name != 0;
    switch (key) {
    case 'h':
    case 8:
    case 127:
    case kKeyLeft: {
        if (cursor_.column == 0) return std::nullopt;
        size_t column = cursor_.column;
        for (; count > 0; --count) column = previous_character(line, column);
        return in_line(column);
    }
    case 'l':
    case ' ':
    case kKeyRight: {
        size_t column = cursor_.column, most = for_operator ? line.size() : last_character(line);
        if (column >= most) return std::nullopt;
        for (; count > 0 && column < most; --count) column = next_character(line, column);
        return in_line(std::min(column, most));
    }
    case '0':
    case kKeyHome:
        return in_line(0);
    case '^':
        return in_line(first_nonblank(line));
    case '|':
        return in_line(column_at(line, count - 1));
    case '$':
    case kKeyEnd: {
        if (cursor_.line + count - 1 > last_line) return std::nullopt;
        size_t target = cursor_.line + count - 1;
        Motion motion{{target, last_character(buffer_.line(target))}, Reach::inclusive};
        if (buffer_.line(target).empty()) motion.reach = Reach::exclusive;
        return motion;
    }
    case 'f':
    case 'F':
    case 't':
    case 'T':
    case ';':
    case ',': {
        char name = static_cast<char>(key);
        if (key == ';' || key == ',') {
            if (!last_find_) return std::nullopt;
            name = key == ';' ? last_find_ : static_cast<char>(last_find_ ^ 0x20);
        } else {
            last_find_target_ = text_of_key(next_key());
            last_find_ = name;
        }
        auto found = find_in_line(buffer_, cursor_, last_find_target_, name, count);
        if (!found) return std::nullopt;
        return Motion{*found, name == 'f' || name == 't' ? Reach::inclusive : Reach::exclusive};
    }
    }
    return std::nullopt;
}

// To other lines.
std::optional<Motion> Editor::motion_to_line(int key, const Command& command) {
    size_t count = command.count;
    size_t last_line = buffer_.line_count() - 1;
    auto vertical = [&](size_t target) {
        return Motion{{target, column_at(buffer_.line(target), wanted_column_)}, Reach::lines, true};
    };
    switch (key) {
    case 'j':
    case '\n':
    case kControl('N'):
    case kKeyDown:
        if (cursor_.line + count > last_line) return std::nullopt;
        return vertical(cursor_.line + count);
    case 'k':
    case kControl('P'):
    case kKeyUp:
        if (count > cursor_.line) return std::nullopt;
        return vertical(cursor_.line - count);
    case '+':
    case '\r':
        if (cursor_.line + count > last_line) return std::nullopt;
        return line_motion(cursor_.line + count);
    case '-':
        if (count > cursor_.line) return std::nullopt;
        return line_motion(cursor_.line - count);
    case '_':
        if (cursor_.line + count - 1 > last_line) return std::nullopt;
        return line_motion(cursor_.line + count - 1);
    case 'G': {
        size_t target = command.has_count ? std::min(count - 1, last_line) : last_line;
        before_jump_ = cursor_;
        return line_motion(target);
    }
    case 'g':
        if (next_key() != 'g') return std::nullopt;
        before_jump_ = cursor_;
        return line_motion(command.has_count ? std::min(count - 1, last_line) : 0);
    case 'H':
        return line_motion(std::min(top_ + count - 1, last_line));
    case 'M':
        return line_motion(std::min(top_ + (std::min(last_line - top_ + 1, rows_ - 1) - 1) / 2, last_line));
    case 'L': {
        size_t bottom = std::min(top_ + rows_ - 2, last_line);
        return line_motion(bottom - std::min(bottom - top_, count - 1));
    }
    }
    return std::nullopt;
}

// Words, paragraphs and brackets.
std::optional<Motion> Editor::motion_by_words(int key, const Command& command, char operator_name) {
    size_t count = command.count;
    const std::string& line = buffer_.line(cursor_.line);
    bool for_operator = operator_name != 0;
    switch (key) {
    case 'w':
    case 'W': {
        WordKind kind = key == 'w' ? WordKind::small : WordKind::big;
        // cw on a word changes it, not the blanks behind.
        bool on_word =
            cursor_.column < line.size() && line[cursor_.column] != ' ' && line[cursor_.column] != '\t';
        if (operator_name == 'c' && on_word)
            return Motion{end_of_words(buffer_, cursor_, kind, count), Reach::inclusive};
        Position to = word_forward(buffer_, cursor_, kind, count, for_operator);
        if (to == cursor_) return std::nullopt;
        return Motion{to};
    }
    case 'e':
    case 'E':
        return Motion{word_end(buffer_, cursor_, key == 'e' ? WordKind::small : WordKind::big, count),
                      Reach::inclusive};
    case 'b':
    case 'B':
        if (cursor_ == Position{}) return std::nullopt;
        return Motion{word_backward(buffer_, cursor_, key == 'b' ? WordKind::small : WordKind::big, count)};
    case '}':
    case '{':
        before_jump_ = cursor_;
        return Motion{paragraph(buffer_, cursor_, key == '}', count)};
    case ')':
    case '(':
        before_jump_ = cursor_;
        return Motion{sentence(buffer_, cursor_, key == ')', count)};
    case ']':
    case '[':
        if (next_key() != key) return std::nullopt;
        before_jump_ = cursor_;
        return Motion{section(buffer_, cursor_, key == ']', count)};
    case '%': {
        auto found = matching_bracket(buffer_, cursor_);
        if (!found) return std::nullopt;
        before_jump_ = cursor_;
        return Motion{*found, Reach::inclusive};
    }
    }
    return std::nullopt;
}

// To what a pattern matches.
std::optional<Motion> Editor::motion_by_search(int key, const Command& command) {
    size_t count = command.count;
    const std::string& line = buffer_.line(cursor_.line);
    std::optional<std::string> typed;
    std::string_view offset;
    switch (key) {
    case '/':
    case '?': {
        typed = read_line(static_cast<char>(key));
        if (!typed) return std::nullopt;
        offset = *typed;
        std::string pattern = take_delimited(offset, static_cast<char>(key));
        if (!pattern.empty()) last_pattern_ = pattern;
        last_forward_ = key == '/';
        [[fallthrough]];
    }
    case 'n':
    case 'N':
    case '*': {
        if (key == '*') {
            size_t begin = cursor_.column, end;
            auto is_word = [&](size_t at) {
                return at < line.size() && (isalnum(static_cast<unsigned char>(line[at])) || line[at] == '_');
            };
            while (begin < line.size() && !is_word(begin)) ++begin;
            while (begin > 0 && is_word(begin - 1)) --begin;
            for (end = begin; is_word(end);) ++end;
            if (end == begin) return std::nullopt;
            last_pattern_ = "\\<" + line.substr(begin, end - begin) + "\\>";
            last_forward_ = true;
        }
        Position start = cursor_;
        if (!search(last_pattern_, last_forward_ != (key == 'N'), count)) return std::nullopt;
        Motion motion{cursor_};
        // /pattern/+2: so many lines from the one that matches
        if (size_t target; !offset.empty() && parse_address(offset, target)) motion = line_motion(target);
        cursor_ = start;
        return motion;
    }
    }
    return std::nullopt;
}

// To a mark.
std::optional<Motion> Editor::motion_to_mark(int key) {
    size_t last_line = buffer_.line_count() - 1;
    switch (key) {
    case '\'':
    case '`': {
        int name = next_key();
        Position to = before_jump_;
        if (name != '\'' && name != '`') {
            to = buffer_.mark(name);
            if (to.line == Buffer::kNoLine) {
                complain("Mark not set");
                return std::nullopt;
            }
        }
        to.line = std::min(to.line, last_line);
        before_jump_ = cursor_;
        return key == '\'' ? line_motion(to.line)
                           : Motion{{to.line, std::min(to.column, buffer_.line(to.line).size())}};
    }
    }
    return std::nullopt;
}

std::optional<Motion> Editor::read_motion(int key, const Command& command, char operator_name) {
    if (auto motion = motion_in_line(key, command, operator_name)) return motion;
    if (auto motion = motion_to_line(key, command)) return motion;
    if (auto motion = motion_by_words(key, command, operator_name)) return motion;
    if (auto motion = motion_by_search(key, command)) return motion;
    return motion_to_mark(key);
}

} // namespace coreutils::vi
