// The pieces that sed's commands are made of: numbers, delimited texts, addresses.
#include "sed/escapes.h"
#include "sed/parser.h"

#include <ctype.h>

namespace coreutils::sed {

void Parser::skip_blanks() {
    while (!at_end() && (peek() == ' ' || peek() == '\t')) ++at_;
}

bool Parser::read_number(uint64_t& number) {
    if (!isdigit(static_cast<unsigned char>(peek()))) return false;
    number = 0;
    while (isdigit(static_cast<unsigned char>(peek()))) {
        uint64_t digit = static_cast<uint64_t>(take() - '0');
        if (number > (UINT64_MAX - digit) / 10) return fail("number too large");
        number = number * 10 + digit;
    }
    return true;
}

bool Parser::read_delimited(char delimiter, std::string& result, bool is_expression) {
    while (!at_end()) {
        char byte = take();
        if (byte == delimiter) return true;
        if (byte == '\\' && !at_end()) {
            char next = take();
            if (next == delimiter) {
                // An operator that is the delimiter becomes an ordinary character.
                if (std::string_view(is_expression ? "^$.*[]" : "&").contains(delimiter))
                    result.push_back('\\');
                result.push_back(next);
            } else if (next == '\n' && is_expression) {
                result.push_back('\n');
            } else {
                result.push_back('\\');
                result.push_back(next);
            }
            continue;
        }
        if (byte == '\n' && is_expression) return false;
        result.push_back(byte);
        if (byte == '[' && is_expression && !read_bracket(result)) return false;
    }
    return false;
}

// A bracket expression, whose `[` is taken: no delimiter counts in it.
bool Parser::read_bracket(std::string& result) {
    size_t first = peek() == '^' ? at_ + 1 : at_;
    while (!at_end()) {
        char byte = take();
        if (byte == '[' && (peek() == ':' || peek() == '.' || peek() == '=')) {
            char mark = peek();
            size_t close = text().find(std::string{mark, ']'}, at_ + 1);
            if (close != std::string::npos) {
                result.append(text(), at_ - 1, close + 2 - (at_ - 1));
                at_ = close + 2;
                continue;
            }
        }
        if (byte == '\n') return fail("unterminated address regex");
        result.push_back(byte);
        if (byte == ']' && at_ - 1 > first) return true;
    }
    return false;
}

bool Parser::compile(std::string_view expression, int flags, Pattern& pattern) {
    if (expression.empty()) {
        if (flags) return fail("no previous regular expression can be modified");
        return true; // the last one used
    }
    std::string reason;
    pattern.regex =
        Regex::compile(translate_expression(expression, settings_.syntax), settings_.syntax, flags, reason);
    return pattern.regex ? true : fail(reason);
}

bool Parser::parse_address(Address& address, bool second) {
    uint64_t number = 0;
    if (second && (peek() == '+' || peek() == '~')) {
        address.kind = take() == '+' ? AddressKind::plus : AddressKind::multiple;
        if (!read_number(address.number)) return fail("expected number after +/~");
        return true;
    }
    if (read_number(number)) {
        address.kind = AddressKind::line;
        address.number = number;
        skip_blanks();
        if (!second && peek() == '~') {
            take();
            address.kind = AddressKind::step;
            if (!read_number(address.step)) address.step = 0;
        }
        return !failed_;
    }
    if (peek() == '$') {
        take();
        address.kind = AddressKind::last;
        return true;
    }
    if (peek() == '/' || peek() == '\\') return parse_pattern_address(address);
    return !failed_;
}

// /expression/ or \cexpressionc, and its flags.
bool Parser::parse_pattern_address(Address& address) {
    char delimiter = take();
    if (delimiter == '\\') {
        if (at_end() || peek() == '\n' || peek() == '\\')
            return fail("unexpected delimiter of a regular expression");
        delimiter = take();
    }
    std::string expression;
    if (!read_delimited(delimiter, expression, true)) return fail("unterminated address regex");
    int flags = 0;
    for (;; take()) {
        if (peek() == 'I')
            flags |= REG_ICASE;
        else if (peek() == 'M')
            flags |= REG_NEWLINE;
        else
            break;
    }
    address.kind = AddressKind::pattern;
    return compile(expression, flags, address.pattern);
}

} // namespace coreutils::sed
