#include "expand/pattern.hpp"

#include "base/text.hpp"

namespace sh {

namespace {

constexpr size_t kNone = std::string_view::npos;

bool in_class(std::string_view name, uint32_t c) {
    bool lower = c >= 'a' && c <= 'z';
    bool upper = c >= 'A' && c <= 'Z';
    bool digit = c >= '0' && c <= '9';
    if (name == "alpha")
        return lower || upper || c >= 0x80;
    if (name == "alnum")
        return lower || upper || digit || c >= 0x80;
    if (name == "digit")
        return digit;
    if (name == "lower")
        return lower;
    if (name == "upper")
        return upper;
    if (name == "space")
        return c == ' ' || (c >= '\t' && c <= '\r');
    if (name == "blank")
        return c == ' ' || c == '\t';
    if (name == "punct")
        return c > ' ' && c < 0x7f && !lower && !upper && !digit;
    if (name == "print")
        return c >= ' ' && c != 0x7f;
    if (name == "graph")
        return c > ' ' && c != 0x7f;
    if (name == "cntrl")
        return c < ' ' || c == 0x7f;
    if (name == "xdigit")
        return digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    return false;
}

// One character of the pattern at `at`, which an unquoted backslash may escape; `at` moves behind it.
uint32_t take_character(PatternView pattern, size_t& at) {
    if (pattern.special(at) && pattern.text[at] == '\\' && at + 1 < pattern.text.size())
        ++at;
    std::string_view rest = pattern.text.substr(at);
    at += character_length(rest);
    return decode_character(rest);
}

struct BracketResult {
    size_t end = kNone;  // behind the `]`, or none: the `[` is an ordinary character
    bool matches = false;
};

// `[:name:]`, `[.x.]`, `[=x=]` at `at` (its inner bracket); returns the position behind it or none.
size_t bracket_element_end(PatternView pattern, size_t at, char& kind) {
    if (at + 1 >= pattern.text.size())
        return kNone;
    kind = pattern.text[at + 1];
    if (kind != ':' && kind != '.' && kind != '=')
        return kNone;
    for (size_t i = at + 2; i + 1 < pattern.text.size(); ++i)
        if (pattern.text[i] == kind && pattern.text[i + 1] == ']')
            return i + 2;
    return kNone;
}

BracketResult match_bracket(PatternView pattern, size_t at, uint32_t c) {
    size_t i = at + 1;
    bool negated = i < pattern.text.size() && pattern.special(i) && (pattern.text[i] == '!' || pattern.text[i] == '^');
    if (negated)
        ++i;
    bool found = false;
    for (bool first = true; i < pattern.text.size(); first = false) {
        if (pattern.text[i] == ']' && pattern.special(i) && !first)
            return {i + 1, found != negated};
        char kind = 0;
        size_t element = kNone;
        if (pattern.text[i] == '[' && pattern.special(i))
            element = bracket_element_end(pattern, i, kind);
        if (element != kNone && kind == ':') {
            found |= in_class(pattern.text.substr(i + 2, element - i - 4), c);
            i = element;
            continue;
        }
        uint32_t low;
        if (element != kNone) {
            low = decode_character(pattern.text.substr(i + 2));
            i = element;
        } else {
            low = take_character(pattern, i);
        }
        uint32_t high = low;
        if (i + 1 < pattern.text.size() && pattern.text[i] == '-' && pattern.special(i) &&
            !(pattern.text[i + 1] == ']' && pattern.special(i + 1))) {
            ++i;
            size_t end = pattern.text[i] == '[' ? bracket_element_end(pattern, i, kind) : kNone;
            if (end != kNone) {
                high = decode_character(pattern.text.substr(i + 2));
                i = end;
            } else {
                high = take_character(pattern, i);
            }
        }
        found |= c >= low && c <= high;
    }
    return {};
}

}  // namespace

bool may_match_names(PatternView pattern) {
    bool bracket = false;
    for (size_t i = 0; i < pattern.text.size(); ++i) {
        if (!pattern.special(i))
            continue;
        char c = pattern.text[i];
        if (c == '*' || c == '?' || (c == ']' && bracket))
            return true;
        if (c == '\\')
            ++i;
        bracket |= c == '[';
    }
    return false;
}

namespace {

// The character a match must begin with, when the pattern does so with a literal one; else 0.
char literal_first(PatternView pattern) {
    if (pattern.text.empty() || (pattern.special(0) && std::string_view("*?[\\").find(pattern.text[0]) != kNone))
        return 0;
    return pattern.text[0];
}

// Where a match of the whole pattern at the start of the subject ends, or none. `*` takes as little as it can, so
// with Anchor::start the end is the first possible one.
enum class Anchor { start, both };

size_t match_end(PatternView pattern, std::string_view subject, Anchor anchor) {
    size_t p = 0;
    size_t s = 0;
    size_t star_p = kNone;  // behind the last `*`, and where its text began
    size_t star_s = 0;
    for (;;) {
        bool advanced = false;
        if (p < pattern.text.size()) {
            char c = pattern.text[p];
            bool special = pattern.special(p);
            if (special && c == '*') {
                star_p = ++p;
                star_s = s;
                if (p == pattern.text.size())
                    return anchor == Anchor::start ? s : subject.size();
                continue;
            }
            if (s < subject.size()) {
                std::string_view rest = subject.substr(s);
                if (special && c == '?') {
                    ++p;
                    s += character_length(rest);
                    advanced = true;
                } else {
                    BracketResult bracket;
                    if (special && c == '[')
                        bracket = match_bracket(pattern, p, decode_character(rest));
                    if (bracket.end != kNone) {
                        if (bracket.matches) {
                            p = bracket.end;
                            s += character_length(rest);
                            advanced = true;
                        }
                    } else {
                        size_t literal = p;
                        if (special && c == '\\' && p + 1 < pattern.text.size())
                            ++literal;
                        if (pattern.text[literal] == subject[s]) {
                            p = literal + 1;
                            ++s;
                            advanced = true;
                        }
                    }
                }
            }
        } else if (anchor == Anchor::start || s == subject.size()) {
            return s;
        }
        if (advanced)
            continue;
        if (star_p == kNone || star_s >= subject.size())
            return kNone;
        star_s += character_length(subject.substr(star_s));
        // What follows the star begins where its first character does.
        if (char next = literal_first(pattern.substr(star_p)); next && (next & 0xc0) != 0x80) {
            star_s = subject.find(next, star_s);
            if (star_s == kNone)
                return kNone;
        }
        p = star_p;
        s = star_s;
    }
}

// The character a match must end with, when the pattern does so with a literal one; else 0.
char literal_last(PatternView pattern) {
    if (pattern.text.empty())
        return 0;
    size_t last = pattern.text.size() - 1;
    if (pattern.special(last) && std::string_view("*?]").find(pattern.text[last]) != kNone)
        return 0;
    return pattern.text[last];
}

// Whether a character begins at `i` (a stray continuation byte counts as one).
bool begins_character(std::string_view text, size_t i) {
    if (i >= text.size() || (text[i] & 0xc0) != 0x80)
        return true;
    for (size_t back = 1; back <= 3 && back <= i; ++back)
        if ((text[i - back] & 0xc0) != 0x80)
            return character_length(text.substr(i - back)) <= back;
    return true;
}

}  // namespace

bool matches(PatternView pattern, std::string_view subject) {
    return match_end(pattern, subject, Anchor::both) != kNone;
}

size_t matching_prefix(PatternView pattern, std::string_view subject, Extent extent) {
    size_t shortest = match_end(pattern, subject, Anchor::start);
    // Without a star there is one length only.
    if (shortest == kNone || extent == Extent::shortest || pattern.text.find('*') == kNone)
        return shortest;
    char last = literal_last(pattern);
    for (size_t length = subject.size(); length > shortest; --length) {
        if ((last ? subject[length - 1] == last : begins_character(subject, length)) &&
            matches(pattern, subject.substr(0, length)))
            return length;
    }
    return shortest;
}

size_t matching_suffix(PatternView pattern, std::string_view subject, Extent extent) {
    char first = literal_first(pattern);
    if (char last = literal_last(pattern); last && (subject.empty() || subject.back() != last))
        return kNone;
    auto matches_from = [&](size_t start) {
        if (first ? start >= subject.size() || subject[start] != first : !begins_character(subject, start))
            return false;
        return matches(pattern, subject.substr(start));
    };
    if (extent == Extent::longest) {
        for (size_t start = 0; start <= subject.size(); ++start)
            if (matches_from(start))
                return subject.size() - start;
        return kNone;
    }
    for (size_t start = subject.size() + 1; start-- > 0;)
        if (matches_from(start))
            return subject.size() - start;
    return kNone;
}

}  // namespace sh
