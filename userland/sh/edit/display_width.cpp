#include "edit/display_width.hpp"

#include <algorithm>
#include <iterator>

#include "base/text.hpp"

namespace sh {

namespace {

struct Range {
    uint32_t first;
    uint32_t last;
};

// Sorted; the ranges of Unicode that matter on a terminal, not every isolated mark.
constexpr Range kCombining[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x0610, 0x061a}, {0x064b, 0x065f}, {0x0670, 0x0670},
    {0x06d6, 0x06dc}, {0x0900, 0x0902}, {0x093c, 0x093c}, {0x0941, 0x0948}, {0x0e31, 0x0e31}, {0x0e34, 0x0e3a},
    {0x0e47, 0x0e4e}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x2064},
    {0x20d0, 0x20f0}, {0x3099, 0x309a}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}, {0x1f3fb, 0x1f3ff},
    {0xe0100, 0xe01ef},
};
constexpr Range kWide[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23ec},   {0x25fd, 0x25fe},
    {0x2614, 0x2615},   {0x2648, 0x2653},   {0x26a1, 0x26a1},   {0x26aa, 0x26ab},   {0x26bd, 0x26be},
    {0x26c4, 0x26c5},   {0x26ce, 0x26ce},   {0x26d4, 0x26d4},   {0x26ea, 0x26ea},   {0x2705, 0x2705},
    {0x270a, 0x270b},   {0x2728, 0x2728},   {0x274c, 0x274c},   {0x2753, 0x2755},   {0x2795, 0x2797},
    {0x2b1b, 0x2b1c},   {0x2b50, 0x2b50},   {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},
    {0x4e00, 0x9fff},   {0xa000, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},
    {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf},
    {0x1f18e, 0x1f18e}, {0x1f191, 0x1f19a}, {0x1f200, 0x1f2ff}, {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff},
    {0x1f900, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd},
};

template <size_t N>
bool contains(const Range (&ranges)[N], uint32_t c) {
    const Range* at =
        std::upper_bound(std::begin(ranges), std::end(ranges), c, [](uint32_t value, const Range& range) { return value < range.first; });
    return at != ranges && c <= at[-1].last;
}

}  // namespace

int character_width(uint32_t code_point) {
    if (code_point < 0x300)
        return 1;
    if (contains(kCombining, code_point))
        return 0;
    return contains(kWide, code_point) ? 2 : 1;
}

size_t escape_sequence_length(std::string_view text) {
    if (text.size() < 2 || text[0] != '\033')
        return 0;
    if (text[1] == '[') {
        size_t i = 2;
        while (i < text.size() && (text[i] < 0x40 || text[i] > 0x7e))
            ++i;
        return i < text.size() ? i + 1 : i;
    }
    if (text[1] == ']') {
        size_t i = 2;
        while (i < text.size() && text[i] != '\a' && text[i] != '\033')
            ++i;
        if (i < text.size() && text[i] == '\033')
            ++i;
        return i < text.size() ? i + 1 : i;
    }
    return 2;
}

int display_width(std::string_view text) {
    int width = 0;
    while (!text.empty()) {
        size_t length = escape_sequence_length(text);
        if (length == 0) {
            auto c = static_cast<unsigned char>(text[0]);
            length = character_length(text);
            width += c < 0x20 || c == 0x7f ? 2 : character_width(decode_character(text));
        }
        text.remove_prefix(length);
    }
    return width;
}

}  // namespace sh
