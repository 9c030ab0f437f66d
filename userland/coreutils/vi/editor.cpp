// Keys, insert mode, searching, and the main loop.
#include "vi/editor.h"

#include "framework/output.h"
#include "lib/utf8.h"

#include <algorithm>

namespace coreutils::vi {

int Editor::next_key() {
    int key;
    if (!pending_.empty()) {
        key = pending_.front();
        pending_.pop_front();
    } else {
        replaying_ = false;
        do {
            draw();
            key = terminal_.key();
        } while (key == kKeyNone); // a resize
        message_.clear();
    }
    if (!replaying_) typed_.push_back(key);
    return key;
}

void Editor::feed(const std::vector<int>& keys) {
    for (size_t index = keys.size(); index-- > 0;) pending_.push_front(keys[index]);
}

void Editor::clamp() {
    cursor_.line = std::min(cursor_.line, buffer_.line_count() - 1);
    const std::string& text = buffer_.line(cursor_.line);
    size_t most = inserting_ ? text.size() : last_character(text);
    cursor_.column = std::min(cursor_.column, most);
}

void Editor::move_to(Position to, bool keep_column) {
    cursor_ = to;
    clamp();
    if (!keep_column) wanted_column_ = display_column(buffer_.line(cursor_.line), cursor_.column);
}

int Editor::run() {
    if (!first_command_.empty()) colon_command(first_command_);
    while (!quit_) {
        typed_.clear();
        failed_ = changed_ = false;
        normal_command();
        if (failed_) {
            pending_.clear();
            replaying_ = false;
        }
        if (changed_ && !replaying_ && !failed_) last_change_ = typed_;
        clamp();
    }
    return status_;
}

// Insert mode.

void Editor::insert_text(const std::string& text) {
    std::string line = buffer_.line(cursor_.line);
    line.insert(cursor_.column, text);
    buffer_.set_line(cursor_.line, line);
    cursor_.column += text.size();
}

void Editor::split_line() {
    std::string line = buffer_.line(cursor_.line);
    std::string rest = line.substr(cursor_.column);
    std::string indent = auto_indent_ ? line.substr(0, std::min(line.find_first_not_of(" \t"), cursor_.column)) : "";
    line.resize(cursor_.column);
    size_t column = indent.size();
    buffer_.replace(cursor_.line, 1, {std::move(line), indent + rest});
    cursor_ = {cursor_.line + 1, column};
}

void Editor::erase_before_cursor() {
    if (cursor_.column > 0) {
        std::string line = buffer_.line(cursor_.line);
        size_t before = previous_character(line, cursor_.column);
        line.erase(before, cursor_.column - before);
        buffer_.set_line(cursor_.line, line);
        cursor_.column = before;
    } else if (cursor_.line > 0) {
        std::string line = buffer_.line(cursor_.line - 1);
        size_t column = line.size();
        line += buffer_.line(cursor_.line);
        buffer_.replace(cursor_.line - 1, 2, {std::move(line)});
        cursor_ = {cursor_.line - 1, column};
    }
}

void Editor::insert_mode(size_t count, bool replacing) {
    changed_ = true;
    inserting_ = true;
    std::string typed;
    bool plain = true; // only text: a count repeats it
    for (int key; (key = next_key()) != 0x1b;) {
        const std::string& line = buffer_.line(cursor_.line);
        switch (key) {
        case '\r':
        case '\n':
            split_line();
            typed.push_back('\n');
            break;
        case 8:
        case 127:
            erase_before_cursor();
            if (typed.empty())
                plain = false;
            else
                typed.resize(previous_character(typed, typed.size()));
            break;
        case 23: { // ^W
            Position start = word_backward(buffer_, cursor_, WordKind::small, 1);
            if (start.line != cursor_.line) start = {cursor_.line, 0};
            while (cursor_ > start) erase_before_cursor();
            plain = false;
            break;
        }
        case 21: // ^U
            while (cursor_.column > 0) erase_before_cursor();
            plain = false;
            break;
        case 22: { // ^V
            int literal = next_key();
            std::string text;
            if (literal >= 0 && literal < 0x110000) append_utf8(text, static_cast<char32_t>(literal));
            insert_text(text);
            typed += text;
            break;
        }
        case kKeyUp:
            if (cursor_.line > 0) cursor_ = {cursor_.line - 1, column_at(buffer_.line(cursor_.line - 1), display_column(line, cursor_.column))};
            plain = false;
            break;
        case kKeyDown:
            if (cursor_.line + 1 < buffer_.line_count())
                cursor_ = {cursor_.line + 1, column_at(buffer_.line(cursor_.line + 1), display_column(line, cursor_.column))};
            plain = false;
            break;
        case kKeyLeft:
            cursor_.column = previous_character(line, cursor_.column);
            plain = false;
            break;
        case kKeyRight:
            cursor_.column = next_character(line, cursor_.column);
            plain = false;
            break;
        case kKeyHome:
            cursor_.column = 0;
            plain = false;
            break;
        case kKeyEnd:
            cursor_.column = line.size();
            plain = false;
            break;
        case kKeyDelete:
            if (cursor_.column < line.size()) {
                cursor_.column = next_character(line, cursor_.column);
                erase_before_cursor();
            }
            plain = false;
            break;
        default: {
            if (key >= 0x110000 || (key < ' ' && key != '\t')) break;
            std::string text;
            if (key == '\t' && expand_tabs_)
                text.assign(tab_stop_ - display_column(line, cursor_.column) % tab_stop_, ' ');
            else
                append_utf8(text, static_cast<char32_t>(key));
            if (replacing && cursor_.column < line.size()) {
                size_t after = next_character(line, cursor_.column);
                std::string rest = line;
                rest.erase(cursor_.column, after - cursor_.column);
                buffer_.set_line(cursor_.line, rest);
            }
            insert_text(text);
            typed += text;
        }
        }
    }
    for (size_t repeat = 1; plain && !replacing && repeat < count; ++repeat)
        for (char byte : typed) {
            if (byte == '\n')
                split_line();
            else
                insert_text(std::string(1, byte));
        }
    inserting_ = false;
    marks_['^'] = cursor_;
    move_to({cursor_.line, previous_character(buffer_.line(cursor_.line), cursor_.column)});
}

// Searching.

// A line typed in the last row; nothing when it was given up.
std::optional<std::string> Editor::read_line(char lead) {
    std::string text;
    for (;;) {
        prompt_ = lead + text;
        int key = next_key();
        prompt_.clear();
        if (key == '\r' || key == '\n') return text;
        if (key == 0x1b || key == 3) return std::nullopt;
        if (key == 8 || key == 127) {
            if (text.empty()) return std::nullopt;
            text.resize(previous_character(text, text.size()));
        } else if (key == 21) {
            text.clear();
        } else if (key == 22) {
            append_utf8(text, static_cast<char32_t>(next_key()));
        } else if (key >= ' ' && key < 0x110000) {
            append_utf8(text, static_cast<char32_t>(key));
        }
    }
}

std::optional<Position> Editor::find(const Regex& regex, Position from, bool forward) const {
    std::vector<regmatch_t> matches;
    size_t lines = buffer_.line_count();
    for (size_t step = 0; step <= lines; ++step) {
        size_t line = forward ? (from.line + step) % lines : (from.line + lines - step % lines) % lines;
        const std::string& text = buffer_.line(line);
        if (forward) {
            size_t begin = step == 0 ? next_character(text, from.column) : 0;
            if (step == 0 && begin >= text.size()) continue;
            if (!regex.search(text, begin, matches)) continue;
            return Position{line, static_cast<size_t>(matches[0].rm_so)};
        }
        std::optional<Position> last;
        for (size_t at = 0; at <= text.size() && regex.search(text, at, matches);) {
            auto start = static_cast<size_t>(matches[0].rm_so);
            if (step == 0 && start >= from.column) break;
            last = Position{line, start};
            if (start >= text.size()) break;
            at = next_character(text, start);
        }
        if (last) return last;
    }
    return std::nullopt;
}

bool Editor::search(const std::string& pattern, bool forward, size_t count) {
    if (pattern.empty()) {
        complain("No previous search pattern");
        return false;
    }
    std::string problem;
    auto regex = Regex::compile(pattern, Syntax::basic, ignore_case_ ? REG_ICASE : 0, problem);
    if (!regex) {
        complain(problem);
        return false;
    }
    Position at = cursor_;
    for (; count > 0; --count) {
        auto found = find(*regex, at, forward);
        if (!found) {
            complain("Pattern not found: " + pattern);
            return false;
        }
        at = *found;
    }
    before_jump_ = cursor_;
    move_to(at);
    return true;
}

} // namespace coreutils::vi
