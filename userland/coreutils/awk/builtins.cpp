// Built-in functions of awk (POSIX.1-2017 awk, "Functions"). Positions and lengths count characters of UTF-8.
#include "awk/interpreter.h"
#include "awk/regex_text.h"
#include "awk/replace_matches.h"
#include "framework/diagnostics.h"
#include "lib/utf8.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <time.h>

namespace coreutils::awk {
namespace {

bool is_ascii(std::string_view text) {
    for (unsigned char byte : text)
        if (byte >= 0x80) return false;
    return true;
}

// The byte offset of the character with index `character`, or the end.
size_t byte_offset(std::string_view text, size_t character) {
    size_t offset = 0;
    while (character-- > 0 && offset < text.size()) offset += decode_utf8(text.substr(offset)).length;
    return offset;
}

std::string convert_case(const std::string& text, int (*convert)(int)) {
    std::string result = text;
    for (char& byte : result)
        if (static_cast<unsigned char>(byte) < 0x80)
            byte = static_cast<char>(convert(static_cast<unsigned char>(byte)));
    return result;
}

// Appends `replacement` for one match: & is the matched text, \& an ampersand, \\ a backslash.
void append_replacement(std::string& result, std::string_view replacement, std::string_view matched) {
    for (size_t at = 0; at < replacement.size(); ++at) {
        char byte = replacement[at];
        if (byte == '\\' && at + 1 < replacement.size() &&
            (replacement[at + 1] == '&' || replacement[at + 1] == '\\'))
            result.push_back(replacement[++at]);
        else if (byte == '&')
            result.append(matched);
        else
            result.push_back(byte);
    }
}

uint64_t next_random(uint64_t& state) {
    // SplitMix64: a counter, mixed.
    uint64_t mixed = state += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    return mixed ^ mixed >> 31;
}

template <typename Argument>
void append_formatted(std::string& result, const std::string& specification, Argument argument) {
    char small[128];
    int length = snprintf(small, sizeof(small), specification.c_str(), argument);
    if (length < 0) die(2, "printf: '%s' cannot be formatted", specification.c_str());
    if (static_cast<size_t>(length) < sizeof(small)) {
        result.append(small, static_cast<size_t>(length));
        return;
    }
    size_t before = result.size();
    result.resize(before + static_cast<size_t>(length) + 1);
    snprintf(result.data() + before, static_cast<size_t>(length) + 1, specification.c_str(), argument);
    result.pop_back();
}

// One conversion of printf: flags, width and precision as written, with * already replaced.
struct Conversion {
    std::string flags;
    long width = -1, precision = -1;
    char letter = '\0';

    std::string specification(const char* length_and_letter) const {
        std::string text = "%" + flags;
        if (width >= 0) text += std::to_string(width);
        if (precision >= 0) text += "." + std::to_string(precision);
        return text + length_and_letter;
    }
};

void append_integer(std::string& result, const Conversion& conversion, double number) {
    char letter = conversion.letter == 'i' ? 'd' : conversion.letter;
    if (!isfinite(number)) {
        Conversion text = conversion;
        append_formatted(result, text.specification("s"),
                         isnan(number) ? "nan"
                         : number < 0  ? "-inf"
                                       : "inf");
        return;
    }
    number = trunc(number);
    const char lengths[] = {'l', 'l', letter, '\0'};
    if (letter == 'd' && fabs(number) >= 9.2e18) {
        Conversion whole = conversion;
        whole.precision = 0;
        append_formatted(result, whole.specification("f"), number);
    } else if (letter == 'd') {
        append_formatted(result, conversion.specification(lengths), static_cast<long long>(number));
    } else {
        auto value = number < 0 ? static_cast<unsigned long long>(static_cast<long long>(number))
                                : static_cast<unsigned long long>(number);
        append_formatted(result, conversion.specification(lengths), value);
    }
}

// Widths count characters: what snprintf would count in bytes is padded here.
void append_text(std::string& result, const Conversion& conversion, std::string_view text) {
    if (conversion.precision >= 0)
        text = text.substr(0, byte_offset(text, static_cast<size_t>(conversion.precision)));
    size_t width = conversion.width < 0 ? 0 : static_cast<size_t>(conversion.width);
    size_t length = count_code_points(text);
    size_t padding = width > length ? width - length : 0;
    bool left = conversion.flags.find('-') != std::string::npos;
    if (!left) result.append(padding, ' ');
    result.append(text);
    if (left) result.append(padding, ' ');
}

} // namespace

std::string Interpreter::format(std::span<NodePointer> arguments) {
    std::string pattern = evaluate_text(*arguments[0]);
    size_t next = 1;
    auto take = [&]() -> Value {
        if (next >= arguments.size()) die(2, "printf: not enough arguments for '%s'", pattern.c_str());
        return evaluate(*arguments[next++]);
    };
    std::string result;
    for (size_t at = 0; at < pattern.size(); ++at) {
        if (pattern[at] != '%') {
            result.push_back(pattern[at]);
            continue;
        }
        size_t start = at++;
        Conversion conversion;
        while (at < pattern.size() && std::string_view("-+ #0'").find(pattern[at]) != std::string_view::npos)
            if (pattern[at++] != '\'') conversion.flags.push_back(pattern[at - 1]);
        auto number = [&](long& value) {
            if (at < pattern.size() && pattern[at] == '*') {
                ++at;
                double given = take().number();
                value = given > 1e6 ? 1000000 : given < -1e6 ? -1000000 : static_cast<long>(given);
                return;
            }
            for (; at < pattern.size() && isdigit(static_cast<unsigned char>(pattern[at])); ++at)
                value = (value < 0 ? 0 : value > 1000000 ? 1000000 : value) * 10 + (pattern[at] - '0');
        };
        number(conversion.width);
        if (conversion.width < -1) {
            conversion.flags.push_back('-');
            conversion.width = -conversion.width;
        }
        if (at < pattern.size() && pattern[at] == '.') {
            ++at;
            conversion.precision = 0;
            number(conversion.precision);
        }
        while (at < pattern.size() && (pattern[at] == 'l' || pattern[at] == 'h' || pattern[at] == 'L')) ++at;
        conversion.letter = at < pattern.size() ? pattern[at] : '\0';
        switch (conversion.letter) {
        case 'd':
        case 'i':
        case 'o':
        case 'u':
        case 'x':
        case 'X':
            append_integer(result, conversion, take().number());
            break;
        case 'e':
        case 'E':
        case 'f':
        case 'F':
        case 'g':
        case 'G':
        case 'a':
        case 'A':
            append_formatted(result, conversion.specification(std::string(1, conversion.letter).c_str()),
                             take().number());
            break;
        case 'c': {
            Value value = take();
            std::string character;
            if (value.kind() == Value::Kind::number || value.kind() == Value::Kind::numeric_string) {
                double code = value.number();
                if (code >= 0 && code < 128)
                    character.push_back(static_cast<char>(code));
                else
                    append_utf8(character, static_cast<char32_t>(code));
            } else {
                character = value.text(convfmt_);
                character.resize(byte_offset(character, 1));
            }
            conversion.precision = -1;
            append_text(result, conversion, character);
            break;
        }
        case 's':
            append_text(result, conversion, take().text(convfmt_));
            break;
        case '%':
            result.push_back('%');
            break;
        default:
            result.append(pattern, start, at - start + 1);
        }
    }
    return result;
}

// POSIX: the characters from round(m) on, at most round(n) of them, whatever of that range exists.
Value Interpreter::substring(Node& node) {
    std::string text = evaluate_text(*node.children[0]);
    double start = rint(evaluate_number(*node.children[1]));
    if (start < 1) start = 1; // as every other awk; the standard is silent
    double end = HUGE_VAL;
    if (node.children.size() > 2) end = start + rint(evaluate_number(*node.children[2]));
    size_t length = is_ascii(text) ? text.size() : count_code_points(text);
    if (isnan(start) || isnan(end)) return Value(std::string());
    if (end > static_cast<double>(length) + 1) end = static_cast<double>(length) + 1;
    if (start >= end) return Value(std::string());
    auto first = static_cast<size_t>(start) - 1, count = static_cast<size_t>(end - start);
    if (length == text.size()) return Value(text.substr(first, count));
    size_t begin = byte_offset(text, first);
    return Value(text.substr(begin, byte_offset(std::string_view(text).substr(begin), count)));
}

Value Interpreter::substitute(Node& node) {
    const Regex& regex = regex_of(*node.children[0]);
    std::string replacement = evaluate_text(*node.children[1]);
    bool has_target = node.children.size() > 2 && !node.flag && node.children[2]->kind != Kind::grouping;
    std::optional<Place> place;
    if (has_target) place.emplace(locate(*node.children[2]));
    std::string text = place                      ? load(*place).text(convfmt_)
                       : node.children.size() > 2 ? evaluate_text(*node.children[2])
                                                  : field(0).text(convfmt_);
    std::string result;
    uint64_t wanted = node.builtin == Builtin::gsub ? 0 : 1;
    uint64_t count = replace_matches(regex, text, wanted, matches_, result, [&] {
        std::string matched;
        append_group(matched, text, matches_, 0);
        append_replacement(result, replacement, matched);
    });
    if (count == 0) return Value(0.0);
    if (node.children.size() == 2)
        fields_.set_record(result);
    else if (place)
        store(*place, Value(std::move(result)));
    return Value(static_cast<double>(count));
}

Value Interpreter::split(Node& node) {
    std::string text = evaluate_text(*node.children[0]);
    Node& target = *node.children[1];
    if (target.kind != Kind::global && target.kind != Kind::local)
        die(2, "line %u: split needs an array", node.line);
    std::vector<std::string_view> pieces;
    if (node.children.size() > 2) {
        Node& separator = *node.children[2];
        if (separator.kind == Kind::regex) {
            // Like FS, but a one-character expression keeps its meaning.
            Splitter splitter;
            splitter.mode = Splitter::Mode::regex;
            splitter.regex = compile_regex(*separator.value.text_if_string(), "split");
            splitter.split(text, false, pieces);
        } else {
            Splitter splitter;
            splitter.set(evaluate_text(separator));
            splitter.split(text, false, pieces);
        }
    } else {
        fields_.splitter.split(text, fields_.paragraph, pieces);
    }
    Array& array =
        target.kind == Kind::local ? frame_[target.slot].as_array() : globals_[target.slot].as_array();
    array.clear();
    for (size_t index = 0; index < pieces.size(); ++index)
        array.at(std::to_string(index + 1)) = Value::input(pieces[index]);
    return Value(static_cast<double>(pieces.size()));
}

Value Interpreter::match(Node& node) {
    std::string text = evaluate_text(*node.children[0]);
    double start = 0, length = -1;
    if (regex_of(*node.children[1]).search(text, 0, matches_)) {
        auto begin = static_cast<size_t>(matches_[0].rm_so), end = static_cast<size_t>(matches_[0].rm_eo);
        start = static_cast<double>(count_code_points(std::string_view(text).substr(0, begin))) + 1;
        length = static_cast<double>(count_code_points(std::string_view(text).substr(begin, end - begin)));
    }
    globals_[kRstart].value = Value(start);
    globals_[kRlength].value = Value(length);
    return Value(start);
}

Value Interpreter::call_builtin(Node& node) {
    auto number = [&](size_t index) { return evaluate_number(*node.children[index]); };
    auto text = [&](size_t index) { return evaluate_text(*node.children[index]); };
    switch (node.builtin) {
    case Builtin::atan2: {
        double y = number(0);
        return Value(atan2(y, number(1)));
    }
    case Builtin::cos:
        return Value(cos(number(0)));
    case Builtin::sine:
        return Value(sin(number(0)));
    case Builtin::exp:
        return Value(exp(number(0)));
    case Builtin::log:
        return Value(log(number(0)));
    case Builtin::square_root:
        return Value(sqrt(number(0)));
    case Builtin::integer:
        return Value(trunc(number(0)));
    case Builtin::random:
        return Value(static_cast<double>(next_random(random_state_) >> 11) * 0x1p-53);
    case Builtin::seed: {
        double before = seed_;
        seed_ = node.children.empty() ? static_cast<double>(time(nullptr)) : number(0);
        random_state_ = static_cast<uint64_t>(static_cast<int64_t>(seed_));
        return Value(before);
    }
    case Builtin::length: {
        if (node.children.empty())
            return Value(static_cast<double>(count_code_points(field(0).text(convfmt_))));
        Node& operand = *node.children[0];
        if (operand.kind == Kind::global || operand.kind == Kind::local) {
            Cell& cell = operand.kind == Kind::local ? frame_[operand.slot] : globals_[operand.slot];
            if (cell.array) return Value(static_cast<double>(cell.array->size()));
        }
        std::string value = text(0);
        return Value(static_cast<double>(is_ascii(value) ? value.size() : count_code_points(value)));
    }
    case Builtin::index: {
        std::string where = text(0), what = text(1);
        size_t at = where.find(what);
        if (at == std::string::npos) return Value(0.0);
        return Value(static_cast<double>(count_code_points(std::string_view(where).substr(0, at))) + 1);
    }
    case Builtin::substring:
        return substring(node);
    case Builtin::bit_and:
    case Builtin::bit_or:
    case Builtin::bit_xor:
    case Builtin::complement:
    case Builtin::shift_left:
    case Builtin::shift_right:
    case Builtin::gensub:
    case Builtin::make_time:
    case Builtin::strftime:
    case Builtin::systime:
        return extension(node);
    case Builtin::substitute:
    case Builtin::gsub:
        return substitute(node);
    case Builtin::split:
        return split(node);
    case Builtin::match:
        return match(node);
    case Builtin::sprintf:
        return Value(format(node.children));
    case Builtin::to_lower:
        return Value(convert_case(text(0), tolower));
    case Builtin::to_upper:
        return Value(convert_case(text(0), toupper));
    case Builtin::system: {
        std::string command = text(0);
        if (pending_ != Flow::normal) return Value();
        streams_.flush_all();
        return Value(static_cast<double>(run_shell(command)));
    }
    case Builtin::close:
        return Value(static_cast<double>(streams_.close(text(0))));
    case Builtin::fflush: {
        if (node.children.empty()) {
            streams_.flush_all();
            return Value(0.0);
        }
        std::string name = text(0);
        if (name.empty()) streams_.flush_all();
        return Value(name.empty() || streams_.flush(name) ? 0.0 : -1.0);
    }
    }
    __builtin_unreachable();
}

} // namespace coreutils::awk
