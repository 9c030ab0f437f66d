// The parser, one class: every command reads on at the place where the last one stopped, which a split would
// only hide.
#include "text/sed_script.h"

#include "lib/utf8.h"

#include <ctype.h>
#include <string.h>

namespace coreutils::sed {
namespace {

// Escapes that stand for one byte: \t \f \v \a \dNNN \oNNN \xHH \cX. Returns the bytes taken behind the
// backslash, 0 when it is none of them.
size_t read_byte_escape(std::string_view text, char& byte) {
    if (text.empty()) return 0;
    constexpr std::string_view kLetters = "afrtv", kValues = "\a\f\r\t\v";
    if (size_t at = kLetters.find(text[0]); at != std::string_view::npos) {
        byte = kValues[at];
        return 1;
    }
    if (text[0] == 'c' && text.size() > 1) {
        byte = static_cast<char>(toupper(static_cast<unsigned char>(text[1])) ^ 0x40);
        return 2;
    }
    unsigned base = text[0] == 'd' ? 10 : text[0] == 'o' ? 8 : text[0] == 'x' ? 16 : 0;
    size_t most = base == 16 ? 2 : 3;
    if (base == 0) return 0;
    unsigned value = 0;
    size_t used = 1;
    while (used <= most && used < text.size()) {
        char digit = static_cast<char>(tolower(static_cast<unsigned char>(text[used])));
        unsigned number =
            digit >= 'a' ? static_cast<unsigned>(digit - 'a' + 10) : static_cast<unsigned>(digit - '0');
        if (!isxdigit(static_cast<unsigned char>(digit)) || number >= base) break;
        value = value * base + number;
        ++used;
    }
    if (used == 1) return 0;
    byte = static_cast<char>(value);
    return used;
}

// The expression with \n and the byte escapes replaced, as regcomp knows neither.
std::string translate_expression(std::string_view text, Syntax syntax) {
    std::string result;
    bool bracket = false;
    size_t bracket_start = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        char byte = text[i];
        if (bracket) {
            char value = 0;
            size_t used = 0;
            if (byte == '\\' && i + 1 < text.size() && text[i + 1] == 'n') {
                result.push_back('\n');
                ++i;
            } else if (byte == '\\' && (used = read_byte_escape(text.substr(i + 1), value)) > 0) {
                result.push_back(value);
                i += used;
            } else if (byte == '[' && i + 1 < text.size() && strchr(":.=", text[i + 1])) {
                char mark = text[i + 1];
                size_t close = text.find(std::string{mark, ']'}, i + 2);
                if (close == std::string_view::npos) close = text.size() - 2;
                result.append(text.substr(i, close + 2 - i));
                i = close + 1;
            } else {
                result.push_back(byte);
                if (byte == ']' && i > bracket_start) bracket = false;
            }
            continue;
        }
        if (byte == '[') {
            bracket = true;
            bracket_start = i + 1;
            if (bracket_start < text.size() && text[bracket_start] == '^') ++bracket_start;
            result.push_back(byte);
            if (bracket_start == i + 2) result.push_back(text[++i]);
            continue;
        }
        if (byte != '\\' || i + 1 == text.size()) {
            result.push_back(byte);
            continue;
        }
        char value = 0;
        if (text[i + 1] == 'n') {
            result.push_back('\n');
            ++i;
        } else if (size_t used = read_byte_escape(text.substr(i + 1), value)) {
            // What it stands for is a character, never an operator.
            if (strchr("^$.*[]\\", value) || (syntax == Syntax::extended && strchr("+?(){}|", value)))
                result.push_back('\\');
            result.push_back(value);
            i += used;
        } else {
            result.push_back(byte);
            result.push_back(text[++i]);
        }
    }
    return result;
}

class Parser {
public:
    Parser(const std::vector<Source>& sources, const ParseSettings& settings)
        : sources_(sources), settings_(settings) {}

    std::optional<Script> parse(std::string& problem) {
        for (source_ = 0; source_ < sources_.size() && !failed_; ++source_) {
            at_ = 0;
            line_ = 1;
            if (source_ == 0 && text().starts_with("#n\n")) script_.quiet = true;
            if (source_ == 0 && text() == "#n") script_.quiet = true;
            parse_source();
        }
        if (!failed_ && !blocks_.empty()) fail("unmatched `{'");
        if (!failed_) resolve_labels();
        if (failed_) {
            problem = problem_;
            return std::nullopt;
        }
        return std::move(script_);
    }

private:
    const std::string& text() const { return sources_[source_].text; }
    bool at_end() const { return at_ >= text().size(); }
    char peek() const { return at_end() ? '\0' : text()[at_]; }
    char take() {
        if (peek() == '\n') ++line_;
        return text()[at_++];
    }

    bool fail(const std::string& reason) {
        if (failed_) return false;
        failed_ = true;
        const Source& source = sources_[source_ < sources_.size() ? source_ : sources_.size() - 1];
        if (source.is_file)
            problem_ = source.name + ", line " + std::to_string(line_) + ": " + reason;
        else
            problem_ = source.name + ", char " + std::to_string(at_) + ": " + reason;
        return false;
    }

    void skip_blanks() {
        while (!at_end() && (peek() == ' ' || peek() == '\t')) ++at_;
    }

    void parse_source() {
        for (;;) {
            while (!at_end() && (isspace(static_cast<unsigned char>(peek())) || peek() == ';')) take();
            if (at_end() || failed_) return;
            parse_command();
            if (failed_) return;
        }
    }

    bool read_number(uint64_t& number) {
        if (!isdigit(static_cast<unsigned char>(peek()))) return false;
        number = 0;
        while (isdigit(static_cast<unsigned char>(peek()))) {
            uint64_t digit = static_cast<uint64_t>(take() - '0');
            if (number > (UINT64_MAX - digit) / 10) return fail("number too large");
            number = number * 10 + digit;
        }
        return true;
    }

    // Text up to an unescaped `delimiter`, which is taken too. In it, \delimiter is the plain character.
    bool read_delimited(char delimiter, std::string& result, bool is_expression) {
        bool bracket = false;
        size_t bracket_start = 0;
        while (!at_end()) {
            char byte = take();
            if (bracket) {
                if (byte == ']' && at_ - 1 > bracket_start) bracket = false;
                if (byte == '[' && (peek() == ':' || peek() == '.' || peek() == '=')) {
                    char mark = peek();
                    size_t close = text().find(std::string{mark, ']'}, at_ + 1);
                    if (close != std::string::npos) {
                        result.append(text(), at_ - 1, close + 2 - (at_ - 1));
                        at_ = close + 2;
                        continue;
                    }
                }
                if (byte == '\n' && is_expression) return fail("unterminated address regex");
                result.push_back(byte);
                continue;
            }
            if (byte == delimiter) return true;
            if (byte == '\\' && !at_end()) {
                char next = take();
                if (next == delimiter) {
                    // An operator that is the delimiter becomes an ordinary character.
                    if (is_expression && strchr("^$.*[]+?(){}|", delimiter) && strchr("^$.*[]", delimiter))
                        result.push_back('\\');
                    if (!is_expression && delimiter == '&') result.push_back('\\');
                    result.push_back(next);
                } else if (next == '\n' && is_expression) {
                    result.push_back('\n');
                } else {
                    result.push_back('\\');
                    result.push_back(next);
                }
                continue;
            }
            if (byte == '[' && is_expression) {
                bracket = true;
                bracket_start = at_;
                if (peek() == '^') ++bracket_start;
            }
            if (byte == '\n' && is_expression) return false;
            result.push_back(byte);
        }
        return false;
    }

    bool compile(std::string_view expression, int flags, Pattern& pattern) {
        if (expression.empty()) {
            if (flags) return fail("no previous regular expression can be modified");
            return true; // the last one used
        }
        std::string reason;
        pattern.regex = Regex::compile(translate_expression(expression, settings_.syntax), settings_.syntax,
                                       flags, reason);
        return pattern.regex ? true : fail(reason);
    }

    bool parse_address(Address& address, bool second) {
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
        if (peek() != '/' && peek() != '\\') return !failed_;
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

    void parse_command() {
        Command command;
        if (peek() == '#') {
            while (!at_end() && peek() != '\n') take();
            return;
        }
        if (!parse_address(command.first, false)) return;
        skip_blanks();
        if (command.first.kind != AddressKind::none && peek() == ',') {
            take();
            skip_blanks();
            if (!parse_address(command.second, true)) return;
            if (command.second.kind == AddressKind::none) return void(fail("unexpected `,'"));
            skip_blanks();
        } else if (command.first.kind == AddressKind::none && peek() == ',') {
            return void(fail("unexpected `,'"));
        }
        if (command.first.kind == AddressKind::line && command.first.number == 0 &&
            command.second.kind != AddressKind::pattern)
            return void(fail("invalid usage of line address 0"));
        while (peek() == '!') {
            take();
            command.negated = true;
            skip_blanks();
        }
        if (at_end()) return void(fail("missing command"));
        command.name = take();
        parse_body(command);
    }

    void parse_body(Command& command) {
        switch (command.name) {
        case '{':
            blocks_.push_back(script_.commands.size());
            script_.commands.push_back(std::move(command));
            return;
        case '}': {
            if (blocks_.empty()) return void(fail("unexpected `}'"));
            if (command.first.kind != AddressKind::none) return void(fail("} doesn't want any addresses"));
            size_t open = blocks_.back();
            blocks_.pop_back();
            script_.commands[open].target = script_.commands.size();
            end_of_command();
            return;
        }
        case 'a':
        case 'i':
        case 'c':
            parse_text(command);
            break;
        case ':':
            parse_label(command, true);
            break;
        case 'b':
        case 't':
        case 'T':
            parse_label(command, false);
            break;
        case 'r':
        case 'R':
        case 'w':
        case 'W':
            parse_file(command);
            break;
        case 's':
            parse_substitution(command);
            break;
        case 'y':
            parse_transliteration(command);
            break;
        case 'e':
            skip_blanks();
            while (!at_end() && peek() != '\n') command.text.push_back(take());
            break;
        case 'v':
            while (!at_end() && peek() != '\n' && peek() != ';') take();
            return;
        case 'l':
        case 'L':
        case 'q':
        case 'Q':
            skip_blanks();
            command.has_number = read_number(command.number);
            end_of_command();
            if ((command.name == 'q' || command.name == 'Q') && command.second.kind != AddressKind::none)
                fail("command only uses one address");
            break;
        case '=':
        case 'd':
        case 'D':
        case 'F':
        case 'g':
        case 'G':
        case 'h':
        case 'H':
        case 'n':
        case 'N':
        case 'p':
        case 'P':
        case 'x':
        case 'z':
            end_of_command();
            break;
        default:
            return void(fail(std::string("unknown command: `") + command.name + "'"));
        }
        if (!failed_) script_.commands.push_back(std::move(command));
    }

    // Blanks, then a newline, a semicolon, a closing brace (which stays) or a comment.
    bool end_of_command() {
        skip_blanks();
        if (at_end() || peek() == '}' || peek() == '#') return true;
        if (peek() == '\n' || peek() == ';') {
            take();
            return true;
        }
        return fail("extra characters after command");
    }

    // a\ followed by lines, or GNU's text on the same line.
    void parse_text(Command& command) {
        skip_blanks();
        if (at_end()) {
            // -e 'a\' -e 'text': the next source goes on.
            if (!next_source()) return void(fail("expected \\ after `a', `c' or `i'"));
        } else if (peek() == '\\') {
            take();
            // Blanks before text on the same line are part of it.
            size_t text_start = at_;
            skip_blanks();
            if (peek() == '\n')
                take();
            else if (!at_end())
                at_ = text_start;
            else if (!next_source())
                return; // nothing to print
        } else if (peek() == '\n') {
            return void(fail("expected \\ after `a', `c' or `i'"));
        }
        while (!at_end() && peek() != '\n') {
            char byte = take();
            if (byte == '\\') {
                if (at_end()) {
                    command.text.push_back('\n');
                    if (!next_source()) break;
                    continue;
                }
                char value = '\n';
                size_t used =
                    peek() == 'n' ? 1 : read_byte_escape(std::string_view(text()).substr(at_), value);
                if (used > 0 && peek() != 'c' && peek() != 'd' && peek() != 'o') {
                    command.text.push_back(value);
                    at_ += used;
                    continue;
                }
                byte = take();
            }
            command.text.push_back(byte);
        }
        if (!at_end()) take();
        command.text.push_back('\n');
    }

    bool next_source() {
        if (source_ + 1 >= sources_.size()) return false;
        ++source_;
        at_ = 0;
        line_ = 1;
        return true;
    }

    void parse_label(Command& command, bool definition) {
        skip_blanks();
        if (definition && command.first.kind != AddressKind::none)
            return void(fail(": doesn't want any addresses"));
        while (!at_end() && peek() != '\n' && (peek() != ';' || (definition && settings_.posix)) &&
               !(peek() == '}' && !definition))
            command.text.push_back(take());
        while (!command.text.empty() && isspace(static_cast<unsigned char>(command.text.back())))
            command.text.pop_back();
        if (definition && command.text.empty()) fail("\":\" lacks a label");
    }

    void parse_file(Command& command) {
        skip_blanks();
        while (!at_end() && peek() != '\n') command.text.push_back(take());
        if (command.text.empty()) return void(fail("missing filename in r/R/w/W commands"));
        if (command.name == 'w' || command.name == 'W') command.output = output_index(command.text);
    }

    size_t output_index(const std::string& name) {
        for (size_t i = 0; i < script_.outputs.size(); ++i)
            if (script_.outputs[i] == name) return i;
        script_.outputs.push_back(name);
        return script_.outputs.size() - 1;
    }

    void parse_substitution(Command& command) {
        if (at_end() || peek() == '\n' || peek() == '\\') return void(fail("unterminated `s' command"));
        char delimiter = take();
        std::string expression, replacement;
        if (!read_delimited(delimiter, expression, true) || !read_delimited(delimiter, replacement, false))
            return void(fail("unterminated `s' command"));
        auto substitution = std::make_unique<Substitution>();
        int flags = 0;
        bool numbered = false, more = true;
        while (more && !failed_) {
            switch (peek()) {
            case 'g':
                if (substitution->global) return void(fail("multiple `g' options to `s' command"));
                substitution->global = true, take();
                break;
            case 'p':
                if (substitution->print) return void(fail("multiple `p' options to `s' command"));
                substitution->print = true, take();
                break;
            case 'i':
            case 'I':
                flags |= REG_ICASE, take();
                break;
            case 'm':
            case 'M':
                flags |= REG_NEWLINE, take();
                break;
            case 'e':
                substitution->evaluate = true, take();
                break;
            case 'w': {
                take();
                skip_blanks();
                std::string name;
                while (!at_end() && peek() != '\n') name.push_back(take());
                if (name.empty()) return void(fail("missing filename in r/R/w/W commands"));
                substitution->output = output_index(name);
                more = false;
                break;
            }
            default:
                if (isdigit(static_cast<unsigned char>(peek()))) {
                    if (numbered) return void(fail("multiple number options to `s' command"));
                    numbered = true;
                    read_number(substitution->number);
                    if (substitution->number == 0)
                        return void(fail("number option to `s' command may not be zero"));
                } else {
                    more = false;
                }
            }
        }
        if (!compile(expression, flags, substitution->pattern)) return;
        parse_replacement(replacement, *substitution);
        command.substitution = std::move(substitution);
        if (command.substitution->output == SIZE_MAX && !at_end() && peek() != '\n') {
            skip_blanks();
            if (!at_end() && peek() != '}' && peek() != '#' && peek() != ';' && peek() != '\n')
                return void(fail("unknown option to `s'"));
            if (peek() == ';') take();
        }
    }

    void parse_replacement(std::string_view text_of, Substitution& substitution) {
        std::vector<ReplacementPart>& parts = substitution.parts;
        parts.push_back({});
        size_t groups = substitution.pattern.regex ? substitution.pattern.regex->groups() : 9;
        for (size_t i = 0; i < text_of.size(); ++i) {
            char byte = text_of[i];
            if (byte == '&') {
                parts.back().group = 0;
                parts.push_back({});
                continue;
            }
            if (byte != '\\' || i + 1 == text_of.size()) {
                parts.back().text.push_back(byte);
                continue;
            }
            char next = text_of[++i];
            CaseChange change = next == 'U'   ? CaseChange::upper
                                : next == 'L' ? CaseChange::lower
                                : next == 'u' ? CaseChange::next_upper
                                : next == 'l' ? CaseChange::next_lower
                                : next == 'E' ? CaseChange::end
                                              : CaseChange::none;
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
            } else if (size_t used = read_byte_escape(text_of.substr(i), value)) {
                parts.back().text.push_back(value);
                i += used - 1;
            } else {
                parts.back().text.push_back(next);
            }
        }
    }

    void parse_transliteration(Command& command) {
        if (at_end() || peek() == '\n' || peek() == '\\') return void(fail("unterminated `y' command"));
        char delimiter = take();
        std::string from, to;
        if (!read_delimited(delimiter, from, false) || !read_delimited(delimiter, to, false))
            return void(fail("unterminated `y' command"));
        auto characters = [&](std::string_view source) {
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
                list.push_back(point.value == kInvalidByte
                                   ? 0xFFFFFF00 | static_cast<unsigned char>(source[0])
                                   : point.value);
                source.remove_prefix(point.length);
            }
            return list;
        };
        std::vector<char32_t> left = characters(from), right = characters(to);
        if (left.size() != right.size()) return void(fail("strings for `y' command are different lengths"));
        for (size_t i = 0; i < left.size(); ++i) command.transliteration.emplace_back(left[i], right[i]);
        end_of_command();
    }

    void resolve_labels() {
        for (Command& command : script_.commands) {
            if (!strchr("btT", command.name) || command.text.empty()) continue;
            for (size_t i = 0; i < script_.commands.size(); ++i)
                if (script_.commands[i].name == ':' && script_.commands[i].text == command.text)
                    command.target = i;
            if (command.target == SIZE_MAX) {
                failed_ = true;
                problem_ = "can't find label for jump to `" + command.text + "'";
                return;
            }
        }
    }

    const std::vector<Source>& sources_;
    const ParseSettings& settings_;
    size_t source_ = 0, at_ = 0;
    unsigned long line_ = 1;
    Script script_;
    std::vector<size_t> blocks_;
    bool failed_ = false;
    std::string problem_;
};

} // namespace

std::optional<Script> parse_script(const std::vector<Source>& sources, const ParseSettings& settings,
                                   std::string& problem) {
    return Parser(sources, settings).parse(problem);
}

} // namespace coreutils::sed
