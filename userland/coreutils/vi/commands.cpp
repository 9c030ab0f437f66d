// Normal mode: motions, operators and the commands that change text.
#include "vi/editor.h"

#include "lib/utf8.h"

#include <algorithm>
#include <ctype.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

namespace coreutils::vi {
namespace {

constexpr size_t kMostCount = 1'000'000;
constexpr char kControl(char letter) { return static_cast<char>(letter & 0x1f); }

std::string text_of_key(int key) {
    std::string text;
    if (key >= 0 && key < 0x110000) append_utf8(text, static_cast<char32_t>(key));
    return text;
}

} // namespace

// Registers.

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
        Register& old = registers_[static_cast<char>(name + 32)];
        old.is_lines |= text.is_lines;
        old.lines.insert(old.lines.end(), text.lines.begin(), text.lines.end());
        return;
    }
    registers_[name] = text;
    if (name != '"') registers_['"'] = std::move(text);
}

void Editor::put(const Command& command, bool after) {
    char name = command.register_name >= 'A' && command.register_name <= 'Z'
                    ? static_cast<char>(command.register_name + 32)
                    : command.register_name;
    auto found = registers_.find(name);
    if (found == registers_.end() || found->second.lines.empty()) {
        complain("Nothing in the register");
        return;
    }
    changed_ = true;
    const Register& text = found->second;
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
    std::string line = buffer_.line(cursor_.line);
    if (line.empty()) return;
    changed_ = true;
    for (; count > 0 && cursor_.column < line.size(); --count) {
        auto& byte = line[cursor_.column];
        auto value = static_cast<unsigned char>(byte);
        byte = static_cast<char>(islower(value) ? toupper(value) : isupper(value) ? tolower(value) : value);
        cursor_.column = next_character(line, cursor_.column);
    }
    buffer_.set_line(cursor_.line, line);
    move_to(cursor_);
}

void Editor::replace_characters(size_t count) {
    int key = next_key();
    if (key == 0x1b) return;
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
        if (blanks == line.size() && right) continue; // an empty line stays so
        size_t width = display_column(line, blanks);
        width = right ? width + shift_width_ : width - std::min(width, shift_width_);
        std::string indent = expand_tabs_
                                 ? std::string(width, ' ')
                                 : std::string(width / tab_stop_, '\t') + std::string(width % tab_stop_, ' ');
        buffer_.set_line(index, indent + line.substr(blanks));
    }
    move_to({first, first_nonblank(buffer_.line(first))});
}

// Motions.

std::optional<Motion> Editor::read_motion(int key, const Command& command, char operator_name) {
    size_t count = command.count;
    const std::string& line = buffer_.line(cursor_.line);
    size_t last_line = buffer_.line_count() - 1;
    auto in_line = [&](size_t column, Reach reach = Reach::exclusive) {
        return Motion{{cursor_.line, column}, reach};
    };
    auto to_line = [&](size_t target) {
        return Motion{{target, first_nonblank(buffer_.line(target))}, Reach::lines};
    };
    auto vertical = [&](size_t target) {
        return Motion{{target, column_at(buffer_.line(target), wanted_column_)}, Reach::lines, true};
    };
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
        return to_line(cursor_.line + count);
    case '-':
        if (count > cursor_.line) return std::nullopt;
        return to_line(cursor_.line - count);
    case '_':
        if (cursor_.line + count - 1 > last_line) return std::nullopt;
        return to_line(cursor_.line + count - 1);
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
    case 'G': {
        size_t target = command.has_count ? std::min(count - 1, last_line) : last_line;
        before_jump_ = cursor_;
        return to_line(target);
    }
    case 'g':
        if (next_key() != 'g') return std::nullopt;
        before_jump_ = cursor_;
        return to_line(command.has_count ? std::min(count - 1, last_line) : 0);
    case 'H':
        return to_line(std::min(top_ + count - 1, last_line));
    case 'M':
        return to_line(std::min(top_ + (std::min(last_line - top_ + 1, rows_ - 1) - 1) / 2, last_line));
    case 'L': {
        size_t bottom = std::min(top_ + rows_ - 2, last_line);
        return to_line(bottom - std::min(bottom - top_, count - 1));
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
    case '%': {
        auto found = matching_bracket(buffer_, cursor_);
        if (!found) return std::nullopt;
        before_jump_ = cursor_;
        return Motion{*found, Reach::inclusive};
    }
    case '/':
    case '?': {
        auto pattern = read_line(static_cast<char>(key));
        if (!pattern) return std::nullopt;
        if (!pattern->empty()) last_pattern_ = *pattern;
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
        cursor_ = start;
        return motion;
    }
    case '\'':
    case '`': {
        int name = next_key();
        Position to = before_jump_;
        if (name != '\'' && name != '`') {
            auto found = buffer_.marks().find(static_cast<char>(name));
            if (found == buffer_.marks().end()) {
                complain("Mark not set");
                return std::nullopt;
            }
            to = found->second;
        }
        to.line = std::min(to.line, last_line);
        before_jump_ = cursor_;
        return key == '\'' ? to_line(to.line)
                           : Motion{{to.line, std::min(to.column, buffer_.line(to.line).size())}};
    }
    }
    return std::nullopt;
}

// Operators.

void Editor::apply_operator(char name, const Command& command, Position from, const Motion& motion) {
    Position to = motion.to;
    Reach reach = motion.reach;
    if (to < from) std::swap(from, to);
    if (name == '<' || name == '>') {
        shift(from.line, to.line, name == '>');
        return;
    }
    // POSIX: an exclusive motion to the beginning of a line ends behind the line before it.
    if (reach == Reach::exclusive && to.column == 0 && to.line > from.line) {
        --to.line;
        to.column = buffer_.line(to.line).size();
        if (from.column <= first_nonblank(buffer_.line(from.line)) && name != 'c') reach = Reach::lines;
    }
    if (name == '!') {
        auto line = read_line('!');
        changed_ = true;
        if (line) filter_lines(from.line, to.line, *line);
        return;
    }
    store(command.register_name, take_text(from, to, reach));
    if (name == 'y') {
        move_to(reach == Reach::lines
                    ? Position{from.line, cursor_.line == from.line ? cursor_.column : from.column}
                    : from);
        return;
    }
    changed_ = true;
    if (name == 'd') {
        delete_text(from, to, reach);
        move_to(cursor_);
        return;
    }
    if (reach == Reach::lines) {
        std::string indent =
            auto_indent_
                ? buffer_.line(from.line).substr(0, std::min(buffer_.line(from.line).find_first_not_of(" \t"),
                                                             buffer_.line(from.line).size()))
                : "";
        size_t column = indent.size();
        buffer_.replace(from.line, to.line - from.line + 1, {std::move(indent)});
        cursor_ = {from.line, column};
    } else {
        delete_text(from, to, reach);
    }
    insert_mode(1, false);
}

bool Editor::operator_command(const Command& command, int key) {
    if (!strchr("dcy<>!", key) || key == 0) return false;
    buffer_.begin_group(cursor_);
    Command target = command;
    int next = next_key();
    // 2d3w is d6w.
    size_t count = 0;
    for (; next >= '0' && next <= '9' && (next != '0' || count > 0); next = next_key())
        count = std::min(count * 10 + static_cast<size_t>(next - '0'), kMostCount);
    if (count > 0) {
        target.count = std::min(target.count * count, kMostCount);
        target.has_count = true;
    }
    if (next == key) {
        size_t last = cursor_.line + target.count - 1;
        if (last >= buffer_.line_count()) {
            complain("Not that many lines");
            return true;
        }
        Position from{cursor_.line, cursor_.column};
        apply_operator(static_cast<char>(key), target, from, {{last, cursor_.column}, Reach::lines});
        return true;
    }
    auto motion = read_motion(next, target, static_cast<char>(key));
    if (!motion) {
        if (next != 0x1b) complain("No such place");
        return true;
    }
    if (motion->reach == Reach::exclusive && motion->to == cursor_ && key != 'c') return true;
    apply_operator(static_cast<char>(key), target, cursor_, *motion);
    return true;
}

// v and V: the text between two places is chosen first.
void Editor::visual_mode(int key) {
    visual_start_ = cursor_;
    visual_lines_ = key == 'V';
    for (;;) {
        int next = next_key();
        if (next == 0x1b || next == key) break;
        Command command;
        for (size_t count = 0; next >= '0' && next <= '9' && (next != '0' || count > 0); next = next_key()) {
            count = std::min(count * 10 + static_cast<size_t>(next - '0'), kMostCount);
            command.count = count;
            command.has_count = true;
        }
        if (next == 'o') {
            std::swap(*visual_start_, cursor_);
            continue;
        }
        if (next == 'v' || next == 'V') {
            visual_lines_ = next == 'V';
            continue;
        }
        char name = next == 'x' ? 'd' : next == 's' ? 'c' : static_cast<char>(next);
        if (next > 0 && next < 128 && strchr("dcy<>!xs", next)) {
            Position from = std::min(*visual_start_, cursor_), to = std::max(*visual_start_, cursor_);
            bool lines = visual_lines_;
            visual_start_.reset();
            buffer_.begin_group(from);
            cursor_ = from;
            bool empty = buffer_.line(to.line).empty();
            apply_operator(name, command, from,
                           {to, lines   ? Reach::lines
                                : empty ? Reach::exclusive
                                        : Reach::inclusive});
            changed_ = false; // what was chosen by hand is not repeated
            return;
        }
        if (auto motion = read_motion(next, command, 0)) move_to(motion->to, motion->keeps_column);
    }
    visual_start_.reset();
}

bool Editor::screen_command(const Command& command, int key) {
    size_t page = rows_ > 3 ? rows_ - 3 : 1, last = buffer_.line_count() - 1;
    auto go = [&](size_t top, size_t line) {
        top_ = std::min(top, last);
        line = std::min(line, last);
        move_to({line, first_nonblank(buffer_.line(line))});
    };
    switch (key) {
    case kControl('F'):
    case kKeyPageDown:
        go(top_ + page * command.count, std::max(cursor_.line, top_ + page * command.count));
        return true;
    case kControl('B'):
    case kKeyPageUp: {
        size_t lines = std::min(top_, page * command.count);
        go(top_ - lines, std::min(cursor_.line, top_ - lines + rows_ - 2));
        return true;
    }
    case kControl('D'):
    case kControl('U'): {
        size_t half = command.has_count ? command.count : std::max<size_t>((rows_ - 1) / 2, 1);
        if (key == kControl('D'))
            go(top_ + half, cursor_.line + half);
        else
            go(top_ - std::min(top_, half), cursor_.line - std::min(cursor_.line, half));
        return true;
    }
    case kControl('E'):
        top_ = std::min(top_ + command.count, last);
        if (cursor_.line < top_) move_to({top_, cursor_.column});
        return true;
    case kControl('Y'):
        top_ -= std::min(top_, command.count);
        if (cursor_.line > top_ + rows_ - 2) move_to({top_ + rows_ - 2, cursor_.column});
        return true;
    case kControl('L'):
        return true;
    case kControl('G'):
        say("\"" + name_ + "\"" + (buffer_.is_modified() ? " [Modified]" : "") + " line " +
            std::to_string(cursor_.line + 1) + " of " + std::to_string(buffer_.line_count()));
        return true;
    case kControl('Z'):
        terminal_.leave();
        raise(SIGTSTP);
        terminal_.enter();
        return true;
    case 'z': {
        int where = next_key();
        size_t room = rows_ - 1;
        top_ = where == '\r' || where == 't'  ? cursor_.line
               : where == '.' || where == 'z' ? cursor_.line - std::min(cursor_.line, room / 2)
                                              : cursor_.line - std::min(cursor_.line, room - 1);
        return true;
    }
    }
    return false;
}

bool Editor::simple_command(const Command& command, int key) {
    const std::string& line = buffer_.line(cursor_.line);
    auto with = [&](char operator_name, int motion_key) {
        auto motion = read_motion(motion_key, command, operator_name);
        if (motion)
            apply_operator(operator_name, command, cursor_, *motion);
        else
            complain("No such place");
    };
    switch (key) {
    case 'i':
        insert_mode(command.count, false);
        return true;
    case 'I':
        cursor_.column = std::min(line.find_first_not_of(" \t"), line.size());
        insert_mode(command.count, false);
        return true;
    case 'a':
        cursor_.column = next_character(line, cursor_.column);
        insert_mode(command.count, false);
        return true;
    case 'A':
        cursor_.column = line.size();
        insert_mode(command.count, false);
        return true;
    case 'o':
    case 'O': {
        std::string indent =
            auto_indent_ ? line.substr(0, std::min(line.find_first_not_of(" \t"), line.size())) : "";
        size_t at = cursor_.line + (key == 'o' ? 1 : 0), column = indent.size();
        buffer_.replace(at, 0, {std::move(indent)});
        cursor_ = {at, column};
        insert_mode(command.count, false);
        return true;
    }
    case 'R':
        insert_mode(command.count, true);
        return true;
    case 'x':
    case kKeyDelete:
        if (line.empty())
            complain("Nothing to delete");
        else
            with('d', 'l');
        return true;
    case 'X':
        with('d', 'h');
        return true;
    case 'D':
        if (!line.empty()) with('d', '$');
        return true;
    case 'C':
        if (line.empty())
            insert_mode(1, false);
        else
            with('c', '$');
        return true;
    case 's':
        if (line.empty())
            insert_mode(1, false);
        else
            with('c', 'l');
        return true;
    case 'S':
    case 'Y': {
        size_t last = std::min(cursor_.line + command.count - 1, buffer_.line_count() - 1);
        apply_operator(key == 'S' ? 'c' : 'y', command, cursor_, {{last, cursor_.column}, Reach::lines});
        return true;
    }
    case 'r':
        replace_characters(command.count);
        return true;
    case 'J':
        join_lines(command.count);
        return true;
    case '~':
        change_case(command.count);
        return true;
    case 'p':
    case 'P':
        put(command, key == 'p');
        return true;
    }
    return false;
}

void Editor::repeat(const Command& command) {
    if (last_change_.empty()) {
        complain("No command to repeat");
        return;
    }
    std::vector<int> keys = last_change_;
    if (command.has_count) { // takes the place of the count it was given
        size_t digits = 0;
        while (digits < keys.size() && keys[digits] >= '0' && keys[digits] <= '9') ++digits;
        keys.erase(keys.begin(), keys.begin() + static_cast<ptrdiff_t>(digits));
        std::string count = std::to_string(command.count);
        keys.insert(keys.begin(), count.begin(), count.end());
    }
    replay_left_ = keys.size();
    feed(keys);
}

void Editor::normal_command() {
    Command command;
    int key = next_key();
    for (;;) {
        if (key == '"') {
            command.register_name = static_cast<char>(next_key());
            key = next_key();
        } else if (key >= '1' && key <= '9') {
            size_t count = 0;
            for (; key >= '0' && key <= '9'; key = next_key())
                count = std::min(count * 10 + static_cast<size_t>(key - '0'), kMostCount);
            command.count = count;
            command.has_count = true;
        } else {
            break;
        }
    }
    if (key == 0x1b) return;
    buffer_.begin_group(cursor_);
    switch (key) {
    case ':': {
        std::string range;
        if (command.has_count) range = ".,.+" + std::to_string(command.count - 1);
        if (auto line = read_line(':')) colon_line(range + *line);
        return;
    }
    case '@':
        run_register(static_cast<char>(next_key()), command.count);
        return;
    case 'q':
        toggle_recording();
        return;
    case 'u':
    case kControl('R'): {
        bool any = key == 'u' ? buffer_.undo(cursor_) : buffer_.redo(cursor_);
        if (!any) complain(key == 'u' ? "Nothing to undo" : "Nothing to redo");
        clamp();
        return;
    }
    case '.':
        repeat(command);
        return;
    case 'm':
        buffer_.marks()[static_cast<char>(next_key())] = cursor_;
        return;
    case 'v':
    case 'V':
        visual_mode(key);
        return;
    case 'Z': {
        int next = next_key();
        if (next == 'Z') colon_command("x");
        if (next == 'Q') colon_command("q!");
        return;
    }
    case '&':
        colon_command("s");
        changed_ = true;
        return;
    }
    if (simple_command(command, key) || (key < 128 && operator_command(command, key)) ||
        screen_command(command, key))
        return;
    auto motion = read_motion(key, command, 0);
    if (motion)
        move_to(motion->to, motion->keeps_column);
    else if (message_.empty())
        failed_ = true;
}

} // namespace coreutils::vi
