// Expressions. See interpreter.h.
#include "awk/interpreter.h"
#include "awk/regex_text.h"
#include "framework/diagnostics.h"

#include <math.h>
#include <utility>

namespace coreutils::awk {

size_t Interpreter::field_number(double number) {
    if (!(number >= 0)) die(2, "attempt to access field %.0f", number);
    return number > static_cast<double>(Fields::kMost) ? Fields::kMost + 1 : static_cast<size_t>(number);
}

Value Interpreter::field(double number) { return fields_.get(field_number(number), ofs_, convfmt_); }

std::string Interpreter::subscript(std::span<NodePointer> expressions) {
    std::string key = evaluate_text(*expressions[0]);
    for (NodePointer& expression : expressions.subspan(1)) {
        key.append(subsep_);
        key.append(evaluate_text(*expression));
    }
    return key;
}

double Interpreter::arithmetic(Token operation, double left, double right) {
    switch (operation) {
    case Token::add:
        return left + right;
    case Token::subtract:
        return left - right;
    case Token::multiply:
        return left * right;
    case Token::divide:
        if (right == 0) die(2, "division by zero");
        return left / right;
    case Token::modulo:
        if (right == 0) die(2, "division by zero in %%");
        return fmod(left, right);
    default:
        return pow(left, right);
    }
}

Interpreter::Place Interpreter::locate(Node& target) {
    Place place{target};
    if (target.kind == Kind::field)
        place.field = field_number(evaluate_number(*target.children[0]));
    else if (target.kind != Kind::global && target.kind != Kind::local)
        place.key = subscript(target.children);
    return place;
}

Value Interpreter::load(const Place& place) {
    Node& target = place.target;
    if (target.kind == Kind::field) return fields_.get(place.field, ofs_, convfmt_);
    return target.kind == Kind::global || target.kind == Kind::local ? evaluate(target)
                                                                     : array_of(target).at(place.key);
}

Value Interpreter::store(const Place& place, Value value) {
    Node& target = place.target;
    switch (target.kind) {
    case Kind::global:
        if (globals_[target.slot].array)
            die(2, "array %s is used as a scalar", program_.globals[target.slot].c_str());
        globals_[target.slot].value = value;
        if (target.slot < kSpecialCount) set_special(target.slot);
        break;
    case Kind::local:
        if (frame_[target.slot].array) die(2, "an array is used as a scalar");
        frame_[target.slot].value = value;
        break;
    case Kind::field:
        if (place.field == 0)
            fields_.set_record(value.text(convfmt_));
        else
            fields_.set(place.field, value);
        break;
    default:
        array_of(target).at(place.key) = value;
    }
    return value;
}

Value Interpreter::evaluate_step(Node& node) {
    Place place = locate(*node.children[0]);
    double before = load(place).number();
    store(place, Value(before + node.number));
    return Value(node.kind == Kind::pre_step ? before + node.number : before);
}

bool Interpreter::evaluate_condition(Node& node) {
    bool holds = node.kind == Kind::regex ? matches(node, fields_.get(0, ofs_, convfmt_).text(convfmt_))
                                          : evaluate(node).is_true();
    return holds && pending_ == Flow::normal;
}

double Interpreter::evaluate_number(Node& node) { return evaluate(node).number(); }

std::string Interpreter::evaluate_text(Node& node) { return evaluate(node).text(convfmt_); }

const Regex& Interpreter::regex_of(Node& node) {
    if (node.kind == Kind::regex) return *node.regex;
    std::string text = evaluate_text(node);
    auto& regex = dynamic_regexes_[text];
    if (!regex) regex = std::make_unique<Regex>(compile_regex(text, "regular expression"));
    return *regex;
}

bool Interpreter::matches(Node& pattern, std::string_view text) {
    return regex_of(pattern).search(text, 0, matches_);
}

Value Interpreter::call(Node& node) {
    if (pending_ != Flow::normal) return Value();
    char here;
    if (&here < stack_limit_) die(2, "function calls are nested too deeply");
    Function& function = program_.functions[node.slot];
    if (node.children.size() > function.parameters)
        die(2, "function %s is called with too many arguments", function.name.c_str());
    std::vector<Cell> frame(function.parameters);
    for (size_t index = 0; index < node.children.size(); ++index) {
        Node& argument = *node.children[index];
        if (argument.kind != Kind::global && argument.kind != Kind::local) {
            frame[index].value = evaluate(argument);
            continue;
        }
        // A variable alone may be an array, or become one in the function.
        Cell& cell = argument.kind == Kind::global ? globals_[argument.slot] : frame_[argument.slot];
        if (cell.array)
            frame[index].array = cell.array;
        else
            frame[index].value = evaluate(argument);
        frame[index].origin = &cell;
    }
    Cell* caller = frame_;
    frame_ = frame.data();
    return_value_ = Value();
    Flow flow = execute(*function.body);
    frame_ = caller;
    if (flow != Flow::return_value) pending_ = flow;
    return std::exchange(return_value_, Value());
}

Value Interpreter::evaluate(Node& node) {
    switch (node.kind) {
    case Kind::constant:
        return node.value;
    case Kind::regex:
        return Value(matches(node, fields_.get(0, ofs_, convfmt_).text(convfmt_)) ? 1.0 : 0.0);
    case Kind::grouping:
        return evaluate(*node.children[0]);
    case Kind::global:
        switch (node.slot) {
        case kNf:
            return Value(static_cast<double>(fields_.count()));
        case kNr:
            return Value(record_number_);
        case kFnr:
            return Value(file_record_number_);
        default:
            if (globals_[node.slot].array)
                die(2, "array %s is used as a scalar", program_.globals[node.slot].c_str());
            return globals_[node.slot].value;
        }
    case Kind::local:
        if (frame_[node.slot].array) die(2, "an array is used as a scalar");
        return frame_[node.slot].value;
    case Kind::global_element:
    case Kind::local_element: {
        std::string key = subscript(node.children);
        return array_of(node).at(key);
    }
    case Kind::field:
        return field(evaluate_number(*node.children[0]));
    case Kind::assign: {
        Place place = locate(*node.children[0]);
        return store(place, evaluate(*node.children[1]));
    }
    case Kind::assign_operate: {
        Place place = locate(*node.children[0]);
        double right = evaluate_number(*node.children[1]);
        return store(place, Value(arithmetic(node.operation, load(place).number(), right)));
    }
    case Kind::conditional:
        return evaluate(*node.children[evaluate_condition(*node.children[0]) ? 1 : 2]);
    case Kind::logical_or:
        return Value(evaluate_condition(*node.children[0]) || evaluate_condition(*node.children[1]) ? 1.0
                                                                                                    : 0.0);
    case Kind::logical_and:
        return Value(evaluate_condition(*node.children[0]) && evaluate_condition(*node.children[1]) ? 1.0
                                                                                                    : 0.0);
    case Kind::logical_not:
        return Value(evaluate_condition(*node.children[0]) ? 0.0 : 1.0);
    case Kind::negate:
        return Value(-evaluate_number(*node.children[0]));
    case Kind::plus:
        return Value(evaluate_number(*node.children[0]));
    case Kind::in_array: {
        std::string key = subscript(node.children);
        return Value(array_of(node).contains(key) ? 1.0 : 0.0);
    }
    case Kind::matches: {
        std::string text = evaluate_text(*node.children[0]);
        return Value(matches(*node.children[1], text) != node.flag ? 1.0 : 0.0);
    }
    case Kind::compare: {
        Value left = evaluate(*node.children[0]), right = evaluate(*node.children[1]);
        int order = compare(left, right, convfmt_);
        bool holds = node.operation == Token::less         ? order < 0
                     : node.operation == Token::less_equal ? order <= 0
                     : node.operation == Token::equal      ? order == 0
                     : node.operation == Token::not_equal  ? order != 0
                     : node.operation == Token::greater    ? order > 0
                                                           : order >= 0;
        return Value(holds ? 1.0 : 0.0);
    }
    case Kind::concatenate: {
        std::string text = evaluate_text(*node.children[0]);
        Value right = evaluate(*node.children[1]);
        if (const std::string* more = right.text_if_string())
            text.append(*more);
        else
            text.append(right.text(convfmt_));
        return Value(std::move(text));
    }
    case Kind::arithmetic: {
        double left = evaluate_number(*node.children[0]);
        return Value(arithmetic(node.operation, left, evaluate_number(*node.children[1])));
    }
    case Kind::pre_step:
    case Kind::post_step:
        return evaluate_step(node);
    case Kind::call:
        return call(node);
    case Kind::builtin:
        return call_builtin(node);
    case Kind::getline_main:
    case Kind::getline_file:
    case Kind::getline_command:
        return getline(node);
    default:
        die(2, "line %u: no expression", node.line);
    }
}

// 1 for a record, 0 at the end, -1 for an error.
Value Interpreter::getline(Node& node) {
    Node* target = node.flag ? node.children.back().get() : nullptr;
    if (node.kind == Kind::getline_main) {
        auto record = read_main_record();
        if (!record) return Value(0.0);
        if (target)
            assign(*target, Value::input(*record));
        else
            fields_.set_record(*record);
        return Value(1.0);
    }
    std::string source = evaluate_text(*node.children[0]);
    bool is_command = node.kind == Kind::getline_command;
    RecordReader* reader = is_command ? streams_.command_input(source) : streams_.file_input(source);
    if (!reader) return Value(-1.0);
    auto record = reader->next(separator_);
    if (!record) return Value(reader->error() ? -1.0 : 0.0);
    if (target)
        assign(*target, Value::input(*record));
    else
        fields_.set_record(*record);
    if (is_command) {
        ++record_number_;
        ++file_record_number_;
    }
    return Value(1.0);
}

} // namespace coreutils::awk
