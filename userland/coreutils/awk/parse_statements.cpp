// Statements of awk.
#include "awk/parser.h"

namespace coreutils::awk {

NodePointer Parser::parse_block() {
    expect(Token::left_brace, "{");
    NodePointer block = make(Kind::block);
    skip_terminators();
    while (lexer_.token != Token::right_brace) {
        if (lexer_.token == Token::end) fail("}");
        block->children.push_back(parse_statement());
        skip_terminators();
    }
    lexer_.next();
    return block;
}

void Parser::end_statement() {
    if (lexer_.token == Token::newline || lexer_.token == Token::semicolon) {
        lexer_.next();
        return;
    }
    if (lexer_.token != Token::right_brace && lexer_.token != Token::end) fail("the end of the statement");
}

NodePointer Parser::parse_body() {
    skip_newlines();
    if (accept(Token::semicolon)) return make(Kind::block);
    return parse_statement();
}

NodePointer Parser::parse_statement() {
    if (++depth_ > kDeepestNesting) die(2, "line %u: nested too deeply", lexer_.line);
    NodePointer statement = parse_any_statement();
    --depth_;
    return statement;
}

NodePointer Parser::parse_any_statement() {
    switch (lexer_.token) {
    case Token::left_brace:
        return parse_block();
    case Token::key_if:
        return parse_if();
    case Token::key_while: {
        lexer_.next();
        NodePointer condition = parse_condition();
        if (accept(Token::semicolon)) return make(Kind::while_loop, std::move(condition), make(Kind::block));
        ++loops_;
        NodePointer loop = make(Kind::while_loop, std::move(condition), parse_body());
        --loops_;
        return loop;
    }
    case Token::key_do: {
        lexer_.next();
        ++loops_;
        NodePointer body = parse_body();
        --loops_;
        skip_terminators();
        expect(Token::key_while, "while");
        NodePointer loop = make(Kind::do_loop, std::move(body), parse_condition());
        end_statement();
        return loop;
    }
    case Token::key_for:
        return parse_for();
    default: {
        NodePointer statement = parse_simple_statement();
        end_statement();
        return statement;
    }
    }
}

NodePointer Parser::parse_condition() {
    expect(Token::left_parenthesis, "(");
    NodePointer condition = parse_expression({});
    expect(Token::right_parenthesis, ")");
    return condition;
}

NodePointer Parser::parse_if() {
    lexer_.next();
    NodePointer condition = parse_condition();
    NodePointer body = parse_body();
    NodePointer statement = make(Kind::if_else, std::move(condition), std::move(body));
    // An else may follow the terminators of the statement before it.
    Lexer::Place place = lexer_.place();
    skip_terminators();
    if (lexer_.token == Token::key_else) {
        lexer_.next();
        statement->children.push_back(parse_body());
    } else {
        lexer_.return_to(place);
    }
    return statement;
}

NodePointer Parser::parse_for() {
    lexer_.next();
    expect(Token::left_parenthesis, "(");
    if (NodePointer loop = try_parse_for_in()) return loop;
    NodePointer loop = make(Kind::for_loop);
    loop->children.resize(4);
    if (lexer_.token != Token::semicolon) loop->children[0] = parse_simple_statement();
    expect(Token::semicolon, ";");
    skip_newlines();
    if (lexer_.token != Token::semicolon) loop->children[1] = parse_expression({});
    expect(Token::semicolon, ";");
    skip_newlines();
    if (lexer_.token != Token::right_parenthesis) loop->children[2] = parse_simple_statement();
    expect(Token::right_parenthesis, ")");
    ++loops_;
    loop->children[3] = parse_body();
    --loops_;
    return loop;
}

NodePointer Parser::try_parse_for_in() {
    if (lexer_.token != Token::name) return nullptr;
    Lexer::Place place = lexer_.place();
    NodePointer variable = parse_variable();
    if (variable->kind != Kind::global && variable->kind != Kind::local) {
        lexer_.return_to(place);
        return nullptr;
    }
    if (!accept(Token::key_in) || lexer_.token != Token::name) {
        lexer_.return_to(place);
        return nullptr;
    }
    NodePointer loop = make(Kind::for_in, std::move(variable));
    set_array(*loop, lexer_.text);
    lexer_.next();
    if (!accept(Token::right_parenthesis)) {
        lexer_.return_to(place);
        return nullptr;
    }
    ++loops_;
    loop->children.push_back(parse_body());
    --loops_;
    return loop;
}

NodePointer Parser::parse_simple_statement() {
    switch (lexer_.token) {
    case Token::key_print:
    case Token::key_printf:
        return parse_print();
    case Token::key_break:
    case Token::key_continue: {
        if (loops_ == 0) die(2, "line %u: break or continue outside a loop", lexer_.line);
        Kind kind = lexer_.token == Token::key_break ? Kind::break_loop : Kind::continue_loop;
        lexer_.next();
        return make(kind);
    }
    case Token::key_next:
        lexer_.next();
        return make(Kind::next_record);
    case Token::key_nextfile:
        lexer_.next();
        return make(Kind::next_file);
    case Token::key_exit:
    case Token::key_return: {
        Kind kind = lexer_.token == Token::key_exit ? Kind::exit_program : Kind::return_value;
        if (kind == Kind::return_value && !in_function_)
            die(2, "line %u: return outside a function", lexer_.line);
        lexer_.next();
        return ends_statement() ? make(kind) : make(kind, parse_expression({}));
    }
    case Token::key_delete:
        return parse_delete();
    default:
        return make(Kind::expression, parse_expression({}));
    }
}

NodePointer Parser::parse_delete() {
    lexer_.next();
    if (lexer_.token != Token::name) fail("an array");
    std::string name = lexer_.text;
    lexer_.next();
    NodePointer statement = make(Kind::delete_array);
    set_array(*statement, name);
    if (accept(Token::left_bracket)) {
        statement->kind = Kind::delete_element;
        parse_list(statement->children, {});
        expect(Token::right_bracket, "]");
    }
    return statement;
}

NodePointer Parser::parse_print() {
    NodePointer statement = make(lexer_.token == Token::key_print ? Kind::print : Kind::print_format);
    lexer_.next();
    Context context{.no_greater = true};
    if (!ends_statement() && lexer_.token != Token::greater && lexer_.token != Token::append &&
        lexer_.token != Token::pipe) {
        parse_list(statement->children, context);
        // print (a, b) > "file": the parentheses hold the list.
        if (statement->children.size() == 1 && statement->children[0]->kind == Kind::grouping &&
            statement->children[0]->children.size() > 1) {
            std::vector<NodePointer> list = std::move(statement->children[0]->children);
            statement->children = std::move(list);
        }
    }
    for (const NodePointer& child : statement->children) check_single(*child);
    if (statement->kind == Kind::print_format && statement->children.empty()) fail("a format");
    Redirection redirection = lexer_.token == Token::greater  ? Redirection::truncate
                              : lexer_.token == Token::append ? Redirection::append
                              : lexer_.token == Token::pipe   ? Redirection::pipe
                                                              : Redirection::none;
    statement->redirection = redirection;
    if (redirection != Redirection::none) {
        lexer_.next();
        statement->children.push_back(parse_concatenation(context));
    }
    return statement;
}

void Parser::parse_list(std::vector<NodePointer>& list, Context context) {
    do {
        skip_newlines();
        list.push_back(parse_expression(context));
    } while (accept(Token::comma));
}

void Parser::check_single(const Node& node) {
    if (node.kind == Kind::grouping && node.children.size() > 1) fail("in after a list in parentheses");
}

} // namespace coreutils::awk
