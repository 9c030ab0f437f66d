// Lists, pipelines and simple commands. Compound commands are in compound_parser.cpp.
#include "syntax/parser.hpp"

#include <utility>

#include "base/stack_guard.hpp"
#include "base/text.hpp"
#include "syntax/keywords.hpp"
#include "syntax/print.hpp"
#include "syntax/word_builder.hpp"

namespace sh {

bool is_reserved_word(std::string_view text) {
    static constexpr std::string_view kWords[] = {"!",    "{",    "}",    "case",  "do",    "done",
                                                  "elif", "else", "esac", "fi",    "for",   "function",
                                                  "if",   "in",   "then", "time",  "until", "while", "[["};
    for (std::string_view word : kWords)
        if (word == text)
            return true;
    return false;
}

bool Parser::fail(std::string_view message) {
    if (!failed_) {
        failed_ = true;
        error_ = message;
        error_line_ = input_.line();
    }
    return false;
}

void Parser::forget_failure() {
    failed_ = false;
    has_token_ = false;
    error_.clear();
}

const Token& Parser::peek() {
    if (failed_) {
        token_ = {.kind = TokenKind::error};
        has_token_ = true;
    } else if (!has_token_) {
        token_ = lexer_.next();
        has_token_ = true;
        // Behind an alias that ends in a blank a word is replaced wherever it stands, and so is what it becomes.
        while (token_.alias_candidate && expand_alias()) {
            token_ = lexer_.next();
            token_.alias_candidate = true;
            has_token_ = true;
        }
    }
    return token_;
}

Token Parser::take() {
    Token token = peek();
    if (!failed_)
        has_token_ = false;
    return token;
}

bool Parser::take_if(TokenKind kind) {
    if (peek().kind != kind)
        return false;
    take();
    return true;
}

bool Parser::at_word(std::string_view text) {
    const Token& token = peek();
    return token.kind == TokenKind::word && token.word->is_bare_literal() && token.word->parts[0].text == text;
}

bool Parser::take_word(std::string_view text) {
    if (!at_word(text))
        return false;
    take();
    return true;
}

bool Parser::expect_word(std::string_view text) {
    peek_command();
    if (take_word(text))
        return true;
    unexpected(text);
    return false;
}

void Parser::skip_newlines() {
    while (take_if(TokenKind::newline)) {
    }
}

// Replaces the current token by the value of the alias it names.
bool Parser::expand_alias() {
    const Token& token = peek();
    if (!aliases_ || token.kind != TokenKind::word || !token.word->is_bare_literal())
        return false;
    Alias* alias = aliases_->find(token.word->parts[0].text);
    if (!alias || alias->in_use)
        return false;
    take();
    input_.push_alias(*alias);
    input_.keep_finished_aliases();
    return true;
}

const Token& Parser::peek_command() {
    for (;;) {
        const Token& token = peek();
        if (token.kind != TokenKind::word ||
            (token.word->is_bare_literal() && is_reserved_word(token.word->parts[0].text)) || !expand_alias())
            return peek();
    }
}

std::string Parser::describe(const Token& token) {
    if (token.kind == TokenKind::word)
        return "\"" + print_word(*token.word) + "\"";
    if (token.kind == TokenKind::io_number)
        return "redirection";
    return spelling(token.kind);
}

std::nullptr_t Parser::unexpected(std::string_view expected) {
    if (!failed_) {
        std::string message = describe(peek()) + " unexpected";
        if (!expected.empty())
            message += " (expecting \"" + std::string(expected) + "\")";
        fail(message);
    }
    return nullptr;
}

ParseResult Parser::parse_command(Arena& arena) {
    using Kind = ParseResult::Kind;
    arena_ = &arena;
    lexer_.use_arena(arena);
    forget_failure();
    lexer_.forget_here_documents();
    input_.begin_command();
    TokenKind first = peek_command().kind;
    if (input_.was_interrupted())
        return {Kind::interrupted};
    if (first == TokenKind::newline) {
        take();
        return {Kind::blank};
    }
    if (peek().kind == TokenKind::end)
        return {Kind::end};
    std::vector<const Node*> commands;
    while (!failed_) {
        const Node* node = parse_and_or();
        if (!node)
            break;
        if (take_if(TokenKind::ampersand)) {
            auto* group = make<Group>(NodeKind::background, node->line);
            group->body = node;
            node = group;
        } else if (!take_if(TokenKind::semicolon) && peek().kind != TokenKind::newline &&
                   peek().kind != TokenKind::end) {
            unexpected();
            break;
        }
        commands.push_back(node);
        TokenKind kind = peek_command().kind;
        if (kind == TokenKind::newline) {
            take();
            break;
        }
        if (kind == TokenKind::end)
            break;
    }
    if (!failed_)
        lexer_.finish_here_documents();
    if (input_.was_interrupted())
        return {Kind::interrupted};
    if (failed_)
        return {Kind::error};
    if (commands.size() == 1)
        return {Kind::command, commands[0]};
    auto* sequence = make<Sequence>(NodeKind::sequence, commands[0]->line);
    sequence->commands = arena_->copy(commands);
    return {Kind::command, sequence};
}

bool Parser::parse_substitution(const Node*& body) {
    if (StackGuard::exhausted())
        return fail("nesting too deep");
    has_token_ = false;
    body = parse_list();
    if (failed_)
        return false;
    if (peek().kind != TokenKind::right_paren) {
        unexpected(")");
        return false;
    }
    take();
    return true;
}

bool Parser::parse_backquoted(std::string_view text, uint32_t line, const Node*& body) {
    if (StackGuard::exhausted())
        return fail("nesting too deep");
    StringSource source(text);
    Input input(source, line);
    Parser parser(input, aliases_);
    parser.wants_brace_expansion = wants_brace_expansion;
    parser.arena_ = arena_;
    parser.lexer_.use_arena(*arena_);
    body = parser.parse_list();
    if (!parser.failed_ && parser.peek().kind != TokenKind::end)
        parser.unexpected();
    if (!parser.failed_)
        parser.lexer_.finish_here_documents();
    return parser.failed_ ? fail(parser.error_) : true;
}

bool Parser::parse_here_body(const PendingHereDocument& document, std::string_view text, uint32_t line) {
    StringSource source(text);
    Input input(source, line);
    Parser parser(input, aliases_);
    parser.arena_ = arena_;
    parser.lexer_.use_arena(*arena_);
    WordBuilder builder(*arena_);
    if (!parser.lexer_.read_parts(builder, Lexer::Context::here_document))
        return fail(parser.error_);
    builder.finish_into(*document.body);
    return true;
}

bool Parser::parse_text(Arena& arena, std::string_view text, Word& word) {
    arena_ = &arena;
    lexer_.use_arena(arena);
    return parse_here_body({.body = &word}, text, 1);
}

bool Parser::at_list_end() {
    const Token& token = peek_command();
    switch (token.kind) {
    case TokenKind::end:
    case TokenKind::error:
    case TokenKind::right_paren:
    case TokenKind::double_semi:
    case TokenKind::semi_and:
    case TokenKind::double_semi_and:
        return true;
    case TokenKind::word: {
        if (!token.word->is_bare_literal())
            return false;
        std::string_view text = token.word->parts[0].text;
        return text == "then" || text == "else" || text == "elif" || text == "fi" || text == "do" ||
               text == "done" || text == "esac" || text == "}";
    }
    default:
        return false;
    }
}

// Commands up to a closing reserved word or operator; null without a failure when there are none.
const Node* Parser::parse_list() {
    std::vector<const Node*> commands;
    for (;;) {
        skip_newlines();
        if (at_list_end())
            break;
        // An alias may have begun with newlines.
        if (peek().kind == TokenKind::newline)
            continue;
        const Node* node = parse_and_or();
        if (!node)
            return nullptr;
        TokenKind kind = peek().kind;
        if (kind == TokenKind::ampersand) {
            auto* group = make<Group>(NodeKind::background, node->line);
            group->body = node;
            node = group;
        }
        commands.push_back(node);
        if (kind != TokenKind::ampersand && kind != TokenKind::semicolon && kind != TokenKind::newline)
            break;
        take();
    }
    if (failed_ || commands.empty())
        return nullptr;
    if (commands.size() == 1)
        return commands[0];
    auto* sequence = make<Sequence>(NodeKind::sequence, commands[0]->line);
    sequence->commands = arena_->copy(commands);
    return sequence;
}

const Node* Parser::parse_required_list() {
    const Node* list = parse_list();
    return list ? list : unexpected();
}

const Node* Parser::parse_and_or() {
    const Node* left = parse_pipeline();
    while (left) {
        TokenKind kind = peek().kind;
        if (kind != TokenKind::and_if && kind != TokenKind::or_if)
            break;
        take();
        skip_newlines();
        const Node* right = parse_pipeline();
        if (!right)
            return nullptr;
        auto* list = make<BinaryList>(kind == TokenKind::and_if ? NodeKind::and_list : NodeKind::or_list, left->line);
        list->left = left;
        list->right = right;
        left = list;
    }
    return left;
}

const Node* Parser::parse_pipeline() {
    peek_command();
    uint32_t line = peek().line;
    // `time` is for the whole pipeline, as in bash and ksh (POSIX.1-2017 leaves that open); where options or nothing
    // follow, it is the utility.
    bool timed = at_word("time");
    const Word* utility = nullptr;
    if (timed) {
        const Word* word = take().word;
        std::string next = peek().kind == TokenKind::word ? print_word(*peek().word) : "";
        if (peek().kind != TokenKind::left_paren && (next.empty() || next.starts_with('-')))
            utility = word, timed = false;
        else
            peek_command();
    }
    bool negated = !utility && take_word("!");
    std::vector<const Node*> commands;
    do {
        if (!commands.empty())
            skip_newlines();
        const Node* command = utility ? parse_simple(std::exchange(utility, nullptr)) : parse_command_node();
        if (!command)
            return nullptr;
        if (peek().kind == TokenKind::pipe_both) {
            std::vector<Redirect> redirects;
            redirect_errors_too(redirects);
            auto* redirected = make<Redirected>(NodeKind::redirected, command->line);
            redirected->body = command;
            redirected->redirects = arena_->copy(redirects);
            command = redirected;
        }
        commands.push_back(command);
    } while (take_if(TokenKind::pipe) || take_if(TokenKind::pipe_both));
    if (commands.size() == 1 && !negated && !timed)
        return commands[0];
    auto* pipeline = make<Pipeline>(NodeKind::pipeline, line);
    pipeline->commands = arena_->copy(commands);
    pipeline->negated = negated;
    pipeline->timed = timed;
    return pipeline;
}

bool Parser::at_redirect() {
    switch (peek().kind) {
    case TokenKind::io_number:
    case TokenKind::less:
    case TokenKind::great:
    case TokenKind::append:
    case TokenKind::clobber:
    case TokenKind::read_write:
    case TokenKind::dup_input:
    case TokenKind::dup_output:
    case TokenKind::here_doc:
    case TokenKind::here_doc_tabs:
    case TokenKind::here_string:
    case TokenKind::output_both:
    case TokenKind::append_both:
        return true;
    default:
        return false;
    }
}

// 2>&1
void Parser::redirect_errors_too(std::vector<Redirect>& redirects) {
    WordBuilder target(*arena_);
    target.add('1', Quoting::bare);
    redirects.push_back({.kind = RedirectKind::dup_output, .descriptor = 2, .target = target.finish()});
}

bool Parser::parse_redirect(std::vector<Redirect>& redirects) {
    Redirect redirect;
    redirect.descriptor = -1;
    if (peek().kind == TokenKind::io_number)
        redirect.descriptor = take().io_number;
    TokenKind kind = take().kind;
    switch (kind) {
    case TokenKind::less: redirect.kind = RedirectKind::input; break;
    case TokenKind::great: redirect.kind = RedirectKind::output; break;
    case TokenKind::append: redirect.kind = RedirectKind::append; break;
    case TokenKind::clobber: redirect.kind = RedirectKind::clobber; break;
    case TokenKind::read_write: redirect.kind = RedirectKind::read_write; break;
    case TokenKind::dup_input: redirect.kind = RedirectKind::dup_input; break;
    case TokenKind::dup_output: redirect.kind = RedirectKind::dup_output; break;
    case TokenKind::here_string: redirect.kind = RedirectKind::here_string; break;
    case TokenKind::output_both: redirect.kind = RedirectKind::output; break;
    case TokenKind::append_both: redirect.kind = RedirectKind::append; break;
    default: redirect.kind = RedirectKind::here_doc; break;
    }
    bool output = redirect.kind == RedirectKind::output || redirect.kind == RedirectKind::append ||
                  redirect.kind == RedirectKind::clobber || redirect.kind == RedirectKind::dup_output;
    if (redirect.descriptor < 0)
        redirect.descriptor = output ? 1 : 0;
    if (redirect.kind == RedirectKind::here_doc) {
        Word* body = arena_->make<Word>();
        PendingHereDocument document{.strip_tabs = kind == TokenKind::here_doc_tabs, .body = body};
        if (!lexer_.read_here_delimiter(document))
            return false;
        lexer_.add_here_document(document);
        redirect.target = body;
        redirect.delimiter = document.delimiter;
        redirect.strip_tabs = document.strip_tabs;
    } else {
        if (peek().kind != TokenKind::word) {
            unexpected();
            return false;
        }
        redirect.target = take().word;
    }
    redirects.push_back(redirect);
    if (kind == TokenKind::output_both || kind == TokenKind::append_both)
        redirect_errors_too(redirects);
    return true;
}

void Parser::add_words(std::vector<const Word*>& words, const Word* word) {
    if (!wants_brace_expansion || !expand_braces(*arena_, *word, words))
        words.push_back(word);
}

namespace {

// The value of `name=value`: the word without its prefix.
const Word* without_prefix(Arena& arena, const Word& word, size_t prefix_length) {
    std::vector<WordPart> parts(word.parts.begin(), word.parts.end());
    parts[0].text.remove_prefix(prefix_length);
    if (parts[0].text.empty())
        parts.erase(parts.begin());
    return arena.make<Word>(arena.copy(parts));
}

size_t assignment_prefix(const Word& word) {
    if (word.parts.empty() || word.parts[0].kind != PartKind::text || word.parts[0].quoting == Quoting::quoted)
        return std::string_view::npos;
    std::string_view text = word.parts[0].text;
    size_t length = assignment_name_length(text);
    if (length != std::string_view::npos)
        return length;
    // name+=value
    size_t plus = text.find('+');
    bool appends = plus != std::string_view::npos && text.substr(plus).starts_with("+=") &&
                   is_name(text.substr(0, plus));
    return appends ? plus : std::string_view::npos;
}

bool is_function_name(std::string_view text) {
    for (char c : text)
        if (c == '/' || c == '=' || c == '~' || c == '*' || c == '?' || c == '[' || c == '{' || c == '}')
            return false;
    return !text.empty() && !all_digits(text);
}

}  // namespace

const Node* Parser::parse_simple(const Word* name) {
    uint32_t line = peek().line;
    std::vector<Assignment> assignments;
    std::vector<const Word*> words;
    if (name)
        words.push_back(name);
    std::vector<Redirect> redirects;
    for (;;) {
        if (words.empty() && !(assignments.empty() && redirects.empty()))
            peek_command();
        if (at_redirect()) {
            if (!parse_redirect(redirects))
                return nullptr;
            continue;
        }
        const Token& token = peek();
        if (token.kind == TokenKind::left_paren && words.size() == 1 && assignments.empty() && redirects.empty() &&
            words[0]->is_bare_literal()) {
            take();
            if (!take_if(TokenKind::right_paren))
                return unexpected(")");
            if (!is_function_name(words[0]->parts[0].text)) {
                fail("Bad function name");
                return nullptr;
            }
            return parse_function(words[0]->parts[0].text, line);
        }
        if (token.kind != TokenKind::word)
            break;
        const Word* word = take().word;
        size_t prefix = words.empty() ? assignment_prefix(*word) : std::string_view::npos;
        if (prefix != std::string_view::npos) {
            std::string_view text = word->parts[0].text;
            bool appends = text[prefix] == '+';
            assignments.push_back({text.substr(0, prefix),
                                   without_prefix(*arena_, *word, prefix + (appends ? 2 : 1)), appends});
        } else {
            add_words(words, word);
        }
    }
    if (failed_)
        return nullptr;
    if (words.empty() && assignments.empty() && redirects.empty())
        return unexpected();
    if (peek().kind == TokenKind::left_paren)
        return unexpected();
    auto* command = make<SimpleCommand>(NodeKind::simple, line);
    command->assignments = arena_->copy(assignments);
    command->words = arena_->copy(words);
    command->redirects = arena_->copy(redirects);
    return command;
}

}  // namespace sh
