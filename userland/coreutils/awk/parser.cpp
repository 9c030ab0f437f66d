// Programs of awk: their items, and the names in them.
#include "awk/parser.h"

#include <algorithm>

namespace coreutils::awk {
namespace {

constexpr const char* kSpecialNames[kSpecialCount] = {
    "NF",      "NR",   "FNR",    "FS",      "OFS",      "ORS",     "RS",   "SUBSEP",
    "CONVFMT", "OFMT", "RSTART", "RLENGTH", "FILENAME", "ENVIRON", "ARGC", "ARGV"};

} // namespace

Parser::Parser(std::string_view text) : lexer_(text) {
    for (const char* name : kSpecialNames) program_.globals.emplace_back(name);
}

Program Parser::parse() {
    lexer_.next();
    skip_terminators();
    while (lexer_.token != Token::end) {
        parse_item();
        skip_terminators();
    }
    for (const Function& function : program_.functions)
        if (!function.body)
            die(2, "line %u: function %s is not defined", function.first_use_line, function.name.c_str());
    return std::move(program_);
}

NodePointer Parser::make(Kind kind, NodePointer first, NodePointer second, NodePointer third) {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->line = lexer_.line;
    for (NodePointer* child : {&first, &second, &third})
        if (*child) node->children.push_back(std::move(*child));
    return node;
}

void Parser::parse_item() {
    if (lexer_.token == Token::key_function) {
        parse_function();
        return;
    }
    if (lexer_.token == Token::key_begin || lexer_.token == Token::key_end) {
        auto& list = lexer_.token == Token::key_begin ? program_.begin : program_.end;
        lexer_.next();
        if (lexer_.token != Token::left_brace) fail("{");
        list.push_back(parse_block());
        return;
    }
    Rule rule;
    if (lexer_.token != Token::left_brace) {
        rule.pattern = parse_expression({});
        if (accept(Token::comma)) {
            skip_newlines();
            rule.range_end = parse_expression({});
        }
    }
    if (lexer_.token == Token::left_brace) rule.action = parse_block();
    program_.rules.push_back(std::move(rule));
    if (!program_.rules.back().action && lexer_.token != Token::newline && lexer_.token != Token::semicolon &&
        lexer_.token != Token::end)
        fail("{ or the end of the pattern");
}

unsigned Parser::function_slot(const std::string& name) {
    for (unsigned slot = 0; slot < program_.functions.size(); ++slot)
        if (program_.functions[slot].name == name) return slot;
    program_.functions.push_back({.name = name, .body = nullptr, .first_use_line = lexer_.line});
    return static_cast<unsigned>(program_.functions.size() - 1);
}

void Parser::parse_function() {
    lexer_.next();
    if (lexer_.token != Token::name && lexer_.token != Token::function_name) fail("a function name");
    unsigned slot = function_slot(lexer_.text);
    if (program_.functions[slot].body)
        die(2, "line %u: function %s is defined twice", lexer_.line, lexer_.text.c_str());
    lexer_.next();
    expect(Token::left_parenthesis, "(");
    locals_.clear();
    while (lexer_.token == Token::name) {
        if (std::find(locals_.begin(), locals_.end(), lexer_.text) != locals_.end())
            die(2, "line %u: parameter %s stands twice", lexer_.line, lexer_.text.c_str());
        locals_.push_back(lexer_.text);
        lexer_.next();
        if (!accept(Token::comma)) break;
        skip_newlines();
    }
    expect(Token::right_parenthesis, ")");
    skip_newlines();
    if (lexer_.token != Token::left_brace) fail("{");
    in_function_ = true;
    program_.functions[slot].parameters = static_cast<unsigned>(locals_.size());
    NodePointer body = parse_block();
    program_.functions[slot].body = std::move(body);
    in_function_ = false;
    locals_.clear();
}

unsigned Program::global_slot(const std::string& name) {
    for (unsigned slot = 0; slot < globals.size(); ++slot)
        if (globals[slot] == name) return slot;
    globals.push_back(name);
    return static_cast<unsigned>(globals.size() - 1);
}

Program parse(std::string_view text) { return Parser(text).parse(); }

} // namespace coreutils::awk
