// Token recognition, POSIX.1-2017 2.3: characters to operators and words, words already split into their quoted,
// literal and expansion parts. Command substitutions are parsed on the spot by the parser that owns the lexer,
// so nesting of quotes, comments and here-documents inside them is exact.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/arena.hpp"
#include "syntax/input.hpp"
#include "syntax/token.hpp"

namespace sh {

class Parser;

// A here-document whose body begins after the next newline.
struct PendingHereDocument {
    std::string_view delimiter = {};
    bool quoted = false;
    bool strip_tabs = false;
    Word* body = nullptr;
};

class WordBuilder;

class Lexer {
public:
    Lexer(Input& input, Parser& parser) : input_(input), parser_(parser) {}

    void use_arena(Arena& arena) { arena_ = &arena; }
    Token next();
    // Whether the next character, directly behind the last token, is `(`.
    bool at_parenthesis() { return peek_joined() == '('; }
    // Behind the first parenthesis of `((`: the expression up to `))`; what turns out to be no arithmetic is
    // read again.
    bool read_arithmetic_text(const Word*& expression, bool& is_arithmetic);
    // The word after `=~`, in which parentheses and `|` are ordinary; null after an error.
    const Word* read_regular_expression();
    // The word after `<<`, taken literally, with its quotes removed.
    bool read_here_delimiter(PendingHereDocument& document);
    void add_here_document(const PendingHereDocument& document) { here_documents_.push_back(document); }
    // At the end of input: bodies that never came are empty.
    void finish_here_documents() { read_here_documents(); }
    void forget_here_documents() { here_documents_.clear(); }

    Input& input() { return input_; }

private:
    // What ends the text, and which characters are special in it.
    enum class Context : uint8_t {
        word,
        double_quotes,
        brace_bare,
        brace_quoted,
        brace_pattern,  // of ${x/pattern/…}: ends at `/` too
        brace_offset,   // of ${x:offset:…}: ends at `:` too
        arithmetic,
        here_document,
        regular_expression,
    };
    // In which quotes and backslashes work as outside of double quotes.
    static constexpr bool is_bare(Context context) {
        return context == Context::word || context == Context::brace_bare || context == Context::brace_pattern ||
               context == Context::regular_expression;
    }
    friend class Parser;

    int peek_joined();
    void skip_blanks_and_comments();
    TokenKind read_operator(int first);
    Token read_word_token(Token token);

    // Each returns false after reporting an error.
    bool read_parts(WordBuilder& builder, Context context);
    bool read_double_quotes(WordBuilder& builder, Context outer);
    bool read_single_quotes(WordBuilder& builder);
    bool read_dollar_quotes(WordBuilder& builder);
    bool read_backslash(WordBuilder& builder, Context context);
    bool read_dollar(WordBuilder& builder, Context context);
    bool read_braced_parameter(WordBuilder& builder, Context context);
    bool read_parameter_operator(WordPart& part, Context context);
    bool read_substring(WordPart& part);
    bool read_replacement(WordPart& part);
    bool read_case_change(WordPart& part);
    bool read_process_substitution(WordBuilder& builder);
    bool read_command_substitution(WordBuilder& builder, Quoting quoting);
    bool read_arithmetic(WordBuilder& builder, Quoting quoting, bool& is_command);
    bool read_backquotes(WordBuilder& builder, Context context);
    void read_tilde(WordBuilder& builder, Context context, bool in_assignment);
    std::string_view read_name();

    bool read_substitution(const Node*& body);
    void read_here_documents();
    std::string read_here_text(const PendingHereDocument& document);

    bool fail(std::string_view message);

    static constexpr int kMostArithmeticAttempts = 8;

    Input& input_;
    Parser& parser_;
    int arithmetic_attempts_ = 0;  // enclosing `$((` that may yet turn out to be subshells
    Arena* arena_ = nullptr;
    std::vector<PendingHereDocument> here_documents_;
};

}  // namespace sh
