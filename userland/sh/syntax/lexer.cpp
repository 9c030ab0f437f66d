// Tokens: operators, comments, here-documents. Words are in word_lexer.cpp.
#include "syntax/lexer.hpp"

#include "base/text.hpp"
#include "syntax/parser.hpp"
#include "syntax/word_builder.hpp"

namespace sh {

const char* spelling(TokenKind kind) {
    switch (kind) {
    case TokenKind::newline: return "newline";
    case TokenKind::end: return "end of file";
    case TokenKind::and_if: return "\"&&\"";
    case TokenKind::or_if: return "\"||\"";
    case TokenKind::double_semi: return "\";;\"";
    case TokenKind::semi_and: return "\";&\"";
    case TokenKind::double_semi_and: return "\";;&\"";
    case TokenKind::here_string: return "\"<<<\"";
    case TokenKind::output_both: return "\"&>\"";
    case TokenKind::append_both: return "\"&>>\"";
    case TokenKind::pipe_both: return "\"|&\"";
    case TokenKind::here_doc: return "\"<<\"";
    case TokenKind::here_doc_tabs: return "\"<<-\"";
    case TokenKind::append: return "\">>\"";
    case TokenKind::dup_input: return "\"<&\"";
    case TokenKind::dup_output: return "\">&\"";
    case TokenKind::read_write: return "\"<>\"";
    case TokenKind::clobber: return "\">|\"";
    case TokenKind::ampersand: return "\"&\"";
    case TokenKind::pipe: return "\"|\"";
    case TokenKind::semicolon: return "\";\"";
    case TokenKind::less: return "\"<\"";
    case TokenKind::great: return "\">\"";
    case TokenKind::left_paren: return "\"(\"";
    case TokenKind::right_paren: return "\")\"";
    default: return "word";
    }
}

bool Lexer::fail(std::string_view message) {
    return parser_.fail(message);
}

int Lexer::peek_joined() {
    while (input_.peek() == '\\' && input_.peek_second() == '\n') {
        input_.get();
        input_.get();
    }
    return input_.peek();
}

void Lexer::skip_blanks_and_comments() {
    int c;
    while (is_blank(c = peek_joined()))
        input_.get();
    if (c == '#')
        while ((c = input_.peek()) != Input::kEnd && c != '\n')
            input_.get();
}

TokenKind Lexer::read_operator(int first) {
    input_.get();
    int second = peek_joined();
    auto two = [&](TokenKind kind) {
        input_.get();
        return kind;
    };
    switch (first) {
    case '&':
        if (second == '>') {
            input_.get();
            return peek_joined() == '>' ? two(TokenKind::append_both) : TokenKind::output_both;
        }
        return second == '&' ? two(TokenKind::and_if) : TokenKind::ampersand;
    case '|':
        if (second == '&')
            return two(TokenKind::pipe_both);
        return second == '|' ? two(TokenKind::or_if) : TokenKind::pipe;
    case '(': return TokenKind::left_paren;
    case ')': return TokenKind::right_paren;
    case ';':
        if (second == ';') {
            input_.get();
            return peek_joined() == '&' ? two(TokenKind::double_semi_and) : TokenKind::double_semi;
        }
        return second == '&' ? two(TokenKind::semi_and) : TokenKind::semicolon;
    case '<':
        if (second == '<') {
            input_.get();
            if (peek_joined() == '<')
                return two(TokenKind::here_string);
            return peek_joined() == '-' ? two(TokenKind::here_doc_tabs) : TokenKind::here_doc;
        }
        if (second == '&')
            return two(TokenKind::dup_input);
        return second == '>' ? two(TokenKind::read_write) : TokenKind::less;
    default:
        if (second == '>')
            return two(TokenKind::append);
        if (second == '&')
            return two(TokenKind::dup_output);
        return second == '|' ? two(TokenKind::clobber) : TokenKind::great;
    }
}

Token Lexer::next() {
    input_.release_finished_aliases();
    skip_blanks_and_comments();
    input_.release_aliases_behind();
    Token token;
    token.alias_candidate = input_.take_blank_after_alias();
    token.line = input_.line();
    int c = input_.peek();
    switch (c) {
    case Input::kEnd:
        token.kind = TokenKind::end;
        return token;
    case '\n':
        input_.get();
        token.kind = TokenKind::newline;
        read_here_documents();
        if (parser_.failed())
            token.kind = TokenKind::error;
        return token;
    case '&':
    case '|':
    case ';':
    case '<':
    case '>':
        if ((c == '<' || c == '>') && input_.peek_second() == '(')
            return read_word_token(token);
        [[fallthrough]];
    case '(':
    case ')':
        token.kind = read_operator(c);
        return token;
    default:
        return read_word_token(token);
    }
}

Token Lexer::read_word_token(Token token) {
    WordBuilder builder(*arena_);
    if (!read_parts(builder, Context::word)) {
        token.kind = TokenKind::error;
        return token;
    }
    token.word = builder.finish();
    token.kind = TokenKind::word;
    int c = input_.peek();
    if ((c == '<' || c == '>') && token.word->is_bare_literal()) {
        if (auto number = parse_small_number(token.word->parts[0].text, 1 << 20)) {
            token.kind = TokenKind::io_number;
            token.io_number = *number;
        }
    }
    return token;
}

const Word* Lexer::read_regular_expression() {
    while (is_blank(peek_joined()))
        input_.get();
    WordBuilder builder(*arena_);
    return read_parts(builder, Context::regular_expression) ? builder.finish() : nullptr;
}

bool Lexer::read_arithmetic_text(const Word*& expression, bool& is_arithmetic) {
    WordBuilder builder(*arena_);
    bool is_command = false;
    if (!read_arithmetic(builder, Quoting::bare, is_command))
        return false;
    is_arithmetic = !is_command;
    if (is_arithmetic)
        expression = builder.finish()->parts[0].operand;
    return true;
}

// Whose bodies begin behind the newlines of a command substitution are its own; what it leaves open is read behind it.
bool Lexer::read_substitution(const Node*& body) {
    std::vector<PendingHereDocument> outer;
    outer.swap(here_documents_);
    bool read = parser_.parse_substitution(body);
    outer.insert(outer.end(), here_documents_.begin(), here_documents_.end());
    here_documents_.swap(outer);
    return read;
}

bool Lexer::read_here_delimiter(PendingHereDocument& document) {
    skip_blanks_and_comments();
    size_t recording = input_.start_recording();
    WordBuilder builder(*arena_);
    bool read = read_parts(builder, Context::word);
    std::string raw = input_.stop_recording(recording);
    if (!read)
        return false;
    if (raw.empty())
        return fail("here-document delimiter expected");
    std::string text;
    char quote = 0;
    for (size_t i = 0; i < raw.size(); ++i) {
        char c = raw[i];
        if (c == '\\' && quote != '\'' && i + 1 < raw.size()) {
            char escaped = raw[++i];
            if (escaped == '\n')
                continue;
            document.quoted = true;
            if (quote == '"' && escaped != '"' && escaped != '\\' && escaped != '$' && escaped != '`')
                text.push_back('\\');
            text.push_back(escaped);
        } else if ((c == '\'' || c == '"') && (!quote || quote == c)) {
            quote = quote ? 0 : c;
            document.quoted = true;
        } else {
            text.push_back(c);
        }
    }
    document.delimiter = arena_->copy(text);
    return true;
}

void Lexer::read_here_documents() {
    std::vector<PendingHereDocument> documents;
    documents.swap(here_documents_);
    for (const PendingHereDocument& document : documents) {
        uint32_t line = input_.line();
        std::string text = read_here_text(document);
        if (document.quoted) {
            WordBuilder builder(*arena_);
            builder.add(text, Quoting::quoted);
            builder.finish_into(*document.body);
            continue;
        }
        if (!parser_.parse_here_body(document, text, line))
            return;
    }
}

std::string Lexer::read_here_text(const PendingHereDocument& document) {
    std::string text;
    for (;;) {
        // A line goes on behind a newline that an unquoted backslash removes: in `E\` and `OF` the delimiter is found.
        std::string line, joined_line;
        bool escaped = false;
        int c;
        while (document.strip_tabs && input_.peek() == '\t')
            input_.get();
        while ((c = input_.get()) != Input::kEnd && (c != '\n' || escaped)) {
            line.push_back(static_cast<char>(c));
            if (c == '\n')
                joined_line.pop_back();
            else
                joined_line.push_back(static_cast<char>(c));
            escaped = c == '\\' && !escaped && !document.quoted;
        }
        if (joined_line == document.delimiter)
            return text;
        text += line;
        if (c == Input::kEnd)
            return text;
        text.push_back('\n');
    }
}

}  // namespace sh
