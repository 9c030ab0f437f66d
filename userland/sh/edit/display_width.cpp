#include "edit/display_width.hpp"

#include <wchar.h>

#include "base/text.hpp"

namespace sh {

int character_width(uint32_t code_point) {
    int width = wcwidth(static_cast<wchar_t>(code_point));
    return width < 0 ? 1 : width;
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
