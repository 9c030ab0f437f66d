#include "vi/motion.h"

#include <ctype.h>
#include <string_view>

namespace coreutils::vi {
namespace {

enum class Class { blank, word, other };

Class class_of(const Buffer& buffer, Position at, WordKind kind) {
    const std::string& text = buffer.line(at.line);
    if (at.column >= text.size()) return Class::blank;
    auto byte = static_cast<unsigned char>(text[at.column]);
    if (byte == ' ' || byte == '\t') return Class::blank;
    return kind == WordKind::big || isalnum(byte) || byte == '_' || byte >= 0x80 ? Class::word : Class::other;
}

// One character on, over line ends; false at the end of the text.
bool advance(const Buffer& buffer, Position& at) {
    const std::string& text = buffer.line(at.line);
    size_t next = next_character(text, at.column);
    if (next < text.size()) {
        at.column = next;
        return true;
    }
    if (at.line + 1 >= buffer.line_count()) return false;
    at = {at.line + 1, 0};
    return true;
}

bool retreat(const Buffer& buffer, Position& at) {
    if (at.column > 0) {
        at.column = previous_character(buffer.line(at.line), at.column);
        return true;
    }
    if (at.line == 0) return false;
    --at.line;
    at.column = last_character(buffer.line(at.line));
    return true;
}

} // namespace

size_t first_nonblank(const std::string& text) {
    size_t column = text.find_first_not_of(" \t");
    return column == std::string::npos ? last_character(text) : column;
}

Position word_forward(const Buffer& buffer, Position from, WordKind kind, size_t count, bool for_operator) {
    Position at = from;
    for (size_t step = 0; step < count; ++step) {
        Class start = class_of(buffer, at, kind);
        size_t line = at.line;
        bool moved = true;
        while (moved && start != Class::blank && at.line == line && class_of(buffer, at, kind) == start)
            moved = advance(buffer, at);
        // An empty line is a word; an operator's last word ends with its line.
        while (moved && class_of(buffer, at, kind) == Class::blank) {
            bool empty = buffer.line(at.line).empty() && at != from;
            if (empty) break;
            if (for_operator && step + 1 == count && at.line != line) break;
            moved = advance(buffer, at);
        }
        if (!moved) {
            at.column = for_operator ? buffer.line(at.line).size() : last_character(buffer.line(at.line));
            break;
        }
        if (for_operator && step + 1 == count && at.line > line) return {line, buffer.line(line).size()};
    }
    return at;
}

Position word_end(const Buffer& buffer, Position from, WordKind kind, size_t count) {
    Position at = from;
    for (; count > 0; --count) {
        if (!advance(buffer, at)) break;
        while (class_of(buffer, at, kind) == Class::blank)
            if (!advance(buffer, at)) return at;
        Class kind_here = class_of(buffer, at, kind);
        for (Position next = at;
             advance(buffer, next) && next.line == at.line && class_of(buffer, next, kind) == kind_here;)
            at = next;
    }
    return at;
}

Position end_of_words(const Buffer& buffer, Position from, WordKind kind, size_t count) {
    Position at = from;
    Class here = class_of(buffer, at, kind);
    for (Position next = at;
         advance(buffer, next) && next.line == at.line && class_of(buffer, next, kind) == here;)
        at = next;
    return count > 1 ? word_end(buffer, at, kind, count - 1) : at;
}

Position word_backward(const Buffer& buffer, Position from, WordKind kind, size_t count) {
    Position at = from;
    for (; count > 0; --count) {
        if (!retreat(buffer, at)) break;
        while (class_of(buffer, at, kind) == Class::blank && !buffer.line(at.line).empty())
            if (!retreat(buffer, at)) return at;
        Class kind_here = class_of(buffer, at, kind);
        for (Position before = at; retreat(buffer, before) && before.line == at.line &&
                                   class_of(buffer, before, kind) == kind_here;)
            at = before;
    }
    return at;
}

namespace {

// A line that begins with one of roff's macros: pairs of letters.
bool is_macro(const std::string& line, std::string_view macros) {
    if (line.empty() || line[0] != '.') return false;
    std::string name = line.substr(1, 2);
    name.resize(2, ' ');
    for (size_t at = 0; at < macros.size(); at += 2)
        if (macros.substr(at, 2) == name) return true;
    return false;
}

bool begins_section(const std::string& line) {
    return line.starts_with('{') || line.starts_with('\f') || is_macro(line, "NHSHH HUnhsh");
}

bool begins_paragraph(const std::string& line) {
    return line.empty() || begins_section(line) || is_macro(line, "IPLPPPQPP LIpplpipbp");
}

// The first character behind the end of a sentence, or an empty line.
bool begins_sentence(const Buffer& buffer, Position at) {
    const std::string& line = buffer.line(at.line);
    if (line.empty()) return at.line == 0 || !buffer.line(at.line - 1).empty();
    if (class_of(buffer, at, WordKind::big) == Class::blank) return false;
    size_t blanks = 0;
    Position before = at;
    do {
        if (!retreat(buffer, before)) return true;
        if (before.line != at.line) blanks = 2;
        if (buffer.line(before.line).empty()) return true;
        ++blanks;
    } while (class_of(buffer, before, WordKind::big) == Class::blank);
    const std::string& text = buffer.line(before.line);
    size_t end = text.find_last_not_of(")]\"'", before.column);
    return blanks > 2 && end != std::string::npos && (text[end] == '.' || text[end] == '!' || text[end] == '?');
}

} // namespace

Position paragraph(const Buffer& buffer, Position from, bool forward, size_t count) {
    size_t line = from.line;
    for (; count > 0; --count) {
        auto step = [&] {
            if (forward ? line + 1 >= buffer.line_count() : line == 0) return false;
            line += forward ? 1 : static_cast<size_t>(-1);
            return true;
        };
        while (buffer.line(line).empty() && step()) {
        }
        do
            if (!step()) return forward ? Position{line, buffer.line(line).size()} : Position{line, 0};
        while (!begins_paragraph(buffer.line(line)));
    }
    return {line, 0};
}

Position sentence(const Buffer& buffer, Position from, bool forward, size_t count) {
    Position at = from;
    for (; count > 0; --count)
        do
            if (!(forward ? advance(buffer, at) : retreat(buffer, at)))
                return forward ? Position{at.line, buffer.line(at.line).size()} : at;
        while (!begins_sentence(buffer, at));
    return at;
}

Position section(const Buffer& buffer, Position from, bool forward, size_t count) {
    size_t line = from.line;
    for (; count > 0; --count)
        do {
            if (forward ? line + 1 >= buffer.line_count() : line == 0)
                return {line, forward ? buffer.line(line).size() : 0};
            line += forward ? 1 : static_cast<size_t>(-1);
        } while (!begins_section(buffer.line(line)));
    return {line, 0};
}

std::optional<Position> find_in_line(const Buffer& buffer, Position from, const std::string& target,
                                     char command, size_t count) {
    const std::string& text = buffer.line(from.line);
    bool forward = command == 'f' || command == 't', till = command == 't' || command == 'T';
    size_t at = from.column;
    for (; count > 0; --count) {
        if (forward) {
            at = text.find(target, next_character(text, at));
        } else {
            at = at == 0 ? std::string::npos : text.rfind(target, previous_character(text, at));
        }
        if (at == std::string::npos) return std::nullopt;
    }
    if (till) at = forward ? previous_character(text, at) : next_character(text, at);
    return Position{from.line, at};
}

std::optional<Position> matching_bracket(const Buffer& buffer, Position from) {
    constexpr std::string_view kOpen = "([{", kClose = ")]}";
    const std::string& text = buffer.line(from.line);
    size_t column = text.find_first_of("()[]{}", from.column);
    if (column == std::string::npos) return std::nullopt;
    char here = text[column];
    bool forward = kOpen.find(here) != std::string_view::npos;
    char other = forward ? kClose[kOpen.find(here)] : kOpen[kClose.find(here)];
    Position at{from.line, column};
    for (size_t depth = 0;;) {
        const std::string& line = buffer.line(at.line);
        char byte = at.column < line.size() ? line[at.column] : '\0';
        if (byte == here) ++depth;
        if (byte == other && --depth == 0) return at;
        if (forward ? !advance(buffer, at) : !retreat(buffer, at)) return std::nullopt;
    }
}

} // namespace coreutils::vi
