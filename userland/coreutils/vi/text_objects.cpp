#include "vi/text_objects.h"

#include <algorithm>
#include <ctype.h>
#include <string.h>

namespace coreutils::vi {
namespace {

enum class ByteKind { blank, word, other };

ByteKind kind_of(char byte, WordKind words) {
    if (byte == ' ' || byte == '\t') return ByteKind::blank;
    bool is_word = isalnum(static_cast<unsigned char>(byte)) || byte == '_' || (byte & 0x80);
    return is_word || words == WordKind::big ? ByteKind::word : ByteKind::other;
}

std::optional<TextObject> word_object(const Buffer& buffer, Position at, Extent extent, WordKind words) {
    const std::string& line = buffer.line(at.line);
    if (line.empty()) return TextObject{at, at};
    auto end_of_run = [&](size_t column) {
        ByteKind kind = kind_of(line[column], words);
        while (column < line.size() && kind_of(line[column], words) == kind) ++column;
        return column;
    };
    size_t begin = at.column, end = end_of_run(at.column);
    auto go_back = [&](ByteKind kind) {
        while (begin > 0 && kind_of(line[begin - 1], words) == kind) --begin;
    };
    const ByteKind kind = kind_of(line[at.column], words);
    go_back(kind);
    if (extent == Extent::around && end < line.size() &&
        (kind == ByteKind::blank || kind_of(line[end], words) == ByteKind::blank))
        end = end_of_run(end);
    else if (extent == Extent::around)
        go_back(ByteKind::blank);
    return TextObject{{at.line, begin}, {at.line, end}};
}

std::optional<TextObject> quotation(const Buffer& buffer, Position at, Extent extent, char quote) {
    const std::string& line = buffer.line(at.line);
    auto next_quote = [&](size_t column) {
        while (column < line.size() && line[column] != quote) column += line[column] == '\\' ? 2 : 1;
        return std::min(column, line.size());
    };
    for (size_t open = next_quote(0); open < line.size();) {
        size_t close = next_quote(open + 1);
        if (close == line.size()) return std::nullopt;
        if (close < at.column) {
            open = next_quote(close + 1);
            continue;
        }
        if (extent == Extent::inner) return TextObject{{at.line, open + 1}, {at.line, close}};
        size_t end = std::min(line.find_first_not_of(" \t", close + 1), line.size());
        return TextObject{{at.line, open}, {at.line, end}};
    }
    return std::nullopt;
}

// The bracket that closes the one at `from`, or (backward) the open one around it.
std::optional<Position> find_bracket(const Buffer& buffer, Position from, char wanted, char other, bool forward) {
    for (size_t depth = 0;;) {
        const std::string& line = buffer.line(from.line);
        char byte = from.column < line.size() ? line[from.column] : '\0';
        if (byte == wanted && depth-- == 0) return from;
        if (byte == other) ++depth;
        if (forward ? from.column + 1 < line.size() : from.column > 0) {
            forward ? ++from.column : --from.column;
        } else if (forward ? from.line + 1 < buffer.line_count() : from.line > 0) {
            forward ? ++from.line : --from.line;
            from.column = forward ? 0 : std::max<size_t>(buffer.line(from.line).size(), 1) - 1;
        } else {
            return std::nullopt;
        }
    }
}

std::optional<TextObject> bracketed(const Buffer& buffer, Position at, Extent extent, char open, char close) {
    const std::string& line = buffer.line(at.line);
    std::optional<Position> begin = at;
    if (at.column >= line.size() || line[at.column] != open) {
        Position before = at;
        if (at.column < line.size() && line[at.column] == close) {
            if (at.column == 0 && at.line == 0) return std::nullopt;
            before = at.column > 0 ? Position{at.line, at.column - 1}
                                   : Position{at.line - 1, buffer.line(at.line - 1).size()};
        }
        begin = find_bracket(buffer, before, open, close, false);
    }
    if (!begin) return std::nullopt;
    auto end = find_bracket(buffer, {begin->line, begin->column + 1}, close, open, true);
    if (!end) return std::nullopt;
    if (extent == Extent::around) return TextObject{*begin, *end, Reach::inclusive};
    // Whole lines between two brackets that end and begin theirs.
    bool lines = end->line > begin->line + 1 && begin->column + 1 == buffer.line(begin->line).size() &&
                 first_nonblank(buffer.line(end->line)) == end->column;
    if (lines) return TextObject{{begin->line + 1, 0}, {end->line - 1, 0}, Reach::lines};
    return TextObject{{begin->line, begin->column + 1}, *end};
}

std::optional<TextObject> paragraph_object(const Buffer& buffer, Position at, Extent extent) {
    size_t first = at.line, last = at.line;
    auto same = [&](size_t line, bool empty) {
        return line < buffer.line_count() && buffer.line(line).empty() == empty;
    };
    const bool empty = buffer.line(at.line).empty();
    while (first > 0 && same(first - 1, empty)) --first;
    while (same(last + 1, empty)) ++last;
    const size_t end = last;
    if (extent == Extent::around)
        while (same(last + 1, !empty)) ++last;
    if (extent == Extent::around && last == end) // at the end, what is in front
        while (first > 0 && same(first - 1, !empty)) --first;
    return TextObject{{first, 0}, {last, 0}, Reach::lines};
}

} // namespace

std::optional<TextObject> text_object(const Buffer& buffer, Position at, Extent extent, int key) {
    switch (key) {
    case 'w': return word_object(buffer, at, extent, WordKind::small);
    case 'W': return word_object(buffer, at, extent, WordKind::big);
    case '"':
    case '\'':
    case '`': return quotation(buffer, at, extent, static_cast<char>(key));
    case 'p': return paragraph_object(buffer, at, extent);
    default: break;
    }
    constexpr char kBrackets[] = "()b[][{}B<><"; // what opens, what closes, and what else names the pair
    const char* place = key > 0 && key < 128 ? strchr(kBrackets, key) : nullptr;
    if (!place) return std::nullopt;
    const char* pair = kBrackets + (place - kBrackets) / 3 * 3;
    return bracketed(buffer, at, extent, pair[0], pair[1]);
}

} // namespace coreutils::vi
