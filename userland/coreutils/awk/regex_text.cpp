#include "awk/regex_text.h"

#include "framework/diagnostics.h"

#include <string.h>

namespace coreutils::awk {
namespace {

// The byte that the escape at text[at] (behind the backslash) stands for, with `at` moved behind it; false
// when it is for the regular expression to understand.
bool take_escape(std::string_view text, size_t& at, char& byte) {
    constexpr std::string_view kLetters = "abfnrtv\"/", kValues = "\a\b\f\n\r\t\v\"/";
    if (size_t index = kLetters.find(text[at]); index != std::string_view::npos) {
        byte = kValues[index];
        ++at;
        return true;
    }
    if (text[at] < '0' || text[at] > '7') return false;
    int value = 0;
    for (int digit = 0; digit < 3 && at < text.size() && text[at] >= '0' && text[at] <= '7'; ++digit)
        value = value * 8 + (text[at++] - '0');
    byte = static_cast<char>(value);
    return true;
}

// A bracket expression from its "[" on. POSIX's has no escapes: what is escaped goes where it stands for
// itself.
void append_bracket(std::string& result, std::string_view text, size_t& at) {
    std::string body;
    bool closing = false, dash = false, caret = false;
    size_t start = at++;
    bool negated = at < text.size() && text[at] == '^';
    if (negated) ++at;
    if (at < text.size() && text[at] == ']') {
        closing = true;
        ++at;
    }
    while (at < text.size() && text[at] != ']') {
        if (text[at] == '[' && at + 1 < text.size() && strchr(":.=", text[at + 1])) {
            const char end_mark[] = {text[at + 1], ']', '\0'};
            size_t end = text.find(end_mark, at + 2);
            if (end != std::string_view::npos) {
                body.append(text.substr(at, end + 2 - at));
                at = end + 2;
                continue;
            }
        }
        char byte = text[at++];
        if (byte == '\\' && at < text.size()) {
            if (!take_escape(text, at, byte)) byte = text[at++];
            bool in_range =
                (at < text.size() && text[at] == '-' && at + 1 < text.size() && text[at + 1] != ']') ||
                (body.size() > 1 && body.back() == '-');
            if (!in_range && (byte == ']' || byte == '-' || byte == '^')) {
                (byte == ']' ? closing : byte == '-' ? dash : caret) = true;
                continue;
            }
            if (in_range && byte == ']') { // an end of a range that must not end the list
                body.append("[.].]");
                continue;
            }
        }
        body.push_back(byte);
    }
    if (at == text.size()) { // unmatched: regcomp says so
        result.append(text.substr(start));
        return;
    }
    ++at;
    if (caret && !closing && !negated && !dash && body.empty()) {
        result.append("\\^");
        return;
    }
    result.append(negated ? "[^" : "[");
    if (closing) result.push_back(']');
    result.append(body);
    if (caret && body.empty() && !closing && !negated) { // not first, where it would negate
        result.append("-^]");
        return;
    }
    if (caret) result.push_back('^');
    if (dash) result.push_back('-');
    result.push_back(']');
}

} // namespace

std::string posix_regex(std::string_view text) {
    std::string result;
    for (size_t at = 0; at < text.size();) {
        if (text[at] == '[') {
            append_bracket(result, text, at);
        } else if (text[at] == '\\' && at + 1 < text.size()) {
            char byte;
            if (!take_escape(text, ++at, byte)) {
                if (text[at] != '8' && text[at] != '9') result.push_back('\\'); // no reference to a group
                result.push_back(text[at++]);
            } else {
                if (strchr("\\^$.[]|()*+?{}", byte) && byte) result.push_back('\\');
                result.push_back(byte);
            }
        } else {
            result.push_back(text[at++]);
        }
    }
    return with_literal_braces(result);
}

Regex compile_regex(std::string_view text, const char* where) {
    std::string problem;
    auto regex = Regex::compile(posix_regex(text), Syntax::extended, 0, problem);
    if (!regex) die(2, "%s: %s: %s", where, std::string(text).c_str(), problem.c_str());
    return std::move(*regex);
}

} // namespace coreutils::awk
