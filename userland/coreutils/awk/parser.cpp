// A recursive-descent parser of POSIX.1-2017's awk grammar.
#include "awk/regex_text.h"
#include "awk/syntax.h"
#include "framework/diagnostics.h"

#include <algorithm>
#include <string.h>

namespace coreutils::awk {
namespace {

constexpr const char* kSpecialNames[kSpecialCount] = {
    "NF",      "NR",   "FNR",    "FS",      "OFS",      "ORS",     "RS",   "SUBSEP",
    "CONVFMT", "OFMT", "RSTART", "RLENGTH", "FILENAME", "ENVIRON", "ARGC", "ARGV"};
constexpr unsigned kDeepestNesting = 1000;

class Parser {
public:
    explicit Parser(std::string_view text) : lexer_(text) {
        for (const char* name : kSpecialNames) program_.globals.emplace_back(name);
    }

    Program parse() {
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

private:
    // Whether `>` belongs to the expression, or to the print around it.
    struct Context {
        bool no_greater = false;
    };

    [[noreturn]] void fail(const char* expected) {
        die(2, "line %u: syntax error: expected %s", lexer_.line, expected);
    }

    bool accept(Token token) {
        if (lexer_.token != token) return false;
        lexer_.next();
        return true;
    }
    void expect(Token token, const char* what) {
        if (!accept(token)) fail(what);
    }
    void skip_newlines() {
        while (lexer_.token == Token::newline) lexer_.next();
    }
    void skip_terminators() {
        while (lexer_.token == Token::newline || lexer_.token == Token::semicolon) lexer_.next();
    }

    NodePointer make(Kind kind, NodePointer first = nullptr, NodePointer second = nullptr,
                     NodePointer third = nullptr) {
        auto node = std::make_unique<Node>();
        node->kind = kind;
        node->line = lexer_.line;
        for (NodePointer* child : {&first, &second, &third})
            if (*child) node->children.push_back(std::move(*child));
        return node;
    }

    // Items: rules and functions.

    void parse_item() {
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
        if (!program_.rules.back().action && lexer_.token != Token::newline &&
            lexer_.token != Token::semicolon && lexer_.token != Token::end)
            fail("{ or the end of the pattern");
    }

    unsigned function_slot(const std::string& name) {
        for (unsigned slot = 0; slot < program_.functions.size(); ++slot)
            if (program_.functions[slot].name == name) return slot;
        program_.functions.push_back({.name = name, .body = nullptr, .first_use_line = lexer_.line});
        return static_cast<unsigned>(program_.functions.size() - 1);
    }

    void parse_function() {
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

    // Statements.

    NodePointer parse_block() {
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

    void end_statement() {
        if (lexer_.token == Token::newline || lexer_.token == Token::semicolon) {
            lexer_.next();
            return;
        }
        if (lexer_.token != Token::right_brace && lexer_.token != Token::end)
            fail("the end of the statement");
    }

    // The body of an if or loop: newlines may precede it.
    NodePointer parse_body() {
        skip_newlines();
        if (accept(Token::semicolon)) return make(Kind::block);
        return parse_statement();
    }

    NodePointer parse_statement() {
        if (++depth_ > kDeepestNesting) die(2, "line %u: nested too deeply", lexer_.line);
        NodePointer statement = parse_any_statement();
        --depth_;
        return statement;
    }

    NodePointer parse_any_statement() {
        switch (lexer_.token) {
        case Token::left_brace:
            return parse_block();
        case Token::key_if:
            return parse_if();
        case Token::key_while: {
            lexer_.next();
            NodePointer condition = parse_condition();
            if (accept(Token::semicolon))
                return make(Kind::while_loop, std::move(condition), make(Kind::block));
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

    NodePointer parse_condition() {
        expect(Token::left_parenthesis, "(");
        NodePointer condition = parse_expression({});
        expect(Token::right_parenthesis, ")");
        return condition;
    }

    NodePointer parse_if() {
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

    NodePointer parse_for() {
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

    // `NAME in NAME )` and nothing else.
    NodePointer try_parse_for_in() {
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

    NodePointer parse_simple_statement() {
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

    bool ends_statement() const {
        return lexer_.token == Token::newline || lexer_.token == Token::semicolon ||
               lexer_.token == Token::right_brace || lexer_.token == Token::end;
    }

    NodePointer parse_delete() {
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

    NodePointer parse_print() {
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

    // Expressions, from the loosest binding to the tightest.

    void parse_list(std::vector<NodePointer>& list, Context context) {
        do {
            skip_newlines();
            list.push_back(parse_expression(context));
        } while (accept(Token::comma));
    }

    // A list in parentheses is no value, except before `in`.
    void check_single(const Node& node) {
        if (node.kind == Kind::grouping && node.children.size() > 1) fail("in after a list in parentheses");
    }

    NodePointer parse_expression(Context context) {
        if (++depth_ > kDeepestNesting) die(2, "line %u: nested too deeply", lexer_.line);
        NodePointer left = parse_ternary(context);
        --depth_;
        return left;
    }

    static bool is_target(const Node& node) {
        return node.kind == Kind::global || node.kind == Kind::local || node.kind == Kind::global_element ||
               node.kind == Kind::local_element || node.kind == Kind::field;
    }

    NodePointer parse_assignment(NodePointer target, Context context) {
        Token token = lexer_.token;
        lexer_.next();
        skip_newlines();
        NodePointer value = parse_expression(context);
        NodePointer node = make(token == Token::assign ? Kind::assign : Kind::assign_operate,
                                std::move(target), std::move(value));
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

    bool at_assignment() const {
        return lexer_.token >= Token::assign && lexer_.token <= Token::power_assign;
    }

    NodePointer parse_ternary(Context context) {
        NodePointer condition = parse_or(context);
        if (!accept(Token::question)) return condition;
        skip_newlines();
        NodePointer yes = parse_expression(context);
        skip_newlines();
        expect(Token::colon, ":");
        skip_newlines();
        return make(Kind::conditional, std::move(condition), std::move(yes), parse_expression(context));
    }

    NodePointer parse_or(Context context) {
        NodePointer left = parse_and(context);
        while (accept(Token::logical_or)) {
            skip_newlines();
            left = make(Kind::logical_or, std::move(left), parse_and(context));
        }
        return left;
    }

    NodePointer parse_and(Context context) {
        NodePointer left = parse_in(context);
        while (accept(Token::logical_and)) {
            skip_newlines();
            left = make(Kind::logical_and, std::move(left), parse_in(context));
        }
        return left;
    }

    NodePointer parse_in(Context context) {
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

    NodePointer parse_match(Context context) {
        NodePointer left = parse_comparison(context);
        while (lexer_.token == Token::match || lexer_.token == Token::no_match) {
            bool negated = lexer_.token == Token::no_match;
            lexer_.next();
            left = make(Kind::matches, std::move(left), parse_comparison(context));
            left->flag = negated;
        }
        return left;
    }

    NodePointer parse_comparison(Context context) {
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

    bool begins_operand() const {
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

    NodePointer parse_concatenation(Context context) {
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

    NodePointer binary(Token token, NodePointer left, NodePointer right) {
        NodePointer node = make(Kind::arithmetic, std::move(left), std::move(right));
        node->operation = token;
        return node;
    }

    NodePointer parse_additive(Context context) {
        NodePointer left = parse_multiplicative(context);
        while (lexer_.token == Token::add || lexer_.token == Token::subtract) {
            Token token = lexer_.token;
            lexer_.next();
            left = binary(token, std::move(left), parse_multiplicative(context));
        }
        return left;
    }

    NodePointer parse_multiplicative(Context context) {
        NodePointer left = parse_unary(context);
        while (lexer_.token == Token::multiply || lexer_.token == Token::divide ||
               lexer_.token == Token::modulo) {
            Token token = lexer_.token;
            lexer_.next();
            left = binary(token, std::move(left), parse_unary(context));
        }
        return left;
    }

    NodePointer parse_unary(Context context) {
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

    NodePointer parse_power(Context context) {
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

    NodePointer parse_postfix(Context context) {
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

    NodePointer parse_primary(Context context) {
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
            NodePointer number;
            if (lexer_.token == Token::increment || lexer_.token == Token::decrement)
                number = parse_pre_step(context);
            else if (accept(Token::subtract))
                number = make(Kind::negate, parse_primary(context));
            else
                number = parse_primary(context);
            return make(Kind::field, std::move(number));
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

    NodePointer parse_pre_step(Context context) {
        double step = lexer_.token == Token::increment ? 1 : -1;
        lexer_.next();
        NodePointer target = parse_primary(context);
        if (!is_target(*target)) fail("a variable after ++ or --");
        NodePointer node = make(Kind::pre_step, std::move(target));
        node->number = step;
        return node;
    }

    NodePointer parse_regex() {
        lexer_.rescan_as_regex();
        NodePointer node = make(Kind::regex);
        std::string where = "line " + std::to_string(lexer_.line);
        node->regex = std::make_unique<Regex>(compile_regex(lexer_.text, where.c_str()));
        node->value = Value(lexer_.text);
        lexer_.next();
        return node;
    }

    // Where a value of getline goes, when a variable follows.
    void parse_getline_target(Node& node) {
        node.flag = lexer_.token == Token::name || lexer_.token == Token::dollar;
        if (!node.flag) return;
        NodePointer target = parse_primary({});
        if (!is_target(*target)) fail("a variable after getline");
        node.children.push_back(std::move(target));
    }

    int local_slot(const std::string& name) const {
        auto found = std::find(locals_.begin(), locals_.end(), name);
        return found == locals_.end() ? -1 : static_cast<int>(found - locals_.begin());
    }

    void set_array(Node& node, const std::string& name) {
        int local = local_slot(name);
        node.flag = local >= 0;
        node.slot = local >= 0 ? static_cast<unsigned>(local) : program_.global_slot(name);
    }

    NodePointer parse_variable() {
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

    NodePointer parse_call() {
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

    NodePointer parse_builtin() {
        struct Arity {
            Builtin builtin;
            size_t least, most;
        };
        static constexpr Arity kArities[] = {
            {Builtin::atan2, 2, 2},       {Builtin::close, 1, 1},   {Builtin::cos, 1, 1},
            {Builtin::exp, 1, 1},         {Builtin::fflush, 0, 1},  {Builtin::gsub, 2, 3},
            {Builtin::index, 2, 2},       {Builtin::integer, 1, 1}, {Builtin::length, 0, 1},
            {Builtin::log, 1, 1},         {Builtin::match, 2, 2},   {Builtin::random, 0, 0},
            {Builtin::sine, 1, 1},        {Builtin::split, 2, 3},   {Builtin::sprintf, 1, SIZE_MAX},
            {Builtin::square_root, 1, 1}, {Builtin::seed, 0, 1},    {Builtin::substitute, 2, 3},
            {Builtin::substring, 2, 3},   {Builtin::system, 1, 1},  {Builtin::to_lower, 1, 1},
            {Builtin::to_upper, 1, 1},    {Builtin::gensub, 3, 4},  {Builtin::bit_and, 2, SIZE_MAX},
            {Builtin::bit_or, 2, SIZE_MAX}, {Builtin::bit_xor, 2, SIZE_MAX}, {Builtin::complement, 1, 1},
            {Builtin::shift_left, 2, 2},  {Builtin::shift_right, 2, 2}, {Builtin::make_time, 1, 2},
            {Builtin::strftime, 0, 3},    {Builtin::systime, 0, 0},
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

    Lexer lexer_;
    Program program_;
    std::vector<std::string> locals_;
    bool in_function_ = false;
    unsigned loops_ = 0, depth_ = 0;
};

} // namespace

unsigned Program::global_slot(const std::string& name) {
    for (unsigned slot = 0; slot < globals.size(); ++slot)
        if (globals[slot] == name) return slot;
    globals.push_back(name);
    return static_cast<unsigned>(globals.size() - 1);
}

Program parse(std::string_view text) { return Parser(text).parse(); }

} // namespace coreutils::awk
