#include "lib/utf8.h"

#include <wchar.h>

namespace coreutils {

CodePoint decode_utf8(std::string_view text) {
    auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
    unsigned char first = byte(0);
    if (first < 0x80) return {first, 1};
    size_t length = first >= 0xF0 && first < 0xF5   ? 4
                    : first >= 0xE0 && first < 0xF0 ? 3
                    : first >= 0xC2 && first < 0xE0 ? 2
                                                    : 0;
    if (length == 0 || text.size() < length) return {kInvalidByte, 1};
    char32_t value = first & (0x7F >> length);
    for (size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {kInvalidByte, 1};
        value = value << 6 | (byte(i) & 0x3F);
    }
    bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    if (overlong || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return {kInvalidByte, 1};
    return {value, length};
}

int column_width(char32_t value) {
    if (value < 0x7F) return value >= ' ' ? 1 : -1;
    if (value == kInvalidByte) return -1;
    return wcwidth(static_cast<wchar_t>(value));
}

size_t display_width(std::string_view text) {
    size_t width = 0;
    while (!text.empty()) {
        CodePoint point = decode_utf8(text);
        int columns = column_width(point.value);
        width += columns < 0 ? 1 : static_cast<size_t>(columns);
        text.remove_prefix(point.length);
    }
    return width;
}

size_t count_code_points(std::string_view text) {
    size_t count = 0;
    while (!text.empty()) {
        text.remove_prefix(decode_utf8(text).length);
        ++count;
    }
    return count;
}

void append_utf8(std::string& text, char32_t value) {
    auto add = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (value < 0x80) return add(value);
    if (value < 0x800) return add(0xC0 | value >> 6), add(0x80 | (value & 0x3F));
    if (value < 0x10000)
        return add(0xE0 | value >> 12), add(0x80 | (value >> 6 & 0x3F)), add(0x80 | (value & 0x3F));
    add(0xF0 | value >> 18), add(0x80 | (value >> 12 & 0x3F)), add(0x80 | (value >> 6 & 0x3F)),
        add(0x80 | (value & 0x3F));
}

} // namespace coreutils
