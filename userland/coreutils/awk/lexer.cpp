#include "awk/lexer.h"

#include "framework/diagnostics.h"

#include <ctype.h>
#include <iterator>
#include <stdlib.h>

namespace coreutils::awk {
namespace {

struct Keyword {
    std::string_view name;
    Token token;
};
constexpr Keyword kKeywords[] = {
    {"BEGIN", Token::key_begin},       {"END", Token::key_end},         {"function", Token::key_function},
    {"func", Token::key_function},     {"if", Token::key_if},           {"else", Token::key_else},
    {"while", Token::key_while},       {"for", Token::key_for},         {"do", Token::key_do},
    {"break", Token::key_break},       {"continue", Token::key_continue}, {"next", Token::key_next},
    {"nextfile", Token::key_nextfile}, {"exit", Token::key_exit},       {"return", Token::key_return},
    {"delete", Token::key_delete},     {"in", Token::key_in},           {"getline", Token::key_getline},
    {"print", Token::key_print},       {"printf", Token::key_printf},
};

struct BuiltinName {
    std::string_view name;
    Builtin builtin;
};
constexpr BuiltinName kBuiltins[] = {
    {"atan2", Builtin::atan2},     {"close", Builtin::close},           {"cos", Builtin::cos},
    {"exp", Builtin::exp},         {"fflush", Builtin::fflush},         {"gsub", Builtin::gsub},
    {"index", Builtin::index},     {"int", Builtin::integer},           {"length", Builtin::length},
    {"log", Builtin::log},         {"match", Builtin::match},           {"rand", Builtin::random},
    {"sin", Builtin::sine},        {"split", Builtin::split},           {"sprintf", Builtin::sprintf},
    {"sqrt", Builtin::square_root}, {"srand", Builtin::seed},           {"sub", Builtin::substitute},
    {"substr", Builtin::substring}, {"system", Builtin::system},        {"tolower", Builtin::to_lower},
    {"toupper", Builtin::to_upper},
    // Functions of gawk and mawk.
    {"and", Builtin::bit_and},     {"compl", Builtin::complement},      {"gensub", Builtin::gensub},
    {"lshift", Builtin::shift_left}, {"mktime", Builtin::make_time},    {"or", Builtin::bit_or},
    {"rshift", Builtin::shift_right}, {"strftime", Builtin::strftime},  {"systime", Builtin::systime},
    {"xor", Builtin::bit_xor},
};

struct Operator {
    std::string_view text;
    Token token;
};
// Longer ones before their beginnings.
constexpr Operator kOperators[] = {
    {"**=", Token::power_assign}, {"+=", Token::add_assign},      {"-=", Token::subtract_assign},
    {"*=", Token::multiply_assign}, {"/=", Token::divide_assign}, {"%=", Token::modulo_assign},
    {"^=", Token::power_assign},  {"**", Token::power},           {"++", Token::increment},
    {"--", Token::decrement},     {"&&", Token::logical_and},     {"||", Token::logical_or},
    {"!~", Token::no_match},      {"!=", Token::not_equal},       {"<=", Token::less_equal},
    {"==", Token::equal},         {">=", Token::greater_equal},   {">>", Token::append},
    {"=", Token::assign},         {"+", Token::add},              {"-", Token::subtract},
    {"*", Token::multiply},       {"/", Token::divide},           {"%", Token::modulo},
    {"^", Token::power},          {"!", Token::logical_not},      {"~", Token::match},
    {"<", Token::less},           {">", Token::greater},          {"|", Token::pipe},
    {"?", Token::question},       {":", Token::colon},            {"$", Token::dollar},
    {";", Token::semicolon},      {",", Token::comma},            {"{", Token::left_brace},
    {"}", Token::right_brace},    {"(", Token::left_parenthesis}, {")", Token::right_parenthesis},
    {"[", Token::left_bracket},   {"]", Token::right_bracket},
};

bool is_name_start(char byte) { return isalpha(static_cast<unsigned char>(byte)) || byte == '_'; }
bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
bool is_hex_digit(std::string_view text, size_t at) {
    return at < text.size() && isxdigit(static_cast<unsigned char>(text[at]));
}

} // namespace

void append_escape(std::string& result, std::string_view text, size_t& at, bool keep_unknown) {
    constexpr std::string_view kLetters = "\"\\/abfnrtv", kValues = "\"\\/\a\b\f\n\r\t\v";
    char letter = text[at++];
    if (size_t index = kLetters.find(letter); index != std::string_view::npos) {
        result.push_back(kValues[index]);
    } else if (letter >= '0' && letter <= '7') {
        int value = letter - '0';
        for (int digit = 0; digit < 2 && at < text.size() && text[at] >= '0' && text[at] <= '7'; ++digit)
            value = value * 8 + (text[at++] - '0');
        result.push_back(static_cast<char>(value));
    } else if (letter == 'x' && is_hex_digit(text, at)) {
        int value = 0; // gawk's and mawk's
        for (int digit = 0; digit < 2 && is_hex_digit(text, at); ++digit, ++at)
            value = value * 16 + (is_digit(text[at]) ? text[at] - '0' : (text[at] | 0x20) - 'a' + 10);
        result.push_back(static_cast<char>(value));
    } else {
        if (keep_unknown) result.push_back('\\');
        result.push_back(letter);
    }
}

std::string unescape(std::string_view text) {
    std::string result;
    for (size_t at = 0; at < text.size();) {
        if (text[at] == '\\' && at + 1 < text.size())
            append_escape(result, text, ++at, true);
        else
            result.push_back(text[at++]);
    }
    return result;
}

void Lexer::return_to(const Place& place) {
    position_ = place.position;
    line = place.line;
    next();
}

void Lexer::skip_blanks() {
    for (;;) {
        if (peek() == ' ' || peek() == '\t' || peek() == '\r') {
            ++position_;
        } else if (peek() == '\\' && (peek(1) == '\n' || (peek(1) == '\r' && peek(2) == '\n'))) {
            position_ += peek(1) == '\n' ? 2 : 3;
            ++line;
        } else if (peek() == '#') {
            while (position_ < program_.size() && peek() != '\n') ++position_;
        } else {
            return;
        }
    }
}

void Lexer::next() {
    skip_blanks();
    token_start_ = position_;
    token_line_ = line;
    if (position_ == program_.size()) {
        token = Token::end;
        return;
    }
    char byte = peek();
    if (byte == '\n') {
        ++position_;
        ++line;
        token = Token::newline;
    } else if (is_digit(byte) || (byte == '.' && is_digit(peek(1)))) {
        read_number();
    } else if (byte == '"') {
        read_string();
    } else if (is_name_start(byte)) {
        read_name();
    } else {
        read_operator();
    }
}

void Lexer::read_number() {
    size_t start = position_;
    while (is_digit(peek())) ++position_;
    if (peek() == '.') ++position_;
    while (is_digit(peek())) ++position_;
    size_t sign = peek(1) == '+' || peek(1) == '-' ? 2 : 1;
    if ((peek() == 'e' || peek() == 'E') && is_digit(peek(sign))) {
        position_ += sign;
        while (is_digit(peek())) ++position_;
    }
    number = strtod(std::string(program_.substr(start, position_ - start)).c_str(), nullptr);
    token = Token::number;
}

void Lexer::read_string() {
    text.clear();
    ++position_;
    while (peek() != '"') {
        if (position_ == program_.size() || peek() == '\n') die(2, "line %u: unterminated string", line);
        if (peek() != '\\') {
            text.push_back(program_[position_++]);
        } else if (peek(1) == '\n') {
            position_ += 2;
            ++line;
        } else {
            if (++position_ == program_.size()) die(2, "line %u: unterminated string", line);
            append_escape(text, program_, position_, true);
        }
    }
    ++position_;
    token = Token::string;
}

void Lexer::rescan_as_regex() {
    position_ = token_start_ + 1;
    text.clear();
    bool in_brackets = false;
    for (;;) {
        if (position_ == program_.size() || peek() == '\n')
            die(2, "line %u: unterminated regular expression", line);
        char byte = program_[position_++];
        if (byte == '/' && !in_brackets) break;
        text.push_back(byte);
        if (byte == '\\' && position_ < program_.size()) {
            text.push_back(program_[position_++]);
        } else if (byte == '[' && !in_brackets) {
            in_brackets = true;
            if (peek() == '^') text.push_back(program_[position_++]);
            if (peek() == ']') text.push_back(program_[position_++]);
        } else if (byte == '[' && (peek() == ':' || peek() == '.' || peek() == '=')) {
            size_t end = program_.find(std::string{peek(), ']'}, position_ + 1);
            if (end == std::string_view::npos) continue;
            text.append(program_.substr(position_, end + 2 - position_));
            position_ = end + 2;
        } else if (byte == ']') {
            in_brackets = false;
        }
    }
    token = Token::regex;
}

void Lexer::read_name() {
    size_t start = position_;
    while (is_name_start(peek()) || is_digit(peek())) ++position_;
    std::string_view word = program_.substr(start, position_ - start);
    for (const Keyword& keyword : kKeywords)
        if (keyword.name == word) {
            token = keyword.token;
            return;
        }
    for (const BuiltinName& each : kBuiltins)
        if (each.name == word) {
            token = Token::builtin;
            builtin = each.builtin;
            text = word;
            return;
        }
    text = word;
    token = peek() == '(' ? Token::function_name : Token::name;
}

void Lexer::read_operator() {
    std::string_view rest = program_.substr(position_);
    for (const Operator& each : kOperators)
        if (rest.starts_with(each.text)) {
            position_ += each.text.size();
            token = each.token;
            return;
        }
    die(2, "line %u: unexpected character '%c'", line, peek());
}

} // namespace coreutils::awk
