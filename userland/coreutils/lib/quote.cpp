#include "lib/quote.h"

#include "lib/utf8.h"

namespace coreutils {
namespace {

bool is_printable(const CodePoint& point) { return column_width(point.value) >= 0; }

char escape_letter(char byte) {
    constexpr std::string_view kValues = "\a\b\f\n\r\t\v", kLetters = "abfnrtv";
    size_t at = kValues.find(byte);
    return at == std::string_view::npos ? '\0' : kLetters[at];
}

void append_escaped(std::string& text, std::string_view bytes) {
    for (char byte : bytes) {
        text.push_back('\\');
        if (char letter = escape_letter(byte)) {
            text.push_back(letter);
            continue;
        }
        auto value = static_cast<unsigned char>(byte);
        for (int shift = 6; shift >= 0; shift -= 3)
            text.push_back(static_cast<char>('0' + (value >> shift & 7)));
    }
}

template <typename Plain, typename Odd> void for_each_point(std::string_view name, Plain plain, Odd odd) {
    while (!name.empty()) {
        CodePoint point = decode_utf8(name);
        std::string_view bytes = name.substr(0, point.length);
        is_printable(point) ? plain(bytes) : odd(bytes);
        name.remove_prefix(point.length);
    }
}

bool needs_shell_quotes(std::string_view name) {
    if (name.empty()) return true;
    if (name == "{" || name == "}" || name[0] == '#' || name[0] == '~') return true;
    return name.find_first_of(" !\"$&'()*;<=>?[\\^`|\t\n") != std::string_view::npos;
}

std::string quote_for_shell(std::string_view name, bool escape, bool always) {
    bool odd = false;
    for_each_point(name, [](std::string_view) {}, [&](std::string_view) { odd = true; });
    if (!always && !odd && !needs_shell_quotes(name)) return std::string(name);
    bool has_single = name.contains('\'');
    // "it's" reads better than 'it'\''s', where nothing in it means more inside double quotes.
    if (has_single && !odd && name.find_first_of("\"$`\\!") == std::string_view::npos)
        return "\"" + std::string(name) + "\"";
    std::string text = "'";
    bool dollar = false;
    for_each_point(
        name,
        [&](std::string_view bytes) {
            if (dollar) text += "''";
            dollar = false;
            if (bytes == "'")
                text += "'\\''";
            else
                text += bytes;
        },
        [&](std::string_view bytes) {
            if (!escape) {
                text += bytes == "\n" || bytes == "\t" ? bytes : std::string_view("?");
                return;
            }
            if (!dollar) text += "'$'";
            dollar = true;
            append_escaped(text, bytes);
        });
    return text + "'";
}

} // namespace

std::string quote_name(std::string_view name, Quoting quoting) {
    std::string text;
    auto plain = [&](std::string_view bytes) { text += bytes; };
    switch (quoting) {
    case Quoting::literal:
        return std::string(name);
    case Quoting::hide_control:
        for_each_point(name, plain, [&](std::string_view) { text += '?'; });
        return text;
    case Quoting::shell:
        return quote_for_shell(name, false, false);
    case Quoting::shell_escape:
        return quote_for_shell(name, true, false);
    case Quoting::shell_always:
        return quote_for_shell(name, false, true);
    case Quoting::shell_escape_always:
        return quote_for_shell(name, true, true);
    case Quoting::c:
        text = "\"";
        for_each_point(
            name,
            [&](std::string_view bytes) {
                if (bytes == "\"" || bytes == "\\") text += '\\';
                text += bytes;
            },
            [&](std::string_view bytes) { append_escaped(text, bytes); });
        return text + "\"";
    case Quoting::escape:
        for_each_point(
            name,
            [&](std::string_view bytes) {
                if (bytes == " " || bytes == "\\") text += '\\';
                text += bytes;
            },
            [&](std::string_view bytes) { append_escaped(text, bytes); });
        return text;
    }
    return text;
}

} // namespace coreutils
