// Keys, insert mode, searching, and the main loop.
#include "vi/editor.h"

#include "framework/output.h"
#include "lib/utf8.h"

#include <algorithm>
#include <ctype.h>
#include <utility>

namespace coreutils::vi {
namespace {

constexpr int kInterrupt = 3, kNextWord = 14, kPreviousWord = 16; // ^[ ^C ^N ^P

bool is_word_byte(char byte) {
    return isalnum(static_cast<unsigned char>(byte)) || byte == '_' || (byte & 0x80);
}

} // namespace

int Editor::next_key(int timeout_ms) {
    int key;
    if (!pending_.empty()) {
        key = pending_.back();
        pending_.pop_back();
        replaying_ = replay_left_ > 0;
        if (replay_left_ > 0) --replay_left_;
        // ^C ends a macro that has no end.
        constexpr unsigned kKeysBetweenLooks = 256;
        if (++fed_keys_ % kKeysBetweenLooks == 0 && !ex_mode_ && terminal_.is_waiting()) {
            int typed = terminal_.key();
            if (typed == kInterrupt) {
                pending_.clear();
                key = kEscape;
            } else if (typed != kKeyNone) {
                pending_.insert(pending_.begin(), typed); // its turn comes behind the macro
            }
        }
    } else {
        replaying_ = false;
        replay_left_ = 0;
        do {
            if (int number = terminal_.ended_by()) end_by_signal(number);
            if (ex_mode_) return kEscape;
            if (!terminal_.is_waiting()) draw();
            key = terminal_.key(timeout_ms);
        } while (key == kKeyNone && timeout_ms < 0); // a resize
        if (key == kKeyNone) return key;
        if (key == kInterrupt) key = kEscape;
        if (recording_) recorded_.push_back(key);
        message_.clear();
    }
    if (!replaying_) typed_.push_back(key);
    return key;
}

std::string Editor::text_of_key(int key) {
    std::string text;
    if (key >= 0 && key < 0x110000) append_utf8(text, static_cast<char32_t>(key));
    return text;
}

std::vector<int> Editor::keys_of(std::string_view text) {
    std::vector<int> keys;
    while (!text.empty()) {
        CodePoint point = decode_utf8(text);
        keys.push_back(static_cast<int>(point.value));
        text.remove_prefix(point.length);
    }
    return keys;
}

void Editor::feed(const std::vector<int>& keys) {
    for (size_t index = keys.size(); index-- > 0;) pending_.push_back(keys[index]);
}

void Editor::run_register(char name, size_t count) {
    if (name == '@') name = last_macro_;
    const Register& text = register_named(name);
    if (text.lines.empty()) {
        complain("Nothing in the register");
        return;
    }
    last_macro_ = name;
    std::string line;
    for (size_t index = 0; index < text.lines.size(); ++index) {
        line += text.lines[index];
        if (text.is_lines || index + 1 < text.lines.size()) line += '\r';
    }
    std::vector<int> keys = keys_of(line);
    constexpr size_t kMostKeys = 1'000'000;
    if (keys.size() * count + pending_.size() > kMostKeys) {
        complain("The macro is too long");
        return;
    }
    for (; count > 0; --count) feed(keys);
}

void Editor::toggle_recording() {
    if (!recording_) {
        int name = next_key();
        if (name < 128 && isalnum(name)) {
            recorded_.clear();
            recording_ = static_cast<char>(name);
        }
        return;
    }
    recorded_.pop_back(); // the q that ends it
    Register text;
    text.lines.emplace_back();
    for (int key : recorded_) text.lines[0] += text_of_key(key);
    register_named(std::exchange(recording_, '\0')) = std::move(text);
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
    terminal_.handle_everything();
    start_up();
    if (!first_command_.empty()) colon_line(first_command_);
    while (!quit_) {
        typed_.clear();
        failed_ = changed_ = false;
        normal_command();
        if (failed_) {
            pending_.clear();
            replaying_ = false;
            replay_left_ = unmapped_ = 0;
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
    std::string indent =
        auto_indent_ ? line.substr(0, std::min(line.find_first_not_of(" \t"), cursor_.column)) : "";
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

void Editor::insert_mode(size_t count, Typing typing) {
    const bool replacing = typing == Typing::replace;
    changed_ = true;
    inserting_ = true;
    std::string typed;
    bool plain = true; // only text: a count repeats it
    for (int key; (key = mapped_key(MappingKind::insert)) != kEscape;) {
        if (!replacing && key <= 0x7f && !is_word_byte(static_cast<char>(key))) expand_abbreviation(typed);
        const std::string& line = buffer_.line(cursor_.line);
        if (key != kNextWord && key != kPreviousWord) completions_.clear();
        switch (key) {
        case kNextWord:
        case kPreviousWord:
            complete_word(key == kNextWord);
            plain = false;
            break;
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
        case 4: // ^D, ^T: the indentation
        case 20: {
            size_t tail = line.size() - cursor_.column;
            shift(cursor_.line, cursor_.line, key == 20);
            const std::string& shifted = buffer_.line(cursor_.line);
            cursor_.column = shifted.size() - std::min(tail, shifted.size());
            plain = false;
            break;
        }
        case 21: // ^U
            while (cursor_.column > 0) erase_before_cursor();
            plain = false;
            break;
        case 22: { // ^V
            int literal = next_key();
            std::string text = text_of_key(literal);
            insert_text(text);
            typed += text;
            break;
        }
        case kKeyUp:
            if (cursor_.line > 0)
                cursor_ = {cursor_.line - 1,
                           column_at(buffer_.line(cursor_.line - 1), display_column(line, cursor_.column))};
            plain = false;
            break;
        case kKeyDown:
            if (cursor_.line + 1 < buffer_.line_count())
                cursor_ = {cursor_.line + 1,
                           column_at(buffer_.line(cursor_.line + 1), display_column(line, cursor_.column))};
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
    if (!replacing) expand_abbreviation(typed);
    for (size_t repeat = 1; plain && !replacing && repeat < count; ++repeat) {
        if (typing == Typing::open) {
            cursor_.column = buffer_.line(cursor_.line).size();
            split_line();
        }
        for (char byte : typed) {
            if (byte == '\n')
                split_line();
            else
                insert_text(std::string(1, byte));
        }
    }
    inserting_ = false;
    completions_.clear();
    buffer_.mark('^') = cursor_;
    move_to({cursor_.line, previous_character(buffer_.line(cursor_.line), cursor_.column)});
}

// ^N and ^P: the words of the text that begin like the one before the cursor, the nearest below (above)
// first.
void Editor::complete_word(bool forward) {
    const std::string line = buffer_.line(cursor_.line);
    if (completions_.empty()) {
        size_t begin = cursor_.column;
        while (begin > 0 && is_word_byte(line[begin - 1])) --begin;
        std::string start = line.substr(begin, cursor_.column - begin);
        for (size_t step = 0; step < buffer_.line_count(); ++step) {
            const std::string& text = buffer_.line((cursor_.line + step) % buffer_.line_count());
            for (size_t at = 0; at < text.size();) {
                size_t end = at;
                while (end < text.size() && is_word_byte(text[end])) ++end;
                std::string word = text.substr(at, end - at);
                bool known = std::find(completions_.begin(), completions_.end(), word) != completions_.end();
                if (word.size() > start.size() && word.starts_with(start) && !known)
                    completions_.push_back(word);
                at = end == at ? at + 1 : end;
            }
        }
        completions_.push_back(start); // going round, what was typed comes back
        completion_ = completions_.size() - 1;
        completion_bytes_ = start.size();
    }
    size_t count = completions_.size();
    completion_ = (completion_ + (forward ? 1 : count - 1)) % count;
    const std::string& word = completions_[completion_];
    std::string text = line;
    size_t begin = cursor_.column - completion_bytes_;
    text.replace(begin, completion_bytes_, word);
    buffer_.set_line(cursor_.line, std::move(text));
    cursor_.column = begin + word.size();
    completion_bytes_ = word.size();
}

// Searching.

// A line typed in the last row; nothing when it was given up.
std::optional<std::string> Editor::read_line(char lead, std::string text) {
    for (;;) {
        prompt_ = lead + text;
        int key = mapped_key(MappingKind::insert);
        prompt_.clear();
        if (key == '\r' || key == '\n') return text;
        if (key == kEscape) return std::nullopt;
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
        if (!wrap_scan_ && (forward ? from.line + step >= lines : step > from.line)) break;
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
        complain("%s", problem.c_str());
        return false;
    }
    Position at = cursor_;
    for (; count > 0; --count) {
        auto found = find(*regex, at, forward);
        if (!found) {
            complain("Pattern not found: %s", pattern.c_str());
            return false;
        }
        at = *found;
    }
    before_jump_ = cursor_;
    move_to(at);
    return true;
}

} // namespace coreutils::vi
