// Words: quoting (POSIX.1-2017 2.2), recognition of expansions and tilde prefixes.
#include "base/escapes.hpp"
#include "base/stack_guard.hpp"
#include "base/text.hpp"
#include "syntax/lexer.hpp"
#include "syntax/parser.hpp"
#include "syntax/word_builder.hpp"

namespace sh {

namespace {

constexpr bool is_delimiter(int c) {
    return c == ' ' || c == '\t' || c == '\n' || c == ';' || c == '&' || c == '|' || c == '<' || c == '>' ||
           c == '(' || c == ')' || c == Input::kEnd;
}

}  // namespace

bool Lexer::read_parts(WordBuilder& builder, Context context) {
    if (StackGuard::exhausted())
        return fail("nesting too deep");
    const bool bare = is_bare(context);
    const Quoting quoting = bare ? Quoting::bare : Quoting::quoted;
    bool in_assignment = false;
    bool tilde_possible = bare;
    int depth = 0;  // parentheses inside $((…))
    for (;;) {
        int c = input_.peek();
        bool tilde_here = tilde_possible;
        tilde_possible = false;
        switch (c) {
        case Input::kEnd:
            if (context == Context::word || context == Context::here_document || context == Context::regular_expression)
                return true;
            return fail(context == Context::double_quotes ? "Unterminated quoted string"
                        : context == Context::arithmetic  ? "Missing '))'"
                                                          : "Missing '}'");
        case '\\':
            if (!read_backslash(builder, context))
                return false;
            tilde_possible = tilde_here && builder.empty();
            continue;
        case '$':
            if (!read_dollar(builder, context))
                return false;
            continue;
        case '`':
            if (!read_backquotes(builder, context))
                return false;
            continue;
        case '"':
            if (context == Context::double_quotes)
                return true;
            if (context == Context::here_document)
                break;
            input_.get();
            if (context == Context::arithmetic)
                continue;
            if (!read_double_quotes(builder, context))
                return false;
            continue;
        case '\'':
            if (!bare)
                break;
            if (!read_single_quotes(builder))
                return false;
            continue;
        case '~':
            if (!tilde_here)
                break;
            read_tilde(builder, context, in_assignment || (context == Context::brace_bare && !builder.empty()));
            continue;
        case '}':
            if (context == Context::brace_bare || context == Context::brace_quoted ||
                context == Context::brace_pattern || context == Context::brace_offset)
                return true;
            break;
        case '/':
            if (context == Context::brace_pattern)
                return true;
            break;
        case '<':
        case '>':
            if (context != Context::word || input_.peek_second() != '(')
                break;
            if (!read_process_substitution(builder))
                return false;
            continue;
        case '(':
            if (context == Context::arithmetic || context == Context::brace_offset ||
                context == Context::regular_expression)
                ++depth;
            break;
        case ')':
            if (context == Context::arithmetic && depth == 0)
                return true;
            --depth;
            break;
        case ' ':
        case '\t':
        case '\n':
            if (context == Context::regular_expression && depth <= 0)
                return true;
            break;
        case '=':
            if (context == Context::word && builder.is_bare_so_far() && is_name(builder.text()))
                in_assignment = tilde_possible = true;
            break;
        case ':':
            if (context == Context::brace_offset && depth == 0)
                return true;
            // x=${y-~:~}
            tilde_possible = in_assignment || context == Context::brace_bare;
            break;
        default:
            break;
        }
        if (context == Context::word && is_delimiter(c))
            return true;
        input_.get();
        builder.add(static_cast<char>(c), quoting);
    }
}

bool Lexer::read_backslash(WordBuilder& builder, Context context) {
    int second = input_.peek_second();
    input_.get();
    if (second == '\n') {
        input_.get();
        return true;
    }
    if (is_bare(context)) {
        if (second == Input::kEnd) {
            builder.add('\\', Quoting::quoted);
        } else {
            builder.add(static_cast<char>(second), Quoting::quoted);
            input_.get();
        }
        return true;
    }
    bool special = second == '$' || second == '`' || second == '\\' ||
                   (second == '"' && context != Context::here_document) ||
                   (second == '}' && context == Context::brace_quoted);
    if (special) {
        builder.add(static_cast<char>(second), Quoting::quoted);
        input_.get();
    } else {
        builder.add('\\', Quoting::quoted);
    }
    return true;
}

bool Lexer::read_double_quotes(WordBuilder& builder, Context) {
    size_t before = builder.size();
    std::string_view text_before = builder.text();
    size_t length_before = text_before.size();
    if (!read_parts(builder, Context::double_quotes))
        return false;
    input_.get();
    if (builder.size() == before && builder.text().size() == length_before)
        builder.add_empty_quotes();
    return true;
}

bool Lexer::read_single_quotes(WordBuilder& builder) {
    input_.get();
    int c = input_.get();
    if (c == '\'')
        builder.add_empty_quotes();
    for (; c != '\''; c = input_.get()) {
        if (c == Input::kEnd)
            return fail("Unterminated quoted string");
        builder.add(static_cast<char>(c), Quoting::quoted);
    }
    return true;
}

bool Lexer::read_dollar_quotes(WordBuilder& builder) {
    input_.get();
    std::string raw;
    for (int c; (c = input_.get()) != '\'';) {
        if (c == Input::kEnd)
            return fail("Unterminated quoted string");
        raw.push_back(static_cast<char>(c));
        if (c == '\\' && input_.peek() != Input::kEnd)
            raw.push_back(static_cast<char>(input_.get()));
    }
    std::string text;
    for (std::string_view rest = raw; !rest.empty();) {
        char c = rest[0];
        rest.remove_prefix(1);
        if (c == '\\')
            append_escape(text, rest, EscapeDialect::dollar_quotes);
        else
            text.push_back(c);
    }
    text.resize(std::min(text.size(), text.find('\0')));
    if (text.empty())
        builder.add_empty_quotes();
    builder.add(text, Quoting::quoted);
    return true;
}

std::string_view Lexer::read_name() {
    std::string name;
    while (is_name_char(peek_joined()))
        name.push_back(static_cast<char>(input_.get()));
    return arena_->copy(name);
}

bool Lexer::read_dollar(WordBuilder& builder, Context context) {
    const bool bare = is_bare(context);
    const Quoting quoting = bare ? Quoting::bare : Quoting::quoted;
    input_.get();
    int c = peek_joined();
    if (c == '{')
        return read_braced_parameter(builder, context);
    if (c == '(') {
        input_.get();
        if (peek_joined() == '(') {
            bool is_command = false;
            if (!read_arithmetic(builder, quoting, is_command))
                return false;
            if (!is_command)
                return true;
        }
        return read_command_substitution(builder, quoting);
    }
    if (c == '\'' && bare)
        return read_dollar_quotes(builder);
    WordPart part{.kind = PartKind::parameter, .quoting = quoting};
    if (is_name_start(c)) {
        part.text = read_name();
    } else if (is_special_parameter(c)) {
        char name = static_cast<char>(input_.get());
        part.text = arena_->copy({&name, 1});
    } else {
        builder.add('$', quoting);
        return true;
    }
    builder.add(part);
    return true;
}

bool Lexer::read_braced_parameter(WordBuilder& builder, Context context) {
    const bool bare = is_bare(context);
    WordPart part{.kind = PartKind::parameter, .quoting = bare ? Quoting::bare : Quoting::quoted};
    input_.get();
    int c = peek_joined();
    if (c == '#') {
        input_.get();
        c = peek_joined();
        // ${#-}, ${#?}, ${##}: a length only when the brace closes at once.
        if (is_name_char(c) || c == '@' || c == '*' || (is_special_parameter(c) && input_.peek_second() == '}'))
            part.op = ParameterOp::length;
        else
            part.text = "#";
    } else if (c == '!' && (is_name_start(input_.peek_second()) || is_digit(input_.peek_second()))) {
        input_.get();
        part.op = ParameterOp::indirect;
        c = peek_joined();
    }
    if (part.text.empty()) {
        if (is_name_start(c)) {
            part.text = read_name();
        } else if (is_digit(c)) {
            std::string digits;
            while (is_digit(peek_joined()))
                digits.push_back(static_cast<char>(input_.get()));
            part.text = arena_->copy(digits);
        } else if (is_special_parameter(c)) {
            char name = static_cast<char>(input_.get());
            part.text = arena_->copy({&name, 1});
        } else {
            part.op = ParameterOp::bad;
        }
    }
    if (!read_parameter_operator(part, context))
        return false;
    builder.add(part);
    return true;
}

bool Lexer::read_parameter_operator(WordPart& part, Context context) {
    int c = peek_joined();
    if (c == '}' && part.op != ParameterOp::bad) {
        input_.get();
        return true;
    }
    bool cut = false;
    if (part.op == ParameterOp::plain) {
        if (c == ':') {
            part.colon = true;
            input_.get();
            c = peek_joined();
            if (c != '-' && c != '=' && c != '?' && c != '+' && c != '%' && c != '#' && c != '}')
                return read_substring(part);
        } else if (c == '/') {
            return read_replacement(part);
        } else if (c == '^' || c == ',') {
            return read_case_change(part);
        }
        switch (c) {
        case '-': part.op = ParameterOp::use_default; break;
        case '=': part.op = ParameterOp::assign_default; break;
        case '?': part.op = ParameterOp::require; break;
        case '+': part.op = ParameterOp::use_alternative; break;
        case '%': part.op = ParameterOp::cut_short_suffix; break;
        case '#': part.op = ParameterOp::cut_short_prefix; break;
        default: part.op = ParameterOp::bad; break;
        }
        cut = c == '%' || c == '#';
        if (cut && part.colon)
            part.op = ParameterOp::bad;
        if (part.op != ParameterOp::bad) {
            input_.get();
            if (cut && peek_joined() == c) {
                input_.get();
                part.op = c == '%' ? ParameterOp::cut_long_suffix : ParameterOp::cut_long_prefix;
            }
        }
    } else {
        part.op = ParameterOp::bad;
    }
    const bool bare = context == Context::word || context == Context::brace_bare || cut;
    WordBuilder operand(*arena_);
    if (!read_parts(operand, bare ? Context::brace_bare : Context::brace_quoted))
        return false;
    input_.get();
    part.operand = operand.finish();
    return true;
}

// Behind ${x:
bool Lexer::read_substring(WordPart& part) {
    part.op = ParameterOp::substring;
    part.colon = false;
    WordBuilder offset(*arena_), length(*arena_);
    if (!read_parts(offset, Context::brace_offset))
        return false;
    part.operand = offset.finish();
    if (input_.get() == '}')
        return true;
    if (!read_parts(length, Context::brace_quoted))
        return false;
    input_.get();
    part.second = length.finish();
    return true;
}

// At the slash of ${x/pattern/text}.
bool Lexer::read_replacement(WordPart& part) {
    input_.get();
    part.op = ParameterOp::replace_first;
    int c = peek_joined();
    if (c == '/' || c == '#' || c == '%') {
        input_.get();
        part.op = c == '/'   ? ParameterOp::replace_all
                  : c == '#' ? ParameterOp::replace_prefix
                             : ParameterOp::replace_suffix;
    }
    WordBuilder pattern(*arena_), text(*arena_);
    // A pattern may begin with a slash: ${path///:}
    if (part.op == ParameterOp::replace_all && peek_joined() == '/')
        pattern.add(static_cast<char>(input_.get()), Quoting::bare);
    if (!read_parts(pattern, Context::brace_pattern))
        return false;
    part.operand = pattern.finish();
    if (input_.get() == '}')
        return true;
    if (!read_parts(text, Context::brace_bare))
        return false;
    input_.get();
    part.second = text.finish();
    return true;
}

// At the sign of ${x^}, ${x^^}, ${x,} or ${x,,}.
bool Lexer::read_case_change(WordPart& part) {
    int sign = input_.get();
    bool all = peek_joined() == sign;
    if (all)
        input_.get();
    if (sign == '^')
        part.op = all ? ParameterOp::upper_all : ParameterOp::upper_first;
    else
        part.op = all ? ParameterOp::lower_all : ParameterOp::lower_first;
    if (peek_joined() == '}') {
        input_.get();
        return true;
    }
    // No patterns that choose the letters.
    part.op = ParameterOp::bad;
    WordBuilder rest(*arena_);
    bool read = read_parts(rest, Context::brace_bare);
    input_.get();
    return read;
}

bool Lexer::read_process_substitution(WordBuilder& builder) {
    PartKind kind = input_.get() == '<' ? PartKind::process_input : PartKind::process_output;
    input_.get();
    const Node* body = nullptr;
    if (!read_substitution(body))
        return false;
    builder.add({.kind = kind, .command = body});
    return true;
}

bool Lexer::read_command_substitution(WordBuilder& builder, Quoting quoting) {
    const Node* body = nullptr;
    if (!read_substitution(body))
        return false;
    builder.add({.kind = PartKind::command, .quoting = quoting, .command = body});
    return true;
}

// After `$(`, at the second parenthesis. `$((` may also begin a substitution whose first command is a subshell;
// that is known only at the end, so the text is read again in that case (POSIX.1-2017 2.6.3).
bool Lexer::read_arithmetic(WordBuilder& builder, Quoting quoting, bool& is_command) {
    // Each level may be read twice, so the levels are limited.
    if (arithmetic_attempts_ >= kMostArithmeticAttempts)
        return fail("nesting too deep");
    uint32_t line = input_.line();
    size_t recording = input_.start_recording();
    input_.get();
    WordBuilder expression(*arena_);
    ++arithmetic_attempts_;
    bool read = read_parts(expression, Context::arithmetic);
    --arithmetic_attempts_;
    if (read) {
        input_.get();
        if (peek_joined() == ')') {
            input_.get();
            input_.stop_recording(recording);
            builder.add({.kind = PartKind::arithmetic, .quoting = quoting, .operand = expression.finish()});
            return true;
        }
    }
    std::string text = input_.stop_recording(recording);
    if (!read)
        return false;
    input_.push_back(std::move(text), line);
    is_command = true;
    return true;
}

bool Lexer::read_backquotes(WordBuilder& builder, Context context) {
    const bool bare = is_bare(context);
    uint32_t line = input_.line();
    input_.get();
    std::string text;
    for (int c; (c = input_.get()) != '`';) {
        if (c == Input::kEnd)
            return fail("EOF in backquote substitution");
        if (c == '\\') {
            int next = input_.peek();
            bool unescape = next == '$' || next == '`' || next == '\\' ||
                            (next == '"' && (context == Context::double_quotes || context == Context::brace_quoted));
            if (unescape) {
                text.push_back(static_cast<char>(input_.get()));
                continue;
            }
        }
        text.push_back(static_cast<char>(c));
    }
    const Node* body = nullptr;
    if (!parser_.parse_backquoted(text, line, body))
        return false;
    builder.add({.kind = PartKind::command, .quoting = bare ? Quoting::bare : Quoting::quoted, .command = body});
    return true;
}

// `~` or `~user`, when what follows ends the prefix (POSIX.1-2017 2.6.1). In an assignment the part counts only if
// the word is used as one.
void Lexer::read_tilde(WordBuilder& builder, Context context, bool in_assignment) {
    input_.get();
    std::string user;
    int c;
    while (is_name_char(c = peek_joined()) || c == '.' || c == '-' || c == '+')
        user.push_back(static_cast<char>(input_.get()));
    if (context == Context::brace_bare && c == ':')
        in_assignment = true;
    bool ends = c == '/' || (in_assignment && c == ':') ||
                (context == Context::brace_bare ? c == '}' : is_delimiter(c));
    if (ends) {
        builder.add({.kind = PartKind::tilde, .colon = in_assignment, .text = arena_->copy(user)});
    } else {
        builder.add('~', Quoting::bare);
        builder.add(user, Quoting::bare);
    }
}

}  // namespace sh
