// Recursive descent over the grammar of POSIX.1-2017 2.10, one complete command at a time, so that an alias or
// option set by one line governs the next. Errors are recorded, not thrown: after a failure every token reads
// as `error` and each rule returns null.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/arena.hpp"
#include "state/aliases.hpp"
#include "syntax/lexer.hpp"

namespace sh {

struct ParseResult {
    enum class Kind : uint8_t { command, blank, end, error, interrupted };
    Kind kind = Kind::end;
    const Node* node = nullptr;
};

class Parser {
public:
    Parser(Input& input, Aliases* aliases) : input_(input), aliases_(aliases), lexer_(input, *this) {}
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;

    // The tree is put into `arena`. After an error the rest of the line is still unread.
    ParseResult parse_command(Arena& arena);
    // Text like the body of a here-document: $ENV, $PS1.
    bool parse_text(Arena& arena, std::string_view text, Word& word);
    std::string_view error_message() const { return error_; }
    uint32_t error_line() const { return error_line_; }
    bool wants_brace_expansion = true;

    // For the lexer.
    bool fail(std::string_view message);
    bool failed() const { return failed_; }
    void forget_failure();
    bool parse_substitution(const Node*& body);
    bool parse_backquoted(std::string_view text, uint32_t line, const Node*& body);
    bool parse_here_body(const PendingHereDocument& document, std::string_view text, uint32_t line);

private:
    const Token& peek();
    // Like peek, after alias substitution as for the first word of a command.
    const Token& peek_command();
    Token take();
    bool take_if(TokenKind kind);
    bool at_word(std::string_view text);
    bool take_word(std::string_view text);
    bool expect_word(std::string_view text);
    bool at_list_end();
    void skip_newlines();
    bool expand_alias();
    std::nullptr_t unexpected(std::string_view expected = {});
    std::string describe(const Token& token);

    const Node* parse_list();
    const Node* parse_required_list();
    const Node* parse_and_or();
    const Node* parse_pipeline();
    const Node* parse_command_node();
    const Node* parse_compound(const Token& first);
    // `name` is the command's first word, when it was taken already.
    const Node* parse_simple(const Word* name = nullptr);
    const Node* parse_function(std::string_view name, uint32_t line);
    const Node* parse_if(uint32_t line);
    const Node* parse_loop(NodeKind kind, uint32_t line);
    const Node* parse_for(uint32_t line);
    const Node* parse_case(uint32_t line);
    const Node* parse_arithmetic_for(uint32_t line);
    const Node* parse_keyword_function(uint32_t line);
    const Node* parse_conditional(uint32_t line);
    const Condition* parse_condition();
    const Condition* parse_condition_both();
    const Condition* parse_condition_primary();
    bool parse_case_item(std::vector<CaseItem>& items);
    const Node* parse_do_group();
    const Node* parse_redirects_after(const Node* body);
    bool at_redirect();
    bool parse_redirect(std::vector<Redirect>& redirects);
    void redirect_errors_too(std::vector<Redirect>& redirects);
    void add_words(std::vector<const Word*>& words, const Word* word);

    template <typename T>
    T* make(NodeKind kind, uint32_t line) {
        T* node = arena_->make<T>();
        node->kind = kind;
        node->line = line;
        return node;
    }

    Input& input_;
    Aliases* aliases_;  // null: no alias substitution
    Lexer lexer_;
    Arena* arena_ = nullptr;
    Token token_;
    bool has_token_ = false;
    bool failed_ = false;
    std::string error_;
    uint32_t error_line_ = 0;
};

// Splits `a{b,c}d` into one word per alternative; POSIX has no brace expansion, every other shell does.
bool expand_braces(Arena& arena, const Word& word, std::vector<const Word*>& words);

}  // namespace sh
