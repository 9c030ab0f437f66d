// What changes text: registers, and the commands that work on characters and lines.
#include "vi/editor.h"

#include "lib/utf8.h"

#include <algorithm>

namespace coreutils::vi {

Editor::Register Editor::take_text(Position from, Position to, Reach reach) const {
    Register text;
    if (reach == Reach::lines) {
        text.is_lines = true;
        for (size_t line = from.line; line <= to.line; ++line) text.lines.push_back(buffer_.line(line));
        return text;
    }
    size_t end = reach == Reach::inclusive ? next_character(buffer_.line(to.line), to.column) : to.column;
    if (from.line == to.line) {
        text.lines.push_back(buffer_.line(from.line).substr(from.column, end - from.column));
        return text;
    }
    text.lines.push_back(buffer_.line(from.line).substr(from.column));
    for (size_t line = from.line + 1; line < to.line; ++line) text.lines.push_back(buffer_.line(line));
    text.lines.push_back(buffer_.line(to.line).substr(0, end));
    return text;
}

void Editor::delete_text(Position from, Position to, Reach reach) {
    if (reach == Reach::lines) {
        buffer_.replace(from.line, to.line - from.line + 1, {});
        size_t line = std::min(from.line, buffer_.line_count() - 1);
        move_to({line, first_nonblank(buffer_.line(line))});
        return;
    }
    size_t end = reach == Reach::inclusive ? next_character(buffer_.line(to.line), to.column) : to.column;
    std::string joined = buffer_.line(from.line).substr(0, from.column) + buffer_.line(to.line).substr(end);
    buffer_.replace(from.line, to.line - from.line + 1, {std::move(joined)});
    cursor_ = from;
}

void Editor::store(char name, Register text) {
    if (name >= 'A' && name <= 'Z') { // appends
        Register& old = register_named(name + 32);
        old.is_lines |= text.is_lines;
        old.lines.insert(old.lines.end(), text.lines.begin(), text.lines.end());
        return;
    }
    register_named(name) = text;
    if (name != '"') register_named('"') = std::move(text);
}

void Editor::keep_deleted(const Register& text) {
    if (!text.is_lines && text.lines.size() < 2) return;
    for (int name = '9'; name > '1'; --name) register_named(name) = std::move(register_named(name - 1));
    register_named('1') = text;
}

void Editor::put(const Command& command, bool after) {
    char name = command.register_name >= 'A' && command.register_name <= 'Z'
                    ? static_cast<char>(command.register_name + 32)
                    : command.register_name;
    const Register& text = register_named(name);
    if (text.lines.empty()) {
        complain("Nothing in the register");
        return;
    }
    changed_ = true;
    if (text.is_lines) {
        std::vector<std::string> lines;
        for (size_t repeat = 0; repeat < command.count; ++repeat)
            lines.insert(lines.end(), text.lines.begin(), text.lines.end());
        size_t at = cursor_.line + (after ? 1 : 0);
        buffer_.replace(at, 0, std::move(lines));
        move_to({at, first_nonblank(buffer_.line(at))});
        return;
    }
    const std::string& line = buffer_.line(cursor_.line);
    size_t column = after && !line.empty() ? next_character(line, cursor_.column) : cursor_.column;
    std::string rest = line.substr(column);
    std::vector<std::string> lines = {line.substr(0, column)};
    for (size_t repeat = 0; repeat < command.count; ++repeat) {
        lines.back() += text.lines[0];
        lines.insert(lines.end(), text.lines.begin() + 1, text.lines.end());
    }
    size_t end_column = lines.back().size(), added = lines.size() - 1;
    lines.back() += rest;
    buffer_.replace(cursor_.line, 1, std::move(lines));
    if (added == 0)
        move_to({cursor_.line, previous_character(buffer_.line(cursor_.line), end_column)});
    else
        move_to({cursor_.line, column});
}

// Changes without an operator.

void Editor::join_lines(size_t count) {
    for (size_t left = std::max<size_t>(count, 2) - 1; left > 0; --left) {
        if (cursor_.line + 1 >= buffer_.line_count()) {
            complain("No next line");
            return;
        }
        changed_ = true;
        std::string line = buffer_.line(cursor_.line);
        std::string next = buffer_.line(cursor_.line + 1);
        next.erase(0, std::min(next.find_first_not_of(" \t"), next.size()));
        size_t column = line.size();
        bool blank =
            !line.empty() && line.back() != ' ' && line.back() != '\t' && !next.empty() && next[0] != ')';
        if (blank) line += line.back() == '.' || line.back() == '!' || line.back() == '?' ? "  " : " ";
        if (next.empty() && column > 0) column = previous_character(line, column);
        line += next;
        buffer_.replace(cursor_.line, 2, {std::move(line)});
        move_to({cursor_.line, column});
    }
}

void Editor::change_case(size_t count) {
    const std::string& line = buffer_.line(cursor_.line);
    if (line.empty()) return;
    changed_ = true;
    Position to = cursor_;
    for (; count > 0 && to.column < line.size(); --count) to.column = next_character(line, to.column);
    change_case_between(cursor_, to, Reach::exclusive, '~');
    move_to(to);
}

void Editor::change_case_between(Position from, Position to, Reach reach, char how) {
    Register text = take_text(from, to, reach);
    for (std::string& line : text.lines) {
        std::string changed;
        append_in_case(changed, line, how);
        line = std::move(changed);
    }
    std::string& first = text.lines.front();
    std::string& last = text.lines.back();
    if (reach != Reach::lines) {
        const std::string& end = buffer_.line(to.line);
        last += end.substr(reach == Reach::inclusive ? next_character(end, to.column) : to.column);
        first.insert(0, buffer_.line(from.line), 0, from.column);
    }
    buffer_.replace(from.line, to.line - from.line + 1, std::move(text.lines));
    move_to(from);
}

void Editor::replace_characters(size_t count) {
    int key = next_key();
    if (key == kEscape) return;
    std::string line = buffer_.line(cursor_.line), text;
    size_t end = cursor_.column;
    for (size_t index = 0; index < count; ++index) {
        if (end >= line.size()) {
            complain("Not enough characters");
            return;
        }
        end = next_character(line, end);
    }
    changed_ = true;
    if (key == '\r' || key == '\n') {
        std::string rest = line.substr(end);
        line.resize(cursor_.column);
        buffer_.replace(cursor_.line, 1, {std::move(line), std::move(rest)});
        move_to({cursor_.line + 1, 0});
        return;
    }
    for (size_t index = 0; index < count; ++index) text += text_of_key(key);
    line.replace(cursor_.column, end - cursor_.column, text);
    buffer_.set_line(cursor_.line, line);
    move_to({cursor_.line, cursor_.column + text.size() - text.size() / count});
}

void Editor::shift(size_t first, size_t last, bool right) {
    changed_ = true;
    for (size_t index = first; index <= last; ++index) {
        const std::string& line = buffer_.line(index);
        size_t blanks = std::min(line.find_first_not_of(" \t"), line.size());
        if (blanks == line.size() && right && !inserting_) continue; // an empty line stays so
        size_t width = display_column(line, blanks);
        width = right ? width + shift_width_ : width - std::min(width, shift_width_);
        std::string indent = expand_tabs_
                                 ? std::string(width, ' ')
                                 : std::string(width / tab_stop_, '\t') + std::string(width % tab_stop_, ' ');
        buffer_.set_line(index, indent + line.substr(blanks));
    }
    move_to({first, first_nonblank(buffer_.line(first))});
}

} // namespace coreutils::vi
