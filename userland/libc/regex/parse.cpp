// The pattern's grammar: basic and extended expressions (POSIX.1-2017 9.3 to 9.5) with GNU's additions \+ \? \| in
// the basic ones and \w \W \s \S \b \B \< \> \` \' in both.
#include "fnmatch/bracket.hpp"
#include "internal/locale.hpp"
#include "regex/program.hpp"
#include "wchar/utf8.hpp"

#include <ctype.h>
#include <limits.h>
#include <string.h>
#include <wctype.h>

namespace libc::regex {

namespace {

constexpr int kDepthLimit = 1000;
constexpr unsigned kLastCodePoint = 0x10ffff;

struct Range {
    unsigned low, high;
};

class Parser {
public:
    Parser(Program &program, const char *pattern)
        : program_(program), at_(pattern), extended_(program.flags & REG_EXTENDED),
          fold_(program.flags & REG_ICASE), newline_(program.flags & REG_NEWLINE), utf8_(is_utf8_locale()) {}

    int run() {
        program_.root = alternation(0);
        if (!error_ && *at_)
            fail(REG_EPAREN);
        return error_;
    }

private:
    int fail(int error) {
        if (!error_)
            error_ = error;
        return kNone;
    }

    int make(NodeKind kind) {
        Node node = {};
        node.kind = kind;
        if (!program_.nodes.add(node))
            return fail(REG_ESPACE);
        return static_cast<int>(program_.nodes.size()) - 1;
    }

    Node &node(int index) { return program_.nodes[static_cast<size_t>(index)]; }

    void append(int parent, int child) {
        if (error_)
            return;
        Node &owner = node(parent);
        if (owner.last_child == kNone)
            owner.child = child;
        else
            node(owner.last_child).sibling = child;
        owner.last_child = child;
        owner.has_group |= node(child).has_group;
    }

    int make_set(const ByteSet &set) {
        int index = make(NodeKind::Set);
        if (error_)
            return kNone;
        node(index).number = static_cast<int>(program_.sets.size());
        if (!program_.sets.add(set))
            return fail(REG_ESPACE);
        return index;
    }

    int make_assertion(Anchor anchor) {
        int index = make(NodeKind::Assertion);
        if (!error_)
            node(index).anchor = anchor;
        program_.has_assertions = true;
        return index;
    }

    // --- Structure ---

    bool at_alternative() const { return extended_ ? *at_ == '|' : at_[0] == '\\' && at_[1] == '|'; }
    bool at_close() const { return extended_ ? *at_ == ')' && depth_ > 0 : at_[0] == '\\' && at_[1] == ')'; }

    int alternation(int depth) {
        if (depth > kDepthLimit)
            return fail(REG_ESPACE);
        int first = concatenation(depth);
        if (error_ || !at_alternative())
            return first;
        int result = make(NodeKind::Alternation);
        append(result, first);
        while (!error_ && at_alternative()) {
            at_ += extended_ ? 1 : 2;
            append(result, concatenation(depth));
        }
        return result;
    }

    int concatenation(int depth) {
        int result = make(NodeKind::Concatenation);
        bool leading = true;
        while (!error_ && *at_ && !at_alternative() && !at_close()) {
            bool anchor = false;
            int item = atom(depth, leading, anchor);
            if (error_)
                break;
            if (extended_ && anchor && is_operator())
                return fail(REG_BADRPT);
            item = repetitions(item, anchor);
            append(result, item);
            leading = !extended_ && anchor && leading;
        }
        return result;
    }

    bool is_operator() const { return *at_ == '*' || (extended_ && (*at_ == '+' || *at_ == '?' || *at_ == '{')); }

    int repetitions(int item, bool anchor) {
        while (!error_) {
            int minimum, maximum;
            if (*at_ == '*' && !(anchor && !extended_)) {
                minimum = 0, maximum = kUnlimited;
                at_++;
            } else if (extended_ ? *at_ == '+' : at_[0] == '\\' && at_[1] == '+') {
                minimum = 1, maximum = kUnlimited;
                at_ += extended_ ? 1 : 2;
            } else if (extended_ ? *at_ == '?' : at_[0] == '\\' && at_[1] == '?') {
                minimum = 0, maximum = 1;
                at_ += extended_ ? 1 : 2;
            } else if (extended_ ? *at_ == '{' : at_[0] == '\\' && at_[1] == '{') {
                at_ += extended_ ? 1 : 2;
                if (!interval(minimum, maximum))
                    return kNone;
            } else {
                return item;
            }
            int repeat = make(NodeKind::Repetition);
            if (error_)
                return kNone;
            node(repeat).minimum = minimum;
            node(repeat).maximum = maximum;
            append(repeat, item);
            item = repeat;
        }
        return item;
    }

    bool number(int &value) {
        if (!isdigit(*at_))
            return false;
        for (value = 0; isdigit(*at_); at_++)
            value = value > RE_DUP_MAX ? value : value * 10 + (*at_ - '0');
        return true;
    }

    bool interval(int &minimum, int &maximum) {
        bool has_minimum = number(minimum);
        if (!has_minimum)
            minimum = 0;
        maximum = minimum;
        if (*at_ == ',') {
            at_++;
            if (!number(maximum))
                maximum = kUnlimited;
        } else if (!has_minimum) {
            fail(*at_ ? REG_BADBR : REG_EBRACE);
            return false;
        }
        if (extended_ ? *at_ != '}' : at_[0] != '\\' || at_[1] != '}') {
            fail(*at_ && !(at_[0] == '\\' && !at_[1]) ? REG_BADBR : REG_EBRACE);
            return false;
        }
        at_ += extended_ ? 1 : 2;
        if (minimum > RE_DUP_MAX || maximum > RE_DUP_MAX || (maximum != kUnlimited && maximum < minimum)) {
            fail(REG_BADBR);
            return false;
        }
        return true;
    }

    int group(int depth) {
        int index = make(NodeKind::Group);
        if (error_)
            return kNone;
        int number = ++program_.group_count;
        node(index).number = number;
        depth_++;
        int inside = alternation(depth + 1);
        depth_--;
        if (error_)
            return kNone;
        if (!(extended_ ? *at_ == ')' : at_[0] == '\\' && at_[1] == ')'))
            return fail(REG_EPAREN);
        at_ += extended_ ? 1 : 2;
        append(index, inside);
        node(index).has_group = true;
        if (number < 10)
            closed_groups_ |= 1u << number;
        return index;
    }

    int atom(int depth, bool leading, bool &anchor) {
        char c = *at_;
        if (c == '\\')
            return escape(depth);
        if (c == '[')
            return bracket();
        if (c == '.') {
            at_++;
            return any_character();
        }
        if (c == '^' && (extended_ || leading)) {
            at_++;
            anchor = true;
            return make_assertion(Anchor::LineStart);
        }
        if (c == '$' && (extended_ || ends_expression(at_ + 1))) {
            at_++;
            anchor = extended_;
            return make_assertion(Anchor::LineEnd);
        }
        if (extended_) {
            if (c == '(') {
                at_++;
                return group(depth);
            }
            if (c == '*' || c == '+' || c == '?' || c == '{')
                return fail(REG_BADRPT);
        }
        return character();
    }

    bool ends_expression(const char *at) const {
        return *at == 0 || (at[0] == '\\' && (at[1] == ')' || at[1] == '|'));
    }

    int escape(int depth) {
        char c = at_[1];
        if (c == 0)
            return fail(REG_EESCAPE);
        if (!extended_ && c == '(') {
            at_ += 2;
            return group(depth);
        }
        if (!extended_ && c == '{') {
            return fail(REG_BADRPT);
        }
        if (c >= '1' && c <= '9') {
            if (!(closed_groups_ & (1u << (c - '0'))))
                return fail(REG_ESUBREG);
            at_ += 2;
            int index = make(NodeKind::BackReference);
            if (!error_)
                node(index).number = c - '0';
            program_.has_references = true;
            return index;
        }
        at_ += 2;
        switch (c) {
        case '<': return make_assertion(Anchor::WordStart);
        case '>': return make_assertion(Anchor::WordEnd);
        case 'b': return make_assertion(Anchor::WordBoundary);
        case 'B': return make_assertion(Anchor::NotWordBoundary);
        case '`': return make_assertion(Anchor::TextStart);
        case '\'': return make_assertion(Anchor::TextEnd);
        case 'w': case 'W': return named_class("alnum", "_", c == 'W');
        case 's': case 'S': return named_class("space", "", c == 'S');
        }
        at_--;
        return character();
    }

    // --- Characters and sets of them ---

    int character() {
        Character next = next_character(at_);
        at_ += next.length;
        ranges_.clear();
        if (next.value < 0) // a byte that is no character
            return raw_byte(static_cast<unsigned char>(next.value & 0xff));
        add_folded(static_cast<unsigned>(next.value), static_cast<unsigned>(next.value));
        return from_ranges(false);
    }

    int raw_byte(unsigned char byte) {
        ByteSet set = {};
        set.add(byte);
        return make_set(set);
    }

    int any_character() {
        ranges_.clear();
        add_range(0, utf8_ ? kLastCodePoint : 255);
        if (newline_)
            remove('\n');
        return from_ranges(false);
    }

    int named_class(const char *name, const char *more, bool invert) {
        ranges_.clear();
        add_class(name, strlen(name));
        for (; *more; more++)
            add_range(static_cast<unsigned char>(*more), static_cast<unsigned char>(*more));
        return from_ranges(invert);
    }

    void add_range(unsigned low, unsigned high) {
        if (low <= high && !ranges_.add({low, high}))
            fail(REG_ESPACE);
    }

    void remove(unsigned value) {
        for (size_t i = 0; i < ranges_.size(); i++) {
            Range range = ranges_[i];
            if (value < range.low || value > range.high)
                continue;
            ranges_[i] = {value + 1, range.high};
            if (value == range.high)
                ranges_[i] = {1, 0};
            if (value > range.low)
                add_range(range.low, value - 1);
        }
    }

    void add_folded(unsigned low, unsigned high) {
        add_range(low, high);
        if (!fold_)
            return;
        unsigned limit = utf8_ ? 0x1ffff : 0x7f; // no letters with case beyond
        for (unsigned c = low; c <= high && c <= limit; c++) {
            unsigned lower = c < 0x80 ? static_cast<unsigned>(tolower(static_cast<int>(c))) : towlower(c);
            unsigned upper = c < 0x80 ? static_cast<unsigned>(toupper(static_cast<int>(c))) : towupper(c);
            if (lower != c)
                add_range(lower, lower);
            if (upper != c)
                add_range(upper, upper);
        }
    }

    bool add_class(const char *name, size_t length) {
        bool known;
        unsigned limit = utf8_ ? 0x1ffff : 0x7f, first = 0;
        bool inside = false;
        char text[16] = {};
        if (length < sizeof text)
            memcpy(text, name, length);
        bool ascii_only = strcmp(text, "digit") == 0 || strcmp(text, "xdigit") == 0;
        if (ascii_only)
            limit = 0x7f;
        for (unsigned c = 0; c <= limit; c++) {
            bool member = in_character_class(name, static_cast<unsigned>(length), static_cast<int>(c), fold_, known);
            if (!known)
                return false;
            if (member && !inside)
                first = c;
            else if (!member && inside)
                add_range(first, c - 1);
            inside = member;
        }
        if (inside)
            add_range(first, limit);
        return true;
    }

    // "[.x.]" or "[=x=]" after its "[."; the character, or -1 with an error.
    int collating(char kind) {
        Character inner = next_character(at_);
        const char *close = at_ + inner.length;
        if (*at_ == 0)
            return fail(REG_EBRACK);
        if (close[0] != kind || close[1] != ']') {
            const char terminator[] = {kind, ']', 0};
            return fail(strstr(at_, terminator) ? REG_ECOLLATE : REG_EBRACK);
        }
        at_ = close + 2;
        return inner.value;
    }

    int bracket() {
        at_++;
        bool invert = *at_ == '^';
        at_ += invert;
        ranges_.clear();
        ByteSet raw = {};
        bool has_raw = false;
        for (bool first = true; *at_ != ']' || first; first = false) {
            if (*at_ == 0)
                return fail(REG_EBRACK);
            if (at_[0] == '[' && at_[1] == ':') {
                const char *close = strstr(at_ + 2, ":]");
                if (!close)
                    return fail(REG_EBRACK);
                if (!add_class(at_ + 2, static_cast<size_t>(close - at_ - 2)))
                    return fail(REG_ECTYPE);
                at_ = close + 2;
                continue;
            }
            int low, high;
            if (!endpoint(low))
                return kNone;
            high = low;
            if (at_[0] == '-' && at_[1] != ']' && at_[1] != 0) {
                at_++;
                if (!endpoint(high))
                    return kNone;
                if (high < low)
                    return fail(REG_ERANGE);
            }
            if (low < 0) {
                raw.add(static_cast<unsigned char>(low & 0xff));
                has_raw = true;
            } else {
                add_folded(static_cast<unsigned>(low), static_cast<unsigned>(high));
            }
        }
        at_++;
        if (invert && newline_)
            add_range('\n', '\n');
        int characters = from_ranges(invert);
        if (!has_raw || invert || error_)
            return characters;
        int both = make(NodeKind::Alternation);
        append(both, characters);
        append(both, make_set(raw));
        return both;
    }

    bool endpoint(int &value) {
        if (at_[0] == '[' && (at_[1] == '.' || at_[1] == '=')) {
            char kind = at_[1];
            at_ += 2;
            value = collating(kind);
            return !error_;
        }
        Character next = next_character(at_);
        value = next.value;
        at_ += next.length;
        return true;
    }

    void normalize(bool invert) {
        auto by_low = [](const void *a, const void *b) {
            unsigned x = static_cast<const Range *>(a)->low, y = static_cast<const Range *>(b)->low;
            return x < y ? -1 : x > y;
        };
        if (ranges_.size() > 1)
            qsort(ranges_.data(), ranges_.size(), sizeof(Range), by_low);
        size_t used = 0;
        for (size_t i = 0; i < ranges_.size(); i++) {
            Range range = ranges_[i];
            if (range.low > range.high)
                continue;
            if (used > 0 && range.low <= ranges_[used - 1].high + 1) {
                if (range.high > ranges_[used - 1].high)
                    ranges_[used - 1].high = range.high;
            } else {
                ranges_[used++] = range;
            }
        }
        if (!ranges_.resize(used))
            fail(REG_ESPACE);
        if (!invert)
            return;
        unsigned next = 0, last = utf8_ ? kLastCodePoint : 255;
        for (size_t i = 0; i < used; i++) {
            Range range = ranges_[i];
            ranges_[i] = range.low > next ? Range{next, range.low - 1} : Range{1, 0};
            next = range.high + 1;
        }
        if (next <= last)
            add_range(next, last);
    }

    // The byte automaton of a set of characters.
    int from_ranges(bool invert) {
        normalize(invert);
        if (error_)
            return kNone;
        ByteSet single = {};
        bool multibyte = false;
        for (size_t i = 0; i < ranges_.size(); i++) {
            unsigned limit = utf8_ ? 0x7f : 0xff;
            for (unsigned c = ranges_[i].low; c <= ranges_[i].high && c <= limit; c++)
                single.add(c);
            multibyte |= utf8_ && ranges_[i].low <= ranges_[i].high && ranges_[i].high > 0x7f;
        }
        int bytes = make_set(single);
        if (!multibyte || error_)
            return bytes;
        int result = make(NodeKind::Alternation);
        append(result, bytes);
        for (size_t i = 0; i < ranges_.size() && !error_; i++) {
            if (ranges_[i].low <= ranges_[i].high)
                add_sequences(result, ranges_[i].low < 0x80 ? 0x80 : ranges_[i].low, ranges_[i].high);
        }
        return result;
    }

    // Adds the UTF-8 sequences of [low, high] as concatenations of byte ranges. A range is split until all its
    // members have the same length and every byte but the first differing ones covers its whole range.
    void add_sequences(int parent, unsigned low, unsigned high) {
        if (low > high || error_)
            return;
        static constexpr unsigned kLimits[] = {0x7ff, 0xd7ff, 0xdfff, 0xffff, kLastCodePoint};
        for (unsigned limit : kLimits) {
            if (low <= limit && high > limit) {
                add_sequences(parent, low, limit);
                add_sequences(parent, limit + 1, high);
                return;
            }
        }
        if (low >= 0xd800 && low <= 0xdfff)
            return; // surrogates are no characters
        for (int shift = 6; shift <= 18; shift += 6) {
            unsigned mask = (1u << shift) - 1;
            if ((low & ~mask) == (high & ~mask))
                continue;
            if (low & mask) {
                add_sequences(parent, low, low | mask);
                add_sequences(parent, (low | mask) + 1, high);
                return;
            }
            if ((high & mask) != mask) {
                add_sequences(parent, low, (high & ~mask) - 1);
                add_sequences(parent, high & ~mask, high);
                return;
            }
        }
        char first[4], last[4];
        int length = utf8_encode(low, first);
        utf8_encode(high, last);
        int sequence = make(NodeKind::Concatenation);
        for (int i = 0; i < length && !error_; i++) {
            ByteSet set = {};
            for (unsigned byte = static_cast<unsigned char>(first[i]);
                 byte <= static_cast<unsigned char>(last[i]); byte++)
                set.add(byte);
            append(sequence, make_set(set));
        }
        append(parent, sequence);
    }

    Program &program_;
    const char *at_;
    bool extended_, fold_, newline_, utf8_;
    int error_ = 0, depth_ = 0;
    unsigned closed_groups_ = 0;
    Array<Range> ranges_;
};

} // namespace

int parse(Program &program, const char *pattern) { return Parser(program, pattern).run(); }

} // namespace libc::regex
