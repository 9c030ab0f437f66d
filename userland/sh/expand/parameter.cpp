// Parameter expansion; POSIX.1-2017 2.5, 2.6.2.
#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "expand/expander.hpp"
#include "shell.hpp"

namespace sh {

namespace {

bool names_parameter_list(std::string_view name) {
    return name == "@" || name == "*";
}

}  // namespace

Expander::Value Expander::value_of(std::string_view name) {
    char first = name[0];
    if (is_name_start(first)) {
        const std::string* value = shell_.variables.get(name);
        return value ? Value{true, *value} : Value{};
    }
    auto number = [this](int64_t value) {
        auto [end, error] = std::to_chars(number_, number_ + sizeof(number_), value);
        return Value{true, {number_, static_cast<size_t>(end - number_)}};
    };
    if (is_digit(first)) {
        auto index = parse_small_number(name, 1 << 30);
        if (index && *index == 0)
            return {true, shell_.name};
        auto values = shell_.positional.values();
        if (!index || static_cast<size_t>(*index) > values.size())
            return {};
        return {true, values[static_cast<size_t>(*index) - 1]};
    }
    switch (first) {
    case '#': return number(static_cast<int64_t>(shell_.positional.values().size()));
    case '?': return number(shell_.status);
    case '$': return number(shell_.process_id);
    case '!': return shell_.last_background ? number(shell_.last_background) : Value{};
    case '-': {
        std::string letters = shell_.options.letters();
        size_t length = letters.copy(number_, sizeof(number_));
        return {true, {number_, length}};
    }
    default: return {};
    }
}

std::string Expander::joined(std::span<const std::string> values) {
    const std::string* ifs = shell_.variables.ifs->get();
    std::string_view separator = ifs ? std::string_view(*ifs).substr(0, 1) : " ";
    std::string text;
    bool first = true;
    for (const std::string& value : values) {
        if (!first)
            text += separator;
        first = false;
        text += value;
    }
    return text;
}

// $@ and $* without operator.
bool Expander::positional_list(const WordPart& part, std::span<const std::string> values) {
    bool at = part.text == "@";
    if (mode_ != Mode::fields) {
        if (!at) {
            add_value(joined(values), part.quoting);
            return true;
        }
        for (size_t i = 0; i < values.size(); ++i) {
            if (i > 0)
                add_value(" ", part.quoting);
            add_value(values[i], part.quoting);
        }
        return true;
    }
    if (part.quoting == Quoting::quoted && !at) {
        add_quoted(joined(values));
        return true;
    }
    for (size_t i = 0; i < values.size(); ++i) {
        if (i > 0) {
            if (part.quoting == Quoting::quoted)
                end_field();
            else
                next_field();
        }
        add_value(values[i], part.quoting);
    }
    return true;
}

bool Expander::unset_error(const WordPart& part) {
    shell_.shell_error({part.text, ": parameter not set"});
    return false;
}

bool Expander::require_error(const WordPart& part) {
    std::string message;
    if (!operand_into_text(part.operand, message))
        return false;
    if (message.empty())
        message = part.colon ? "parameter not set or null" : "parameter not set";
    shell_.shell_error({part.text, ": ", message});
    return false;
}

bool Expander::assign_default(const WordPart& part) {
    if (!is_name_start(part.text[0])) {
        shell_.shell_error({part.text, ": cannot assign in this way"});
        return false;
    }
    std::string value;
    if (!operand_into_text(part.operand, value))
        return false;
    if (!shell_.assign(part.text, value)) {
        shell_.status = kStatusError;
        shell_.flow = Flow::abort_command;
        return false;
    }
    add_value(value, part.quoting);
    return true;
}

bool Expander::cut(const WordPart& part, std::string_view value) {
    // Expanding the pattern may change the parameter.
    std::string copy;
    if (!std::ranges::all_of(part.operand->parts, [](const WordPart& each) { return each.kind == PartKind::text; })) {
        copy = value;
        value = copy;
    }
    Pattern pattern;
    {
        Expander inner(shell_);
        if (!inner.pattern(*part.operand, pattern))
            return false;
    }
    bool longest = part.op == ParameterOp::cut_long_suffix || part.op == ParameterOp::cut_long_prefix;
    Extent extent = longest ? Extent::longest : Extent::shortest;
    std::string_view rest = value;
    if (part.op == ParameterOp::cut_short_prefix || part.op == ParameterOp::cut_long_prefix) {
        size_t length = matching_prefix(pattern, value, extent);
        if (length != std::string_view::npos)
            rest.remove_prefix(length);
    } else {
        size_t length = matching_suffix(pattern, value, extent);
        if (length != std::string_view::npos)
            rest.remove_suffix(length);
    }
    add_value(rest, part.quoting);
    return true;
}

bool Expander::parameter(const WordPart& part) {
    if (part.op == ParameterOp::bad) {
        shell_.shell_error({"Bad substitution"});
        return false;
    }
    bool list = names_parameter_list(part.text);
    if (part.op == ParameterOp::plain && list)
        return positional_list(part, shell_.positional.values());
    if (part.op == ParameterOp::substring && list)
        return sublist(part);

    std::string all;
    Value value;
    if (list) {
        all = joined(shell_.positional.values());
        // "Set" means that there are parameters.
        value = {!shell_.positional.values().empty(), all};
    } else {
        value = value_of(part.text);
    }
    bool absent = !value.is_set || (part.colon && value.text.empty());
    switch (part.op) {
    case ParameterOp::use_default:
    case ParameterOp::use_alternative:
        if (absent == (part.op == ParameterOp::use_default)) {
            if (part.operand->parts.empty()) {
                if (part.quoting == Quoting::quoted)
                    add_quoted({});
                return true;
            }
            ++operand_depth_;
            bool ok = parts(*part.operand);
            --operand_depth_;
            return ok;
        }
        if (part.op == ParameterOp::use_alternative) {
            if (part.quoting == Quoting::quoted)
                add_quoted({});
            return true;
        }
        break;
    case ParameterOp::assign_default:
        if (absent)
            return assign_default(part);
        break;
    case ParameterOp::require:
        if (absent)
            return require_error(part);
        break;
    default:
        if (!value.is_set && !list && shell_.options[Option::no_unset])
            return unset_error(part);
        break;
    }
    if (part.op == ParameterOp::length) {
        size_t length = list ? shell_.positional.values().size() : count_characters(value.text);
        add_value(number_text(static_cast<int64_t>(length)), part.quoting);
        return true;
    }
    if (part.op >= ParameterOp::cut_short_suffix && part.op <= ParameterOp::cut_long_prefix)
        return cut(part, value.text);
    if (part.op == ParameterOp::indirect)
        return indirect(part, value.text);
    if (part.op == ParameterOp::substring)
        return substring(part, value.text);
    if (part.op >= ParameterOp::replace_first && part.op <= ParameterOp::replace_suffix)
        return replace(part, value.text);
    if (part.op >= ParameterOp::upper_first && part.op <= ParameterOp::lower_all) {
        change_case(part, value.text);
        return true;
    }
    if (list) {
        WordPart plain = part;
        plain.op = ParameterOp::plain;
        return positional_list(plain, shell_.positional.values());
    }
    add_value(value.text, part.quoting);
    return true;
}

}  // namespace sh
