// Expressions of awk, from the loosest binding operator to operands.
#include "awk/parser.h"

#include "awk/regex_text.h"

#include <algorithm>
#include <string.h>

namespace coreutils::awk {

NodePointer Parser::parse_expression(Context context) {
    if (++depth_ > kDeepestNesting) die(2, "line %u: nested too deeply", lexer_.line);
    NodePointer left = parse_ternary(context);
    --depth_;
    return left;
}

bool Parser::is_target(const Node& node) {
    return node.kind == Kind::global || node.kind == Kind::local || node.kind == Kind::global_element ||
           node.kind == Kind::local_element || node.kind == Kind::field;
}

NodePointer Parser::parse_assignment(NodePointer target, Context context) {
    Token token = lexer_.token;
    lexer_.next();
    skip_newlines();
    NodePointer value = parse_expression(context);
    NodePointer node = make(token == Token::assign ? Kind::assign : Kind::assign_operate, std::move(target),
                            std::move(value));
    switch (token) {
    case Token::add_assign:
        node->operation = Token::add;
        break;
    case Token::subtract_assign:
        node->operation = Token::subtract;
        break;
    case Token::multiply_assign:
        node->operation = Token::multiply;
        break;
    case Token::divide_assign:
        node->operation = Token::divide;
        break;
    case Token::modulo_assign:
        node->operation = Token::modulo;
        break;
    default:
        node->operation = Token::power;
    }
    return node;
}

bool Parser::at_assignment() const {
    return lexer_.token >= Token::assign && lexer_.token <= Token::power_assign;
}

NodePointer Parser::parse_ternary(Context context) {
    NodePointer condition = parse_or(context);
    if (!accept(Token::question)) return condition;
    skip_newlines();
    NodePointer yes = parse_expression(context);
    skip_newlines();
    expect(Token::colon, ":");
    skip_newlines();
    return make(Kind::conditional, std::move(condition), std::move(yes), parse_expression(context));
}

NodePointer Parser::parse_or(Context context) {
    NodePointer left = parse_and(context);
    while (accept(Token::logical_or)) {
        skip_newlines();
        left = make(Kind::logical_or, std::move(left), parse_and(context));
    }
    return left;
}

NodePointer Parser::parse_and(Context context) {
    NodePointer left = parse_in(context);
    while (accept(Token::logical_and)) {
        skip_newlines();
        left = make(Kind::logical_and, std::move(left), parse_in(context));
    }
    return left;
}

NodePointer Parser::parse_in(Context context) {
    NodePointer left = parse_match(context);
    while (lexer_.token == Token::key_in) {
        lexer_.next();
        if (lexer_.token != Token::name) fail("an array");
        NodePointer node = make(Kind::in_array);
        if (left->kind == Kind::grouping)
            node->children = std::move(left->children);
        else
            node->children.push_back(std::move(left));
        set_array(*node, lexer_.text);
        lexer_.next();
        left = std::move(node);
    }
    return left;
}

NodePointer Parser::parse_match(Context context) {
    NodePointer left = parse_comparison(context);
    while (lexer_.token == Token::match || lexer_.token == Token::no_match) {
        bool negated = lexer_.token == Token::no_match;
        lexer_.next();
        left = make(Kind::matches, std::move(left), parse_comparison(context));
        left->flag = negated;
    }
    return left;
}

NodePointer Parser::parse_comparison(Context context) {
    NodePointer left = parse_concatenation(context);
    for (;;) {
        Token token = lexer_.token;
        bool compares = token >= Token::less && token <= Token::greater_equal;
        if (!compares || (token == Token::greater && context.no_greater)) return left;
        lexer_.next();
        left = make(Kind::compare, std::move(left), parse_concatenation(context));
        left->operation = token;
    }
}

bool Parser::begins_operand() const {
    switch (lexer_.token) {
    case Token::number:
    case Token::string:
    case Token::name:
    case Token::function_name:
    case Token::builtin:
    case Token::dollar:
    case Token::logical_not:
    case Token::left_parenthesis:
    case Token::subtract:
    case Token::add:
    case Token::increment:
    case Token::decrement:
        return true;
    default:
        return false;
    }
}

NodePointer Parser::parse_concatenation(Context context) {
    NodePointer left = parse_additive(context);
    for (;;) {
        if (lexer_.token == Token::pipe) {
            Lexer::Place place = lexer_.place();
            lexer_.next();
            if (lexer_.token != Token::key_getline) {
                lexer_.return_to(place);
                return left;
            }
            lexer_.next();
            left = make(Kind::getline_command, std::move(left));
            parse_getline_target(*left);
        } else if (begins_operand()) {
            left = make(Kind::concatenate, std::move(left), parse_additive(context));
        } else {
            return left;
        }
    }
}

NodePointer Parser::binary(Token token, NodePointer left, NodePointer right) {
    NodePointer node = make(Kind::arithmetic, std::move(left), std::move(right));
    node->operation = token;
    return node;
}

NodePointer Parser::parse_additive(Context context) {
    NodePointer left = parse_multiplicative(context);
    while (lexer_.token == Token::add || lexer_.token == Token::subtract) {
        Token token = lexer_.token;
        lexer_.next();
        left = binary(token, std::move(left), parse_multiplicative(context));
    }
    return left;
}

NodePointer Parser::parse_multiplicative(Context context) {
    NodePointer left = parse_unary(context);
    while (lexer_.token == Token::multiply || lexer_.token == Token::divide ||
           lexer_.token == Token::modulo) {
        Token token = lexer_.token;
        lexer_.next();
        left = binary(token, std::move(left), parse_unary(context));
    }
    return left;
}

NodePointer Parser::parse_unary(Context context) {
    if (++depth_ > kDeepestNesting) die(2, "line %u: nested too deeply", lexer_.line);
    NodePointer node;
    if (accept(Token::logical_not))
        node = make(Kind::logical_not, parse_unary(context));
    else if (accept(Token::subtract))
        node = make(Kind::negate, parse_unary(context));
    else if (accept(Token::add))
        node = make(Kind::plus, parse_unary(context));
    else
        node = parse_power(context);
    --depth_;
    return node;
}

NodePointer Parser::parse_power(Context context) {
    NodePointer base = parse_postfix(context);
    if (!accept(Token::power)) return base;
    // Right to left, and the exponent may have a sign.
    NodePointer exponent;
    if (accept(Token::subtract))
        exponent = make(Kind::negate, parse_power(context));
    else if (accept(Token::add))
        exponent = make(Kind::plus, parse_power(context));
    else if (accept(Token::logical_not))
        exponent = make(Kind::logical_not, parse_power(context));
    else
        exponent = parse_power(context);
    return binary(Token::power, std::move(base), std::move(exponent));
}

NodePointer Parser::parse_postfix(Context context) {
    NodePointer operand = parse_primary(context);
    if (is_target(*operand)) {
        if (lexer_.token == Token::increment || lexer_.token == Token::decrement) {
            double step = lexer_.token == Token::increment ? 1 : -1;
            lexer_.next();
            operand = make(Kind::post_step, std::move(operand));
            operand->number = step;
        } else if (at_assignment()) {
            return parse_assignment(std::move(operand), context);
        }
    }
    return operand;
}

NodePointer Parser::parse_primary(Context context) {
    switch (lexer_.token) {
    case Token::number: {
        NodePointer node = make(Kind::constant);
        node->value = Value(lexer_.number);
        lexer_.next();
        return node;
    }
    case Token::string: {
        NodePointer node = make(Kind::constant);
        node->value = Value(lexer_.text);
        lexer_.next();
        return node;
    }
    case Token::divide:
    case Token::divide_assign:
        return parse_regex();
    case Token::dollar: {
        lexer_.next();
        return make(Kind::field, parse_field_number(context));
    }
    case Token::increment:
    case Token::decrement:
        return parse_pre_step(context);
    case Token::left_parenthesis: {
        lexer_.next();
        NodePointer group = make(Kind::grouping);
        parse_list(group->children, {});
        skip_newlines();
        expect(Token::right_parenthesis, ")");
        if (group->children.size() > 1 && lexer_.token != Token::key_in && !context.no_greater)
            fail("in after a list in parentheses");
        return group;
    }
    case Token::name:
        return parse_variable();
    case Token::function_name:
        return parse_call();
    case Token::builtin:
        return parse_builtin();
    case Token::key_getline: {
        lexer_.next();
        NodePointer node = make(Kind::getline_main);
        parse_getline_target(*node);
        if (accept(Token::less)) {
            node->kind = Kind::getline_file;
            node->children.insert(node->children.begin(), parse_primary(context));
        }
        return node;
    }
    default:
        fail("an expression");
    }
}

NodePointer Parser::parse_pre_step(Context context) {
    double step = lexer_.token == Token::increment ? 1 : -1;
    lexer_.next();
    NodePointer target = parse_primary(context);
    if (!is_target(*target)) fail("a variable after ++ or --");
    NodePointer node = make(Kind::pre_step, std::move(target));
    node->number = step;
    return node;
}

NodePointer Parser::parse_regex() {
    lexer_.rescan_as_regex();
    NodePointer node = make(Kind::regex);
    std::string where = "line " + std::to_string(lexer_.line);
    node->regex = std::make_unique<Regex>(compile_regex(lexer_.text, where.c_str()));
    node->value = Value(lexer_.text);
    lexer_.next();
    return node;
}

// What may stand behind $ without parentheses; `$-i++` steps the variable, `$i++` the field.
NodePointer Parser::parse_field_number(Context context) {
    if (lexer_.token == Token::increment || lexer_.token == Token::decrement) return parse_pre_step(context);
    for (auto [sign, kind] : {std::pair(Token::subtract, Kind::negate), std::pair(Token::add, Kind::plus),
                              std::pair(Token::logical_not, Kind::logical_not)}) {
        if (!accept(sign)) continue;
        bool more = lexer_.token == Token::subtract || lexer_.token == Token::add ||
                    lexer_.token == Token::logical_not;
        return make(kind, more ? parse_field_number(context) : parse_postfix(context));
    }
    return parse_primary(context);
}

void Parser::parse_getline_target(Node& node) {
    node.flag = lexer_.token == Token::name || lexer_.token == Token::dollar;
    if (!node.flag) return;
    NodePointer target = parse_primary({});
    if (!is_target(*target)) fail("a variable after getline");
    node.children.push_back(std::move(target));
}

int Parser::local_slot(const std::string& name) const {
    auto found = std::find(locals_.begin(), locals_.end(), name);
    return found == locals_.end() ? -1 : static_cast<int>(found - locals_.begin());
}

void Parser::set_array(Node& node, const std::string& name) {
    int local = local_slot(name);
    node.flag = local >= 0;
    node.slot = local >= 0 ? static_cast<unsigned>(local) : program_.global_slot(name);
}

NodePointer Parser::parse_variable() {
    std::string name = lexer_.text;
    lexer_.next();
    NodePointer node = make(Kind::global);
    set_array(*node, name);
    if (lexer_.token == Token::left_bracket) {
        lexer_.next();
        node->kind = node->flag ? Kind::local_element : Kind::global_element;
        parse_list(node->children, {});
        expect(Token::right_bracket, "]");
    } else if (node->flag) {
        node->kind = Kind::local;
    }
    return node;
}

NodePointer Parser::parse_call() {
    NodePointer node = make(Kind::call);
    node->slot = function_slot(lexer_.text);
    lexer_.next();
    expect(Token::left_parenthesis, "(");
    skip_newlines();
    if (lexer_.token != Token::right_parenthesis) parse_list(node->children, {});
    skip_newlines();
    expect(Token::right_parenthesis, ")");
    return node;
}

NodePointer Parser::parse_builtin() {
    struct Arity {
        Builtin builtin;
        size_t least, most;
    };
    static constexpr Arity kArities[] = {
        {Builtin::atan2, 2, 2},         {Builtin::close, 1, 1},          {Builtin::cos, 1, 1},
        {Builtin::exp, 1, 1},           {Builtin::fflush, 0, 1},         {Builtin::gsub, 2, 3},
        {Builtin::index, 2, 2},         {Builtin::integer, 1, 1},        {Builtin::length, 0, 1},
        {Builtin::log, 1, 1},           {Builtin::match, 2, 2},          {Builtin::random, 0, 0},
        {Builtin::sine, 1, 1},          {Builtin::split, 2, 3},          {Builtin::sprintf, 1, SIZE_MAX},
        {Builtin::square_root, 1, 1},   {Builtin::seed, 0, 1},           {Builtin::substitute, 2, 3},
        {Builtin::substring, 2, 3},     {Builtin::system, 1, 1},         {Builtin::to_lower, 1, 1},
        {Builtin::to_upper, 1, 1},      {Builtin::gensub, 3, 4},         {Builtin::bit_and, 2, SIZE_MAX},
        {Builtin::bit_or, 2, SIZE_MAX}, {Builtin::bit_xor, 2, SIZE_MAX}, {Builtin::complement, 1, 1},
        {Builtin::shift_left, 2, 2},    {Builtin::shift_right, 2, 2},    {Builtin::make_time, 1, 2},
        {Builtin::strftime, 0, 3},      {Builtin::systime, 0, 0},
    };
    NodePointer node = make(Kind::builtin);
    node->builtin = lexer_.builtin;
    std::string name = lexer_.text;
    lexer_.next();
    if (lexer_.token == Token::left_parenthesis) {
        lexer_.next();
        skip_newlines();
        if (lexer_.token != Token::right_parenthesis) parse_list(node->children, {});
        skip_newlines();
        expect(Token::right_parenthesis, ")");
    } else if (node->builtin != Builtin::length) {
        fail("(");
    }
    for (const Arity& arity : kArities)
        if (arity.builtin == node->builtin &&
            (node->children.size() < arity.least || node->children.size() > arity.most))
            die(2, "line %u: wrong number of arguments of %s", node->line, name.c_str());
    if ((node->builtin == Builtin::substitute || node->builtin == Builtin::gsub) &&
        node->children.size() == 3 && !is_target(*node->children[2]) &&
        node->children[2]->kind != Kind::grouping)
        node->flag = true; // the result of the substitution is lost, as in every awk
    return node;
}

} // namespace coreutils::awk
