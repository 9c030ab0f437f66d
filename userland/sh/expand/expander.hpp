// Word expansion, POSIX.1-2017 2.6: tilde, parameter, command and arithmetic expansion, then field splitting,
// pathname expansion and quote removal. All happen in one pass: every byte goes into the current field together
// with the knowledge whether it was quoted, and results of unquoted expansions are split while they arrive.
//
// Every function returns false after an error, which has been reported and put into Shell::flow.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exec/executor.hpp"
#include "expand/pattern.hpp"
#include "syntax/ast.hpp"

namespace sh {

class Shell;

class Expander {
public:
    explicit Expander(Shell& shell) : shell_(shell) {}
    Expander(const Expander&) = delete;
    Expander& operator=(const Expander&) = delete;

    // Any number of fields.
    bool fields(const Word& word, ArgumentList& arguments);
    // Exactly one string without splitting or pathname expansion: assignments, here-documents, case subjects.
    enum class Use : unsigned char { plain, assignment };
    bool text(const Word& word, std::string& result, Use use = Use::plain);
    bool pattern(const Word& word, Pattern& result);
    // The value of an arithmetic expression, as between $(( and )).
    bool number(const Word& expression, int64_t& value);

private:
    // A pattern and a text are one field; of a text it is not kept what was quoted.
    enum class Mode : unsigned char { fields, pattern, text };
    // What a parameter without operator stands for.
    struct Value {
        bool is_set = false;
        std::string_view text;
    };

    void begin(Mode mode, ArgumentList* arguments);
    bool parts(const Word& word);
    bool part(const WordPart& part);
    bool parameter(const WordPart& part);
    bool positional_list(const WordPart& part, std::span<const std::string> values);
    bool operand_into_text(const Word* operand, std::string& result);
    bool cut(const WordPart& part, std::string_view value);
    // ${x:1:2}, ${x/a/b}, ${x^^} and ${!x} (parameter_text.cpp).
    bool indirect(const WordPart& part, std::string_view value);
    bool substring(const WordPart& part, std::string_view value);
    bool sublist(const WordPart& part);
    bool range(const WordPart& part, int64_t size, int64_t& offset, int64_t& length);
    bool replace(const WordPart& part, std::string_view value);
    void change_case(const WordPart& part, std::string_view value);
    bool process_substitution(const WordPart& part);
    bool unset_error(const WordPart& part);
    bool require_error(const WordPart& part);
    bool assign_default(const WordPart& part);
    bool arithmetic(const WordPart& part);
    void tilde(const WordPart& part);
    Value value_of(std::string_view name);
    std::string joined(std::span<const std::string> values);

    void collect(std::string_view text, Quoting quoting);
    void add_quoted(std::string_view text);
    void add_literal(std::string_view text);
    void add_split(std::string_view text);
    template <typename Classify>
    void split(std::string_view text, Classify classify);
    void add_value(std::string_view text, Quoting quoting);
    void next_field();
    void end_field();

    // What a character of unquoted text does to fields.
    enum class Effect : unsigned char { none, glob, ends_field, separates };
    Effect effect(char c) const {
        if (ifs_.find(c) != std::string_view::npos)
            return c == ' ' || c == '\t' || c == '\n' ? Effect::ends_field : Effect::separates;
        return c == '*' || c == '?' || c == '[' ? Effect::glob : Effect::none;
    }

    Shell& shell_;
    ArgumentList* arguments_ = nullptr;
    Mode mode_ = Mode::text;
    Use use_ = Use::plain;
    int operand_depth_ = 0;
    bool field_exists_ = false;
    bool has_glob_ = false;
    bool absorb_delimiter_ = false;  // a blank ended the last field: one other delimiter still belongs to it
    std::string_view ifs_;
    Pattern field_;
    char number_[24];
};

// The value of an expression in text; false after the error has been reported.
bool evaluate(Shell& shell, std::string_view text, int64_t& value);

// `~` or `~user` as a path; false when there is no such user.
bool home_directory(Shell& shell, std::string_view user, std::string& path);

}  // namespace sh
