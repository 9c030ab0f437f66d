// Bracket expressions of patterns.
#include "fnmatch/bracket.hpp"

#include "internal/locale.hpp"
#include "wchar/utf8.hpp"

#include <string.h>
#include <wctype.h>

namespace libc {

Character next_character(const char *text) {
    auto *bytes = reinterpret_cast<const unsigned char *>(text);
    if (bytes[0] < 0x80 || !is_utf8_locale())
        return {bytes[0], 1};
    auto [value, length] = utf8_decode(bytes, strnlen(text, 4));
    if (length <= 0)
        return {-256 | bytes[0], 1};
    return {static_cast<int>(value), length};
}

int fold_case(int character) {
    if (character < 0)
        return character;
    if (character < 0x80)
        return character >= 'A' && character <= 'Z' ? character | 0x20 : character;
    return is_utf8_locale() ? static_cast<int>(towlower(static_cast<wint_t>(character))) : character;
}

bool in_character_class(const char *name, unsigned length, int character, bool fold, bool &known) {
    char text[16];
    known = false;
    if (length >= sizeof text)
        return false;
    memcpy(text, name, length);
    text[length] = 0;
    wctype_t type = wctype(text);
    if (!type)
        return false;
    known = true;
    if (character < 0 || (character >= 0x80 && !is_utf8_locale()))
        return false;
    auto c = static_cast<wint_t>(character);
    return iswctype(c, type) || (fold && (iswctype(towlower(c), type) || iswctype(towupper(c), type)));
}

namespace {

// One end of a range: a character, an escaped one, "[.x.]" or "[=x=]".
bool parse_element(const char *&at, bool escapes, int &value) {
    if (*at == '[' && (at[1] == '.' || at[1] == '=')) {
        char kind = at[1];
        Character inner = next_character(at + 2);
        const char *close = at + 2 + inner.length;
        if (at[2] == 0 || close[0] != kind || close[1] != ']')
            return false;
        value = inner.value;
        at = close + 2;
        return true;
    }
    if (*at == '\\' && escapes && at[1])
        at++;
    if (!*at)
        return false;
    Character character = next_character(at);
    value = character.value;
    at += character.length;
    return true;
}

bool in_range(int character, int low, int high, bool fold) {
    if (character >= low && character <= high)
        return true;
    if (!fold)
        return false;
    int lower = fold_case(character);
    int upper = character >= 0 ? static_cast<int>(towupper(static_cast<wint_t>(character))) : character;
    return (lower >= low && lower <= high) || (upper >= low && upper <= high);
}

} // namespace

BracketResult match_bracket(const char *pattern, int character, bool fold, bool escapes, bool slash_ends) {
    const char *at = pattern + 1;
    bool invert = *at == '!' || *at == '^';
    at += invert;
    bool matches = false;
    for (bool first = true; *at != ']' || first; first = false) {
        if (*at == 0 || (slash_ends && *at == '/'))
            return {nullptr, false};
        if (at[0] == '[' && at[1] == ':') {
            const char *close = strstr(at + 2, ":]");
            if (!close)
                return {nullptr, false};
            bool known;
            matches |= in_character_class(at + 2, static_cast<unsigned>(close - at - 2), character, fold, known);
            at = close + 2;
            continue;
        }
        int low, high;
        if (!parse_element(at, escapes, low))
            return {nullptr, false};
        high = low;
        if (*at == '-' && at[1] != ']' && at[1] != 0) {
            at++;
            if (!parse_element(at, escapes, high))
                return {nullptr, false};
        }
        matches |= in_range(character, low, high, fold);
    }
    return {at + 1, matches != invert};
}

} // namespace libc
