#include "text/tr_set.h"

#include <algorithm>
#include <ctype.h>

namespace coreutils::tr {
namespace {

struct Class {
    std::string_view name;
    int (*contains)(int);
};

constexpr Class kClasses[] = {
    {"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank}, {"cntrl", iscntrl},
    {"digit", isdigit}, {"graph", isgraph}, {"lower", islower}, {"print", isprint},
    {"punct", ispunct}, {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit},
};

// Text after its escapes: each byte, and whether it was written with a backslash.
struct Character {
    unsigned char byte;
    bool escaped;
};

std::vector<Character> read_characters(std::string_view text) {
    std::vector<Character> characters;
    for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            characters.push_back({static_cast<unsigned char>(text[i]), false});
            continue;
        }
        char letter = text[++i];
        constexpr std::string_view kLetters = "abfnrtv\\", kValues = "\a\b\f\n\r\t\v\\";
        if (size_t at = kLetters.find(letter); at != std::string_view::npos) {
            characters.push_back({static_cast<unsigned char>(kValues[at]), true});
        } else if (letter >= '0' && letter <= '7') {
            unsigned value = 0, digits = 0;
            while (digits < 3 && i < text.size() && text[i] >= '0' && text[i] <= '7') {
                unsigned next = value * 8 + static_cast<unsigned>(text[i] - '0');
                if (next > 255) break; // \400 is \40 and 0
                value = next;
                ++i, ++digits;
            }
            --i;
            characters.push_back({static_cast<unsigned char>(value), true});
        } else {
            characters.push_back({static_cast<unsigned char>(letter), true});
        }
    }
    return characters;
}

class Parser {
public:
    explicit Parser(std::string_view text) : characters_(read_characters(text)) {}

    std::optional<Set> parse(std::string& problem) {
        while (at_ < characters_.size()) {
            if (!parse_piece()) {
                problem = problem_;
                return std::nullopt;
            }
        }
        return std::move(set_);
    }

private:
    bool is(size_t at, char byte) const {
        return at < characters_.size() && !characters_[at].escaped &&
               characters_[at].byte == static_cast<unsigned char>(byte);
    }

    bool fail(std::string reason) {
        problem_ = std::move(reason);
        return false;
    }

    bool parse_piece() {
        if (is(at_, '[')) {
            bool handled = false;
            if (is(at_ + 1, ':') || is(at_ + 1, '=')) {
                if (!parse_named(handled)) return false;
                if (handled) return true;
            }
            if (!parse_repeat(handled)) return false;
            if (handled) return true;
        }
        unsigned char first = characters_[at_].byte;
        if (is(at_ + 1, '-') && at_ + 2 < characters_.size()) {
            unsigned char last = characters_[at_ + 2].byte;
            if (last < first) return fail("range-endpoints are in reverse collating sequence order");
            Piece piece;
            for (unsigned byte = first; byte <= last; ++byte)
                piece.bytes.push_back(static_cast<unsigned char>(byte));
            set_.pieces.push_back(std::move(piece));
            at_ += 3;
            return true;
        }
        set_.pieces.push_back(Piece{.bytes = {first}});
        ++at_;
        return true;
    }

    // [:class:] and [=c=]
    bool parse_named(bool& handled) {
        char mark = static_cast<char>(characters_[at_ + 1].byte);
        size_t end = at_ + 2;
        while (end + 1 < characters_.size() && !(is(end, mark) && is(end + 1, ']'))) ++end;
        if (end + 1 >= characters_.size()) return true; // no such construct: plain characters
        std::string name;
        for (size_t i = at_ + 2; i < end; ++i) name.push_back(static_cast<char>(characters_[i].byte));
        if (mark == ':') {
            const Class* found = nullptr;
            for (const Class& each : kClasses)
                if (name == each.name) found = &each;
            if (!found) {
                if (is(at_ + 2, '*')) return true; // [:*3]: a repeat of the colon
                return fail("invalid character class '" + name + "'");
            }
            Piece piece;
            piece.is_class = true;
            if (name == "lower") piece.case_class = CaseClass::lower;
            if (name == "upper") piece.case_class = CaseClass::upper;
            for (int byte = 0; byte < 256; ++byte)
                if (byte < 128 && found->contains(byte))
                    piece.bytes.push_back(static_cast<unsigned char>(byte));
            set_.pieces.push_back(std::move(piece));
        } else {
            if (name.empty()) return fail("missing equivalence class character '[==]'");
            if (name.size() > 1) {
                if (is(at_ + 2, '*')) return true;
                return fail(name + ": equivalence class operand must be a single character");
            }
            set_.pieces.push_back(Piece{.bytes = {static_cast<unsigned char>(name[0])}});
        }
        at_ = end + 2;
        handled = true;
        return true;
    }

    // [x*n] and [x*]; a number that begins with 0 is octal.
    bool parse_repeat(bool& handled) {
        if (at_ + 2 >= characters_.size() || !is(at_ + 2, '*')) return true;
        size_t end = at_ + 3;
        std::string digits;
        while (end < characters_.size() && !is(end, ']')) {
            digits.push_back(static_cast<char>(characters_[end].byte));
            ++end;
        }
        if (end == characters_.size()) return true;
        uint64_t base = digits.starts_with('0') ? 8 : 10, count = 0;
        for (char digit : digits) {
            if (digit < '0' || digit >= static_cast<char>('0' + base))
                return fail("invalid repeat count '" + digits + "' in [c*n] construct");
            if (count > UINT64_MAX / 16)
                return fail("invalid repeat count '" + digits + "' in [c*n] construct");
            count = count * base + static_cast<uint64_t>(digit - '0');
        }
        Piece piece{.bytes = {characters_[at_ + 1].byte}, .repeat = true, .count = count};
        if (count == 0) ++set_.open_repeats;
        set_.pieces.push_back(std::move(piece));
        at_ = end + 1;
        handled = true;
        return true;
    }

    std::vector<Character> characters_;
    size_t at_ = 0;
    Set set_;
    std::string problem_;
};

} // namespace

uint64_t Set::size() const {
    uint64_t total = 0;
    for (const Piece& piece : pieces) total += piece.repeat ? piece.count : piece.bytes.size();
    return total;
}

std::optional<Set> parse_set(std::string_view text, std::string& problem) {
    return Parser(text).parse(problem);
}

std::vector<unsigned char> expand(const Set& set, size_t wanted) {
    // Where a byte of the first set stands tells its partner; partners beyond this many there are not.
    constexpr uint64_t kMostRepeats = 65536;
    std::vector<unsigned char> bytes;
    uint64_t fixed = set.size();
    for (const Piece& piece : set.pieces) {
        if (!piece.repeat) {
            bytes.insert(bytes.end(), piece.bytes.begin(), piece.bytes.end());
            continue;
        }
        uint64_t count = piece.count ? piece.count : wanted > fixed ? wanted - fixed : 0;
        count = std::min(count, kMostRepeats);
        bytes.insert(bytes.end(), static_cast<size_t>(count), piece.bytes[0]);
    }
    return bytes;
}

} // namespace coreutils::tr
