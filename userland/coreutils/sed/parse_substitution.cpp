// The arguments of s and y.
#include "lib/utf8.h"
#include "sed/escapes.h"
#include "sed/parser.h"

#include <ctype.h>
#include <utility>

namespace coreutils::sed {
namespace {

CaseChange case_change(char letter) {
    return letter == 'U'   ? CaseChange::upper
           : letter == 'L' ? CaseChange::lower
           : letter == 'u' ? CaseChange::next_upper
           : letter == 'l' ? CaseChange::next_lower
           : letter == 'E' ? CaseChange::end
                           : CaseChange::none;
}

// The characters of a string of y; bytes that are no UTF-8 have values beyond it.
std::vector<char32_t> characters(std::string_view source) {
    std::vector<char32_t> list;
    while (!source.empty()) {
        char value = 0;
        size_t used = 0;
        if (source[0] == '\\' && source.size() > 1) {
            if (source[1] == 'n')
                value = '\n', used = 1;
            else if (source[1] == '\\')
                value = '\\', used = 1;
            else
                used = read_byte_escape(source.substr(1), value);
        }
        if (used > 0) {
            list.push_back(static_cast<unsigned char>(value));
            source.remove_prefix(used + 1);
            continue;
        }
        CodePoint point = decode_utf8(source);
        list.push_back(point.value == kInvalidByte ? 0xFFFFFF00 | static_cast<unsigned char>(source[0])
                                                   : point.value);
        source.remove_prefix(point.length);
    }
    return list;
}

} // namespace

// s and its flags, the last of which may be w with a name.
void Parser::parse_substitution(Command& command) {
    if (at_end() || peek() == '\n' || peek() == '\\') return void(fail("unterminated `s' command"));
    char delimiter = take();
    std::string expression, replacement;
    if (!read_delimited(delimiter, expression, true) || !read_delimited(delimiter, replacement, false))
        return void(fail("unterminated `s' command"));
    auto substitution = std::make_unique<Substitution>();
    int flags = 0;
    bool numbered = false;
    while (parse_flag(*substitution, flags, numbered)) {
    }
    if (failed_ || !compile(expression, flags, substitution->pattern)) return;
    parse_replacement(replacement, *substitution);
    command.substitution = std::move(substitution);
    if (command.substitution->output != SIZE_MAX || at_end() || peek() == '\n') return;
    skip_blanks();
    if (!at_end() && !std::string_view("}#;\n").contains(peek())) return void(fail("unknown option to `s'"));
    if (peek() == ';') take();
}

// Takes one flag; false when there is none, behind w and when it is wrong.
bool Parser::parse_flag(Substitution& substitution, int& flags, bool& numbered) {
    switch (peek()) {
    case 'g':
        if (std::exchange(substitution.global, true)) return fail("multiple `g' options to `s' command");
        break;
    case 'p':
        if (std::exchange(substitution.print, true)) return fail("multiple `p' options to `s' command");
        break;
    case 'i':
    case 'I':
        flags |= REG_ICASE;
        break;
    case 'm':
    case 'M':
        flags |= REG_NEWLINE;
        break;
    case 'e':
        substitution.evaluate = true;
        break;
    case 'w': {
        take();
        std::string name = read_file_name();
        if (!failed_) substitution.output = output_index(name);
        return false;
    }
    default:
        if (!isdigit(static_cast<unsigned char>(peek()))) return false;
        if (std::exchange(numbered, true)) return fail("multiple number options to `s' command");
        read_number(substitution.number);
        return substitution.number ? !failed_ : fail("number option to `s' command may not be zero");
    }
    take();
    return true;
}

void Parser::parse_replacement(std::string_view replacement, Substitution& substitution) {
    std::vector<ReplacementPart>& parts = substitution.parts;
    parts.push_back({});
    size_t groups = substitution.pattern.regex ? substitution.pattern.regex->groups() : 9;
    for (size_t i = 0; i < replacement.size(); ++i) {
        char byte = replacement[i];
        if (byte == '&') {
            parts.back().group = 0;
            parts.push_back({});
            continue;
        }
        if (byte != '\\' || i + 1 == replacement.size()) {
            parts.back().text.push_back(byte);
            continue;
        }
        char next = replacement[++i];
        CaseChange change = case_change(next);
        char value = 0;
        if (isdigit(static_cast<unsigned char>(next))) {
            int group = next - '0';
            if (static_cast<size_t>(group) > groups)
                return void(fail(std::string("invalid reference \\") + next + " on `s' command's RHS"));
            parts.back().group = group;
            parts.push_back({});
        } else if (change != CaseChange::none) {
            parts.push_back({change, {}, -1});
        } else if (next == 'n') {
            parts.back().text.push_back('\n');
        } else if (size_t used = read_byte_escape(replacement.substr(i), value)) {
            parts.back().text.push_back(value);
            i += used - 1;
        } else {
            parts.back().text.push_back(next);
        }
    }
}

void Parser::parse_transliteration(Command& command) {
    if (at_end() || peek() == '\n' || peek() == '\\') return void(fail("unterminated `y' command"));
    char delimiter = take();
    std::string from, to;
    if (!read_delimited(delimiter, from, false) || !read_delimited(delimiter, to, false))
        return void(fail("unterminated `y' command"));
    std::vector<char32_t> left = characters(from), right = characters(to);
    if (left.size() != right.size()) return void(fail("strings for `y' command are different lengths"));
    for (size_t i = 0; i < left.size(); ++i) command.transliteration.emplace_back(left[i], right[i]);
    end_of_command();
}

} // namespace coreutils::sed
