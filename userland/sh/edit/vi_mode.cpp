#include "edit/vi_mode.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace sh {

namespace {

constexpr int64_t kMostCount = 10000;
constexpr size_t kMostUndo = 500;

// The key that sends a byte of ASCII.
Key key_of_byte(char byte) {
    if (byte == '\r' || byte == '\n')
        return {KeyKind::enter};
    if (byte == '\t')
        return {KeyKind::tab};
    if (byte == '\033')
        return {KeyKind::escape};
    if (static_cast<unsigned char>(byte) < 0x20)
        return {KeyKind::control, static_cast<char>(byte + 'a' - 1)};
    return {KeyKind::text, 0, std::string(1, byte)};
}

// The letter of a command, 0 for anything that is none.
char letter_of(const Key& key) {
    return key.kind == KeyKind::text && key.bytes.size() == 1 ? key.bytes[0] : '\0';
}

}  // namespace

void ViMode::begin_line() {
    inserting_ = true;
    replacing_ = change_going_on_ = replaying_ = false;
    playing_.clear();
    line_was_replaced();
}

void ViMode::line_was_replaced() {
    undo_.clear();
    original_ = buffer_.text();
}

ViResult ViMode::handle(const Key& key) {
    ViResult result = process(key);
    while (result == ViResult::next && !playing_.empty()) {
        Key next = std::move(playing_.front());
        playing_.pop_front();
        result = process(next);
    }
    replaying_ = false;
    playing_.clear();
    return result;
}

Key ViMode::next_key(Key (ViHost::*read)()) {
    Key key;
    if (!playing_.empty()) {
        key = std::move(playing_.front());
        playing_.pop_front();
    } else {
        key = (host_.*read)();
    }
    if (!replaying_)
        recording_.push_back(key);
    return key;
}

ViResult ViMode::process(const Key& key) {
    // Escape and a letter that came at once are two keys here.
    if (key.kind == KeyKind::meta || key.kind == KeyKind::meta_backspace) {
        ViResult result = process({KeyKind::escape});
        if (result != ViResult::next)
            return result;
        return process(key.kind == KeyKind::meta ? key_of_byte(key.letter) : Key{KeyKind::backspace});
    }
    if (!inserting_)
        return command_key(key);
    if (!replaying_)
        recording_.push_back(key);
    return insert_key(key);
}

ViResult ViMode::fail() {
    playing_.clear();
    host_.alert();
    return ViResult::next;
}

void ViMode::remember() {
    if (undo_.size() >= kMostUndo)
        undo_.erase(undo_.begin());
    undo_.push_back({buffer_.text(), buffer_.cursor()});
}

void ViMode::undo() {
    State state = std::move(undo_.back());
    undo_.pop_back();
    buffer_.replace(0, buffer_.text().size(), state.text);
    buffer_.move_to(state.cursor);
}

void ViMode::undo_all() {
    remember();
    buffer_.replace(0, buffer_.text().size(), original_);
    buffer_.move_to(0);
}

void ViMode::enter_insert_mode(bool replacing) {
    inserting_ = true;
    replacing_ = replacing;
    change_going_on_ = true;
}

void ViMode::leave_insert_mode() {
    inserting_ = replacing_ = false;
    if (buffer_.cursor() > buffer_.line_start(buffer_.cursor()))
        buffer_.move_left();
    if (change_going_on_)
        change_done();
    change_going_on_ = false;
}

void ViMode::change_done() {
    if (replaying_)
        return;
    last_change_ = recording_;
    last_count_ = count_;
}

void ViMode::keep_cursor_on_character() {
    size_t end = buffer_.line_end(buffer_.cursor());
    if (buffer_.cursor() >= end && end > buffer_.line_start(buffer_.cursor()))
        buffer_.move_to(buffer_.before(end));
}

ViResult ViMode::insert_key(const Key& key) {
    switch (key.kind) {
    case KeyKind::text:
        if (replacing_ && buffer_.cursor() < buffer_.line_end(buffer_.cursor()))
            buffer_.replace(buffer_.cursor(), buffer_.after(buffer_.cursor()), key.bytes);
        else
            buffer_.insert(key.bytes);
        return ViResult::next;
    case KeyKind::escape: leave_insert_mode(); return ViResult::next;
    case KeyKind::enter: return ViResult::accept;
    case KeyKind::backspace: buffer_.erase_left(); return ViResult::next;
    case KeyKind::control: break;
    default: return ViResult::common;
    }
    switch (key.letter) {
    case 'c': return ViResult::abandon;
    case 'd': return buffer_.empty() ? ViResult::end : fail();
    case 'u': buffer_.kill_to_start(); return ViResult::next;
    case 'v': buffer_.insert(next_key(&ViHost::next_literal_key).bytes); return ViResult::next;
    case 'w': buffer_.kill_blank_word_left(); return ViResult::next;
    default: return ViResult::common;
    }
}

ViResult ViMode::command_key(const Key& first) {
    Key key = first;
    std::optional<int64_t> count;
    for (char digit = letter_of(key); is_digit(digit) && (digit != '0' || count); digit = letter_of(key)) {
        count = std::min<int64_t>(count.value_or(0) * 10 + (digit - '0'), kMostCount);
        key = next_key();
    }
    if (!replaying_) {
        recording_.assign(1, key);
        count_ = count;
    } else if (count_) {
        count = std::exchange(count_, std::nullopt);
    }
    switch (key.kind) {
    case KeyKind::text: break;
    case KeyKind::enter: return ViResult::accept;
    case KeyKind::escape: return ViResult::next;
    case KeyKind::backspace: return command('h', count);
    case KeyKind::left: return command('h', count);
    case KeyKind::right: return command('l', count);
    case KeyKind::up: return command('k', count);
    case KeyKind::down: return command('j', count);
    case KeyKind::home: return command('0', count);
    case KeyKind::end: return command('$', count);
    case KeyKind::remove: return command('x', count);
    case KeyKind::control:
        switch (key.letter) {
        case 'c': return ViResult::abandon;
        case 'd': return buffer_.empty() ? ViResult::end : command('=', count);
        case 'l': host_.clear_screen(); return ViResult::next;
        case 'n': return command('j', count);
        case 'p': return command('k', count);
        default: return ViResult::common;
        }
    default: return ViResult::common;
    }
    char letter = letter_of(key);
    return letter ? command(letter, count) : fail();
}

ViResult ViMode::command(char letter, std::optional<int64_t> count) {
    bool known = true;
    ViResult result = history_command(letter, count, known);
    if (!known) {
        known = true;
        result = outside_command(letter, count, known);
    }
    if (known) {
        if (!inserting_)
            keep_cursor_on_character();
        return result;
    }
    known = true;
    bool done = change_command(letter, count.value_or(1), known);
    if (!known) {
        auto reached = motion(letter, count.value_or(1));
        if (!reached)
            return fail();
        buffer_.move_to(reached->target);
        keep_cursor_on_character();
        return ViResult::next;
    }
    if (!inserting_)
        keep_cursor_on_character();
    return done ? ViResult::next : fail();
}

ViResult ViMode::history_command(char letter, std::optional<int64_t> count, bool& known) {
    bool done = true;
    switch (letter) {
    case 'k':
    case '-': done = host_.move_in_history(-count.value_or(1)); break;
    case 'j':
    case '+': done = host_.move_in_history(count.value_or(1)); break;
    case 'G': done = host_.show_history_entry(count); break;
    case '/':
    case '?': {
        auto pattern = host_.read_pattern(letter);
        if (!pattern)
            return ViResult::next;
        if (!pattern->empty())
            last_pattern_ = *pattern;
        last_direction_ = letter == '/' ? SearchDirection::older : SearchDirection::newer;
        done = !last_pattern_.empty() && host_.search_history(last_pattern_, last_direction_);
        break;
    }
    case 'n':
    case 'N': {
        bool opposite = letter == 'N';
        bool older = (last_direction_ == SearchDirection::older) != opposite;
        done = !last_pattern_.empty() &&
               host_.search_history(last_pattern_, older ? SearchDirection::older : SearchDirection::newer);
        break;
    }
    default: known = false; return ViResult::next;
    }
    if (!done)
        return fail();
    buffer_.move_to(0);
    line_was_replaced();
    return ViResult::next;
}

// Commands that end the line or ask others: # v = \ * @ . u U.
ViResult ViMode::outside_command(char letter, std::optional<int64_t> count, bool& known) {
    switch (letter) {
    case '#':
        remember();
        buffer_.move_to(0);
        buffer_.insert("#");
        return ViResult::accept;
    case 'v': return host_.edit_outside(count) ? ViResult::accept : fail();
    case '=':
    case '\\':
    case '*': {
        size_t before = buffer_.cursor();
        size_t end = before;
        while (end < buffer_.text().size() && !is_space(buffer_.text()[end]))
            ++end;
        buffer_.move_to(end);
        if (letter == '=') {
            bool listed = host_.complete(ViCompletion::list);
            buffer_.move_to(before);
            return listed ? ViResult::next : fail();
        }
        remember();
        if (!host_.complete(letter == '*' ? ViCompletion::expand : ViCompletion::complete)) {
            undo_.pop_back();
            buffer_.move_to(before);
            return fail();
        }
        enter_insert_mode();
        return ViResult::next;
    }
    case '@': {
        Key name = next_key();
        auto text = letter_of(name) ? host_.macro(letter_of(name)) : std::nullopt;
        if (!text)
            return fail();
        std::deque<Key> keys;
        for (size_t i = 0; i < text->size();) {
            size_t length = character_length(std::string_view(*text).substr(i));
            keys.push_back(length == 1 ? key_of_byte((*text)[i]) : Key{KeyKind::text, 0, text->substr(i, length)});
            i += length;
        }
        constexpr size_t kMostPlayed = 4096;  // a macro that plays itself ends
        if (playing_.size() + keys.size() > kMostPlayed)
            return fail();
        playing_.insert(playing_.begin(), keys.begin(), keys.end());
        return ViResult::next;
    }
    case '.': return repeat(count);
    case 'u':
        if (undo_.empty())
            return fail();
        undo();
        return ViResult::next;
    case 'U': undo_all(); return ViResult::next;
    default: known = false; return ViResult::next;
    }
}

ViResult ViMode::repeat(std::optional<int64_t> count) {
    if (last_change_.empty() || replaying_)
        return fail();
    replaying_ = true;
    if (count)
        last_count_ = count;
    count_ = last_count_;
    playing_.assign(last_change_.begin(), last_change_.end());
    return ViResult::next;
}

// Commands that change the line; false when there was nothing to do it to.
bool ViMode::change_command(char letter, int64_t count, bool& known) {
    size_t at = buffer_.cursor();
    size_t end = buffer_.line_end(at);
    switch (letter) {
    case 'a':
        remember();
        buffer_.move_to(at < end ? buffer_.after(at) : at);
        enter_insert_mode();
        return true;
    case 'A':
        remember();
        buffer_.move_to(end);
        enter_insert_mode();
        return true;
    case 'i': remember(); enter_insert_mode(); return true;
    case 'I':
        remember();
        buffer_.move_to(motion('^', 1)->target);
        enter_insert_mode();
        return true;
    case 'R': remember(); enter_insert_mode(true); return true;
    case 'C': apply('c', at, end); return true;
    case 'S': apply('c', 0, buffer_.text().size()); return true;
    case 'D': apply('d', at, end); return true;
    case 'Y': yanked_ = buffer_.text().substr(at, end - at); return true;
    case 'c':
    case 'd':
    case 'y': return operate(letter, count);
    case 'x': {
        if (at >= end)
            return false;
        size_t to = at;
        for (; count > 0 && to < end; --count)
            to = buffer_.after(to);
        apply('d', at, to);
        return true;
    }
    case 'X': {
        size_t from = at;
        for (; count > 0 && from > buffer_.line_start(at); --count)
            from = buffer_.before(from);
        if (from == at)
            return false;
        apply('d', from, at);
        return true;
    }
    case 'r': return replace_characters(count);
    case '~': return invert_case(count);
    case 'p': return put(count, true);
    case 'P': return put(count, false);
    case '_': return append_last_word(count_ ? std::optional(count) : std::nullopt);
    default: known = false; return false;
    }
}

void ViMode::apply(char operation, size_t from, size_t to) {
    yanked_ = buffer_.text().substr(from, to - from);
    if (operation == 'y') {
        buffer_.move_to(from);
        return;
    }
    remember();
    buffer_.replace(from, to, "");
    if (operation == 'c')
        enter_insert_mode();
    else
        change_done();
}

// The last character of `count` words, of which the one at `at` is the first.
size_t ViMode::end_of_words(size_t at, int64_t count, bool big) const {
    size_t next = buffer_.after(at);
    bool at_end = next >= buffer_.text().size() || class_of(next, big) != class_of(at, big);
    for (int64_t i = at_end ? 1 : 0; i < count; ++i)
        at = word_end(at, big);
    return at;
}

bool ViMode::operate(char operation, int64_t count) {
    Key key = next_key();
    std::optional<int64_t> inner;
    for (char digit = letter_of(key); is_digit(digit) && (digit != '0' || inner); digit = letter_of(key)) {
        inner = std::min<int64_t>(inner.value_or(0) * 10 + (digit - '0'), kMostCount);
        key = next_key();
    }
    char letter = letter_of(key);
    if (letter == operation) {
        size_t cursor = buffer_.cursor();
        apply(operation, 0, buffer_.text().size());
        if (operation == 'y')
            buffer_.move_to(cursor);
        return true;
    }
    if (key.kind == KeyKind::backspace || key.kind == KeyKind::left)
        letter = 'h';
    if (key.kind == KeyKind::right)
        letter = 'l';
    if (!letter)
        return false;
    size_t at = buffer_.cursor();
    count = std::min(count * inner.value_or(1), kMostCount);
    // cw on a word changes the word, not the blanks behind it.
    bool on_word = at < buffer_.text().size() && !is_space(buffer_.text()[at]);
    bool changes_word = operation == 'c' && on_word && (letter == 'w' || letter == 'W');
    auto reached = changes_word ? std::optional(Motion{end_of_words(at, count, letter == 'W'), true})
                                : motion(letter, count);
    if (!reached)
        return false;
    size_t from = std::min(at, reached->target);
    size_t to = std::max(at, reached->target);
    if (reached->inclusive && to < buffer_.text().size())
        to = buffer_.after(to);
    if (from == to && operation != 'c')
        return false;
    apply(operation, from, to);
    return true;
}

bool ViMode::replace_characters(int64_t count) {
    Key key = next_key();
    if (key.kind != KeyKind::text)
        return key.kind == KeyKind::escape;
    size_t at = buffer_.cursor();
    size_t to = at;
    std::string text;
    for (; count > 0; --count) {
        if (to >= buffer_.line_end(at))
            return false;
        to = buffer_.after(to);
        text += key.bytes;
    }
    remember();
    buffer_.replace(at, to, text);
    buffer_.move_to(at + text.size() - key.bytes.size());
    change_done();
    return true;
}

bool ViMode::invert_case(int64_t count) {
    size_t at = buffer_.cursor();
    size_t end = buffer_.line_end(at);
    if (at >= end)
        return false;
    size_t to = at;
    for (; count > 0 && to < end; --count)
        to = buffer_.after(to);
    std::string text = buffer_.text().substr(at, to - at);
    for (char& c : text)
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
            c ^= 0x20;
    remember();
    buffer_.replace(at, to, text);
    change_done();
    return true;
}

bool ViMode::put(int64_t count, bool after) {
    if (yanked_.empty() || static_cast<size_t>(count) * yanked_.size() > (1 << 20))
        return false;
    remember();
    if (after && buffer_.cursor() < buffer_.line_end(buffer_.cursor()))
        buffer_.move_right();
    std::string text;
    for (; count > 0; --count)
        text += yanked_;
    buffer_.replace(buffer_.cursor(), buffer_.cursor(), text);
    buffer_.move_left();
    change_done();
    return true;
}

// `_`: a blank and a word of the line before, the last one without a count.
bool ViMode::append_last_word(std::optional<int64_t> count) {
    std::string line = host_.newest_history_line();
    std::vector<std::string_view> found;
    for (size_t at = 0; at < line.size();) {
        while (at < line.size() && is_space(line[at]))
            ++at;
        size_t start = at;
        while (at < line.size() && !is_space(line[at]))
            ++at;
        if (at > start)
            found.push_back(std::string_view(line).substr(start, at - start));
    }
    size_t index = count ? static_cast<size_t>(*count) - 1 : found.size() - 1;
    if (found.empty() || index >= found.size())
        return false;
    remember();
    size_t at = buffer_.cursor();
    buffer_.move_to(at < buffer_.line_end(at) ? buffer_.after(at) : at);
    buffer_.insert(" " + std::string(found[index]));
    enter_insert_mode();
    return true;
}

}  // namespace sh
