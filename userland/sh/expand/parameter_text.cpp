// What goes beyond POSIX in ${…}: substrings, replacement, letter case and indirection, as in ksh and bash.
#include <cctype>

#include "base/text.hpp"
#include "expand/expander.hpp"
#include "shell.hpp"

namespace sh {

namespace {

// The byte at which the `count`-th character begins.
size_t byte_of_character(std::string_view text, int64_t count) {
    size_t at = 0;
    for (; count > 0 && at < text.size(); --count)
        at += character_length(text.substr(at));
    return at;
}

}  // namespace

bool Expander::indirect(const WordPart& part, std::string_view name) {
    if (!is_name(name) && !all_digits(name) && !(name.size() == 1 && is_special_parameter(name[0]))) {
        shell_.shell_error({part.text, ": bad indirect expansion"});
        return false;
    }
    std::string copy(name);
    WordPart plain{.kind = PartKind::parameter, .quoting = part.quoting, .text = copy};
    return parameter(plain);
}

// Offset and length within `size` items, both evaluated; negative ones count from the end. A length is never negative.
bool Expander::range(const WordPart& part, int64_t size, int64_t& offset, int64_t& length) {
    Expander inner(shell_);
    length = size;
    if (!inner.number(*part.operand, offset) || (part.second && !inner.number(*part.second, length)))
        return false;
    if (offset < 0)
        offset += size;
    if (offset < 0 || offset > size) {
        offset = size;
        length = 0;
        return true;
    }
    int64_t rest = size - offset;
    if (length < 0 && -length <= rest) {
        length += rest;
    } else if (length < 0) {
        shell_.shell_error({part.text, ": substring expression < 0"});
        return false;
    }
    length = length < rest ? length : rest;
    return true;
}

bool Expander::substring(const WordPart& part, std::string_view value) {
    std::string text(value);
    int64_t offset = 0, length = 0;
    if (!range(part, static_cast<int64_t>(count_characters(text)), offset, length))
        return false;
    std::string_view rest = std::string_view(text).substr(byte_of_character(text, offset));
    add_value(rest.substr(0, byte_of_character(rest, length)), part.quoting);
    return true;
}

// ${@:first:count}; parameter 0 is the shell's name.
bool Expander::sublist(const WordPart& part) {
    auto parameters = shell_.positional.values();
    std::vector<std::string> values = {shell_.name};
    values.insert(values.end(), parameters.begin(), parameters.end());
    int64_t offset = 0, length = 0;
    if (!range(part, static_cast<int64_t>(values.size()), offset, length))
        return false;
    WordPart plain{.kind = PartKind::parameter, .quoting = part.quoting, .text = part.text};
    return positional_list(plain, std::span(values).subspan(static_cast<size_t>(offset), static_cast<size_t>(length)));
}

bool Expander::replace(const WordPart& part, std::string_view value) {
    std::string text(value), replacement;
    Pattern pattern;
    {
        Expander inner(shell_);
        if (!inner.pattern(*part.operand, pattern) || (part.second && !inner.text(*part.second, replacement)))
            return false;
    }
    constexpr size_t kNone = std::string_view::npos;
    std::string_view rest = text;
    std::string result;
    if (part.op == ParameterOp::replace_suffix) {
        size_t length = matching_suffix(pattern, rest, Extent::longest);
        result = length == kNone ? text : text.substr(0, text.size() - length) + replacement;
        rest = {};
    }
    if (part.op == ParameterOp::replace_prefix) {
        size_t length = matching_prefix(pattern, rest, Extent::longest);
        if (length != kNone) {
            result = replacement;
            rest.remove_prefix(length);
        }
        result += rest;
        rest = {};
    }
    while (!rest.empty()) {
        size_t length = matching_prefix(pattern, rest, Extent::longest);
        bool found = length != kNone && length > 0;
        if (found) {
            result += replacement;
            rest.remove_prefix(length);
        }
        if (found && part.op == ParameterOp::replace_first)
            break;
        if (!found) {
            size_t character = character_length(rest);
            result += rest.substr(0, character);
            rest.remove_prefix(character);
        }
    }
    result += rest;
    add_value(result, part.quoting);
    return true;
}

// ASCII letters: others keep their case.
void Expander::change_case(const WordPart& part, std::string_view value) {
    std::string text(value);
    bool upper = part.op == ParameterOp::upper_first || part.op == ParameterOp::upper_all;
    bool all = part.op == ParameterOp::upper_all || part.op == ParameterOp::lower_all;
    for (size_t i = 0; i < text.size() && (all || i == 0); ++i) {
        auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x80)
            text[i] = static_cast<char>(upper ? toupper(byte) : tolower(byte));
    }
    add_value(text, part.quoting);
}

}  // namespace sh
