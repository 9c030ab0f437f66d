#include "lib/format_time.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

namespace coreutils {
namespace {

std::string expand(char letter, const tm& broken) {
    char format[3] = {'%', letter, '\0'}, text[256];
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
    size_t size = strftime(text, sizeof text, format, &broken);
#pragma clang diagnostic pop
    return std::string(text, size);
}

// %:z +hh:mm, %::z +hh:mm:ss, %:::z as short as it can be.
std::string zone_text(long seconds, size_t colons) {
    char sign = seconds < 0 ? '-' : '+', text[32];
    if (seconds < 0) seconds = -seconds;
    auto hours = static_cast<int>(seconds / 3600), minutes = static_cast<int>(seconds / 60 % 60),
         rest = static_cast<int>(seconds % 60);
    if (colons == 3) colons = rest ? 2 : minutes ? 1 : 4;
    if (colons == 0)
        snprintf(text, sizeof text, "%c%02d%02d", sign, hours, minutes);
    else if (colons == 1)
        snprintf(text, sizeof text, "%c%02d:%02d", sign, hours, minutes);
    else if (colons == 2)
        snprintf(text, sizeof text, "%c%02d:%02d:%02d", sign, hours, minutes, rest);
    else
        snprintf(text, sizeof text, "%c%02d", sign, hours);
    return text;
}

struct Directive {
    char pad = '\0'; // - _ 0, or the letter's own
    bool upper = false, swap = false;
    size_t width = 0, colons = 0;
    char letter = '\0';
};

void pad_number(std::string& text, const Directive& directive) {
    bool numeric = !text.empty();
    for (char byte : text) numeric = numeric && (isdigit(static_cast<unsigned char>(byte)) || byte == ' ');
    bool blank_padded = strchr("ekl", directive.letter) != nullptr;
    char fill = directive.pad == '_'       ? ' '
                : directive.pad == '0'     ? '0'
                : numeric && !blank_padded ? '0'
                                           : ' ';
    if (directive.pad && numeric) {
        // What the C library padded with goes first.
        size_t natural = text.size(), digits = text.find_first_not_of(" 0");
        if (digits == std::string::npos) digits = text.size() - 1;
        std::string bare = text.substr(digits);
        if (directive.pad == '-') {
            text = bare;
            return;
        }
        size_t width = directive.width ? directive.width : natural;
        text = std::string(width > bare.size() ? width - bare.size() : 0, fill) + bare;
        return;
    }
    if (directive.width > text.size() && directive.pad != '-')
        text.insert(0, directive.width - text.size(), fill);
}

} // namespace

std::string format_time(std::string_view format, const timespec& when, Zone zone) {
    tm broken;
    if (!(zone == Zone::utc ? gmtime_r(&when.tv_sec, &broken) : localtime_r(&when.tv_sec, &broken)))
        return std::to_string(when.tv_sec);
    std::string result;
    for (size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%' || i + 1 == format.size()) {
            result.push_back(format[i]);
            continue;
        }
        size_t start = i++;
        Directive directive;
        for (; i < format.size() && strchr("-_0^#+", format[i]); ++i) {
            if (format[i] == '^')
                directive.upper = true;
            else if (format[i] == '#')
                directive.swap = true;
            else
                directive.pad = format[i] == '+' ? '0' : format[i];
        }
        while (i < format.size() && isdigit(static_cast<unsigned char>(format[i])) && directive.width < 10000)
            directive.width = directive.width * 10 + static_cast<size_t>(format[i++] - '0');
        while (i < format.size() && format[i] == ':') ++directive.colons, ++i;
        if (i < format.size() && (format[i] == 'E' || format[i] == 'O')) ++i;
        if (i == format.size()) {
            result.append(format.substr(start));
            break;
        }
        directive.letter = format[i];
        std::string text;
        switch (directive.letter) {
        case '%':
            text = "%";
            break;
        case 'n':
            text = "\n";
            break;
        case 't':
            text = "\t";
            break;
        case 's':
            text = std::to_string(when.tv_sec);
            break;
        case 'q':
            text = std::to_string(broken.tm_mon / 3 + 1);
            break;
        case 'N': {
            char digits[16];
            snprintf(digits, sizeof digits, "%09ld", when.tv_nsec);
            text = digits;
            // A width cuts instead of padding: %3N are milliseconds.
            if (directive.width > 0 && directive.width < 9) text.resize(directive.width);
            if (directive.pad == '-')
                while (text.size() > 1 && text.ends_with('0')) text.pop_back();
            directive.width = 0;
            directive.pad = '\0';
            break;
        }
        case 'z':
            text = zone_text(broken.tm_gmtoff, directive.colons);
            break;
        case 'Z':
            text = zone == Zone::utc ? "UTC" : expand('Z', broken);
            break;
        case 'P':
            text = broken.tm_hour < 12 ? "am" : "pm";
            break;
        case 'k':
        case 'l': {
            int hour = directive.letter == 'k' ? broken.tm_hour : (broken.tm_hour + 11) % 12 + 1;
            text = hour < 10 ? " " + std::to_string(hour) : std::to_string(hour);
            break;
        }
        default:
            if (!strchr("aAbBcCdDeFgGhHIjmMpPrRSTuUVwWxXyY", directive.letter)) {
                result.append(format.substr(start, i - start + 1));
                continue;
            }
            text = expand(directive.letter, broken);
        }
        if (directive.upper || (directive.swap && strchr("aAbBh", directive.letter)))
            for (char& byte : text) byte = static_cast<char>(toupper(static_cast<unsigned char>(byte)));
        else if (directive.swap && strchr("pZ", directive.letter))
            for (char& byte : text) byte = static_cast<char>(tolower(static_cast<unsigned char>(byte)));
        if (directive.pad || directive.width) pad_number(text, directive);
        result += text;
    }
    return result;
}

} // namespace coreutils
