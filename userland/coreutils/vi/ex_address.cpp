// Addresses and ranges of the colon commands (POSIX.1-2017 ex, "Addressing in ex").
#include "lib/numbers.h"
#include "vi/editor.h"
#include "vi/ex_text.h"

#include <algorithm>
#include <ctype.h>

namespace coreutils::vi {

bool Editor::parse_address(std::string_view& text, size_t& line) {
    skip_blanks(text);
    if (text.empty()) return false;
    size_t last = buffer_.line_count() - 1;
    char first = text[0];
    bool any = true;
    if (isdigit(static_cast<unsigned char>(first))) {
        size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
        auto number = parse_unsigned(text.substr(0, digits));
        line = number && *number > 0 ? static_cast<size_t>(std::min<uint64_t>(*number - 1, last)) : 0;
        if (number && *number == 0) line = SIZE_MAX; // before the first line
        text.remove_prefix(digits);
    } else if (first == '.') {
        line = cursor_.line;
        text.remove_prefix(1);
    } else if (first == '$') {
        line = last;
        text.remove_prefix(1);
    } else if (first == '\'' && text.size() > 1) {
        line = buffer_.mark(text[1]).line;
        if (line == Buffer::kNoLine) {
            complain("Mark not set");
            return false;
        }
        line = std::min(line, last);
        text.remove_prefix(2);
    } else if (first == '/' || first == '?') {
        text.remove_prefix(1);
        std::string pattern = take_delimited(text, first);
        if (!pattern.empty()) last_pattern_ = pattern;
        Position start = cursor_;
        cursor_.column = first == '/' ? buffer_.line(cursor_.line).size() : 0;
        bool found = search(last_pattern_, first == '/', 1);
        line = cursor_.line;
        cursor_ = start;
        if (!found) return false;
    } else if (first == '+' || first == '-') {
        line = cursor_.line;
    } else {
        any = false;
    }
    while (any && !text.empty() && (text[0] == '+' || text[0] == '-')) {
        bool plus = text[0] == '+';
        text.remove_prefix(1);
        size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
        auto number = digits > 0 ? parse_unsigned(text.substr(0, digits)) : std::optional<uint64_t>(1);
        text.remove_prefix(digits);
        size_t distance = number ? static_cast<size_t>(std::min<uint64_t>(*number, last)) : last;
        line = plus ? std::min(line + distance, last) : line - std::min(line, distance);
    }
    return any;
}

bool Editor::parse_range(std::string_view& text, size_t& first, size_t& last, int& given) {
    given = 0;
    first = last = cursor_.line;
    skip_blanks(text);
    if (!text.empty() && text[0] == '%') {
        text.remove_prefix(1);
        first = 0;
        last = buffer_.line_count() - 1;
        given = 2;
        return true;
    }
    size_t line;
    if (parse_address(text, line)) {
        first = last = line;
        given = 1;
    }
    skip_blanks(text);
    if (!failed_ && !text.empty() && (text[0] == ',' || text[0] == ';')) {
        if (text[0] == ';' && given) cursor_.line = first;
        text.remove_prefix(1);
        last = cursor_.line;
        if (parse_address(text, line)) last = line;
        given = 2;
    }
    if (failed_) return false;
    if (first != SIZE_MAX && last != SIZE_MAX && first > last) {
        complain("The first address is behind the second");
        return false;
    }
    return true;
}

} // namespace coreutils::vi
