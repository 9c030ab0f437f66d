// The parser of sed scripts, one pass over all sources: every command reads on at the place where the last
// one stopped. sed_script.cpp has what holds a script together, sed_reader.cpp the pieces that commands are
// made of (numbers, delimited texts, addresses), sed_arguments.cpp what stands behind each command's letter.
// A parse ends at the first fail().
#pragma once

#include "sed/script.h"

#include <string_view>

namespace coreutils::sed {

class Parser {
public:
    Parser(const std::vector<Source>& sources, const ParseSettings& settings)
        : sources_(sources), settings_(settings) {}

    std::optional<Script> parse(std::string& problem);

private:
    const std::string& text() const { return sources_[source_].text; }
    bool at_end() const { return at_ >= text().size(); }
    char peek() const { return at_end() ? '\0' : text()[at_]; }
    char take() {
        if (peek() == '\n') ++line_;
        return text()[at_++];
    }

    // Notes the first problem with its place; always false.
    bool fail(const std::string& reason);
    bool next_source();
    void skip_blanks();
    bool read_number(uint64_t& number);
    // Text up to an unescaped `delimiter`, which is taken too. In it, \delimiter is the plain character.
    bool read_delimited(char delimiter, std::string& result, bool is_expression);
    bool read_bracket(std::string& result);
    bool compile(std::string_view expression, int flags, Pattern& pattern);
    bool parse_address(Address& address, bool second);
    bool parse_pattern_address(Address& address);

    void parse_source();
    void parse_command();
    void parse_body(Command& command);
    void end_block(const Command& command);
    // Blanks, then a newline, a semicolon, a closing brace (which stays) or a comment.
    bool end_of_command();
    void resolve_labels();

    void parse_arguments(Command& command);
    void parse_text(Command& command);
    bool begin_text();
    void parse_label(Command& command, bool definition);
    std::string read_file_name();
    size_t output_index(const std::string& name);
    void parse_number_argument(Command& command);
    void parse_substitution(Command& command);
    bool parse_flag(Substitution& substitution, int& flags, bool& numbered);
    void parse_replacement(std::string_view replacement, Substitution& substitution);
    void parse_transliteration(Command& command);

    const std::vector<Source>& sources_;
    const ParseSettings& settings_;
    size_t source_ = 0, at_ = 0;
    unsigned long line_ = 1;
    Script script_;
    std::vector<size_t> blocks_;
    bool failed_ = false;
    std::string problem_;
};

} // namespace coreutils::sed
