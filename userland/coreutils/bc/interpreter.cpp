#include "bc/interpreter.h"

#include "framework/diagnostics.h"
#include "framework/output.h"

#include <algorithm>
#include <limits.h>
#include <stdlib.h>

namespace coreutils::bc {
namespace {

constexpr unsigned kMostCalls = 4000;
constexpr int64_t kMostIndex = 16777215, kMostScale = INT32_MAX;

size_t line_width() {
    static const size_t width = [] {
        const char* text = getenv("BC_LINE_LENGTH");
        long value = text ? strtol(text, nullptr, 10) : 70;
        return value == 0 ? SIZE_MAX : value < 3 ? size_t{70} : static_cast<size_t>(value);
    }();
    return width;
}

} // namespace

void Interpreter::fail(const char* message) {
    if (!failed_) warn("line %u: %s", line_, message);
    failed_ = true;
}

bool Interpreter::run(const Node& tree) {
    failed_ = false;
    return execute(tree) == Flow::halted;
}

// Lines break before the width, with a backslash.
void Interpreter::put_wrapped(std::string_view text) {
    for (char each : text) {
        if (each == '\n') {
            column_ = 0;
        } else if (column_ + 2 >= line_width()) {
            out.write("\\\n");
            column_ = 0;
        }
        out.put(each);
        if (each != '\n') ++column_;
    }
}

void Interpreter::print(const Number& value, bool newline) {
    put_wrapped(value.text(output_base_));
    if (newline) put_wrapped("\n");
    last_ = value;
}

void Interpreter::print_text(std::string_view text, bool escapes) {
    if (!escapes) return put_wrapped(text);
    for (size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '\\' || at + 1 == text.size()) {
            put_wrapped(text.substr(at, 1));
            continue;
        }
        char letter = text[++at];
        static constexpr std::pair<char, char> kEscapes[] = {{'a', '\a'}, {'b', '\b'}, {'f', '\f'},
                                                             {'n', '\n'}, {'q', '"'},  {'r', '\r'},
                                                             {'t', '\t'}, {'\\', '\\'}};
        for (auto& [name, byte] : kEscapes)
            if (name == letter) put_wrapped({&byte, 1});
    }
}

Interpreter::Flow Interpreter::execute(const Node& tree) {
    line_ = tree.line;
    Flow flow = Flow::next;
    switch (tree.kind) {
    case Kind::nothing:
    case Kind::define: // known since it was parsed; what follows it in the line
        return tree.parts.empty() ? Flow::next : execute(*tree.parts[0]);
    case Kind::block:
        for (const Tree& part : tree.parts) {
            flow = execute(*part);
            if (flow != Flow::next) return flow;
        }
        return Flow::next;
    case Kind::text: print_text(tree.text, false); return Flow::next;
    case Kind::print_value: {
        Number value = evaluate(*tree.parts[0]);
        if (!failed_) print(value, true);
        break;
    }
    case Kind::print_list:
        for (const Tree& part : tree.parts) {
            if (part->kind == Kind::text) {
                print_text(part->text, true);
                continue;
            }
            Number value = evaluate(*part);
            if (failed_) break;
            print(value, false);
        }
        break;
    case Kind::if_else: {
        bool yes = !evaluate(*tree.parts[0]).is_zero();
        if (failed_) break;
        if (yes) return execute(*tree.parts[1]);
        if (tree.parts.size() > 2) return execute(*tree.parts[2]);
        break;
    }
    case Kind::loop: return execute_loop(tree);
    case Kind::break_loop: return Flow::broken;
    case Kind::continue_loop: return Flow::continued;
    case Kind::give_back:
        result_ = tree.parts.empty() ? Number() : evaluate(*tree.parts[0]);
        flow = Flow::returned;
        break;
    case Kind::halt:
    case Kind::quit: return Flow::halted;
    default: evaluate(tree);
    }
    return failed_ ? Flow::failed : flow;
}

Interpreter::Flow Interpreter::execute_loop(const Node& tree) {
    auto run_part = [this](const Node& part) {
        if (part.kind != Kind::nothing) evaluate(part);
    };
    for (run_part(*tree.parts[0]); !failed_; run_part(*tree.parts[2])) {
        if (tree.parts[1]->kind != Kind::nothing && evaluate(*tree.parts[1]).is_zero()) break;
        if (failed_) break;
        Flow flow = execute(*tree.parts[3]);
        if (flow == Flow::broken) break;
        if (flow != Flow::next && flow != Flow::continued) return flow;
    }
    return failed_ ? Flow::failed : Flow::next;
}

std::optional<int64_t> Interpreter::index_of(const Node& place) {
    auto index = evaluate(*place.parts[0]).to_integer();
    if (failed_) return std::nullopt;
    if (index && *index >= 0 && *index <= kMostIndex) return index;
    fail("Array subscript out of bounds");
    return std::nullopt;
}

Number Interpreter::load(const Node& place) {
    switch (place.kind) {
    case Kind::variable: return variable(place.name);
    case Kind::element: {
        if (place.whole_array) {
            fail("an array is no value");
            return {};
        }
        auto index = index_of(place);
        if (!index) return {};
        auto found = array(place.name).find(*index);
        return found == array(place.name).end() ? Number() : found->second;
    }
    default: break;
    }
    switch (static_cast<Special>(place.name)) {
    case Special::scale: return Number(static_cast<int64_t>(scale));
    case Special::ibase: return Number(input_base_);
    case Special::obase: return Number(output_base_);
    case Special::last: break;
    }
    return last_;
}

void Interpreter::store(const Node& place, const Number& value) {
    if (place.kind == Kind::variable) {
        variable(place.name) = value;
        return;
    }
    if (place.kind == Kind::element) {
        if (auto index = index_of(place)) array(place.name)[*index] = value;
        return;
    }
    int64_t number = value.to_integer().value_or(value.is_negative() ? INT64_MIN : INT64_MAX);
    switch (static_cast<Special>(place.name)) {
    case Special::scale:
        if (number < 0) warn("line %u: negative scale, set to 0", line_);
        scale = static_cast<size_t>(std::clamp<int64_t>(number, 0, kMostScale));
        break;
    case Special::ibase:
        if (number < 2 || number > 16)
            warn("line %u: ibase out of bounds, set to %d", line_, number < 2 ? 2 : 16);
        input_base_ = static_cast<unsigned>(std::clamp<int64_t>(number, 2, 16));
        break;
    case Special::obase:
        if (number < 2 || number > INT_MAX) warn("line %u: obase out of bounds", line_);
        output_base_ = static_cast<unsigned>(std::clamp<int64_t>(number, 2, 999999999));
        break;
    case Special::last: last_ = value; break;
    }
}

Number Interpreter::binary(char operation, const Number& left, const Number& right) {
    switch (operation) {
    case '+': return Number::add(left, right);
    case '-': return Number::subtract(left, right);
    case '*': return Number::multiply(left, right, scale);
    case '/':
    case '%':
        if (right.is_zero()) {
            fail(operation == '/' ? "Divide by zero" : "Modulo by zero");
            return {};
        }
        return operation == '/' ? Number::divide(left, right, scale) : Number::modulo(left, right, scale);
    case '^': {
        auto exponent = right.to_integer();
        if (right.scale() > 0 && Number::compare(right, right.truncated(0)) != 0)
            warn("line %u: non-zero scale in exponent", line_);
        if (!exponent || (*exponent < 0 && left.is_zero())) {
            fail(exponent ? "Divide by zero" : "exponent too large in raise");
            return {};
        }
        return Number::power(left, *exponent, scale);
    }
    }
    int order = Number::compare(left, right);
    bool holds = operation == '='   ? order == 0
                 : operation == 'n' ? order != 0
                 : operation == '<' ? order < 0
                 : operation == '>' ? order > 0
                 : operation == 'l' ? order <= 0
                                    : order >= 0;
    return Number(holds);
}

Number Interpreter::evaluate(const Node& tree) {
    if (failed_) return {};
    switch (tree.kind) {
    case Kind::number: return Number::parse(tree.text, input_base_);
    case Kind::variable:
    case Kind::element:
    case Kind::special: return load(tree);
    case Kind::assign: {
        Number value = evaluate(*tree.parts[1]);
        if (tree.operation && !failed_) value = binary(tree.operation, load(*tree.parts[0]), value);
        if (!failed_) store(*tree.parts[0], value);
        return value;
    }
    case Kind::step_before:
    case Kind::step_behind: {
        Number before = load(*tree.parts[0]), after = binary(tree.operation, before, Number(1));
        if (!failed_) store(*tree.parts[0], after);
        return tree.kind == Kind::step_before ? after : before;
    }
    case Kind::negate: return evaluate(*tree.parts[0]).negated();
    case Kind::invert: return Number(evaluate(*tree.parts[0]).is_zero());
    case Kind::binary: {
        Number left = evaluate(*tree.parts[0]), right = evaluate(*tree.parts[1]);
        return failed_ ? Number() : binary(tree.operation, left, right);
    }
    // Both sides count, as in GNU's.
    case Kind::logical_and: {
        Number left = evaluate(*tree.parts[0]);
        return left.is_zero() ? Number() : Number(!evaluate(*tree.parts[1]).is_zero());
    }
    case Kind::logical_or: {
        Number left = evaluate(*tree.parts[0]);
        return !left.is_zero() ? Number(1) : Number(!evaluate(*tree.parts[1]).is_zero());
    }
    case Kind::call: return call(tree);
    case Kind::built_in: return built_in(tree);
    default: return {};
    }
}

Number Interpreter::call(const Node& tree) {
    if (tree.name >= functions_.size() || !functions_[tree.name].defined) {
        fail("Function not defined.");
        return {};
    }
    const std::vector<Parameter> parameters = functions_[tree.name].parameters,
                                 automatic = functions_[tree.name].automatic;
    if (tree.parts.size() != parameters.size()) {
        fail("Parameter number mismatch");
        return {};
    }
    if (++depth_ > kMostCalls) fail("Function calls nested too deeply");
    std::vector<Number> values;
    std::vector<Array> arrays;
    for (size_t index = 0; index < parameters.size() && !failed_; ++index) {
        const Node& argument = *tree.parts[index];
        bool given_array = argument.kind == Kind::element && argument.whole_array;
        if (given_array != parameters[index].is_array) {
            fail("Parameter type mismatch");
        } else if (given_array) {
            arrays.push_back(array(argument.name));
            values.emplace_back();
        } else {
            values.push_back(evaluate(argument));
            arrays.emplace_back();
        }
    }
    if (failed_) {
        --depth_;
        return {};
    }
    std::vector<std::pair<Parameter, std::pair<Number, Array>>> saved;
    auto put = [&](const Parameter& name, Number value, Array elements) {
        if (name.is_array) {
            saved.push_back({name, {Number(), std::move(array(name.name))}});
            array(name.name) = std::move(elements);
        } else {
            saved.push_back({name, {std::move(variable(name.name)), {}}});
            variable(name.name) = std::move(value);
        }
    };
    for (size_t index = 0; index < parameters.size(); ++index)
        put(parameters[index], std::move(values[index]), std::move(arrays[index]));
    for (const Parameter& each : automatic) put(each, Number(), {});
    result_ = Number();
    if (execute(*functions_[tree.name].body) == Flow::halted) finish(0);
    Number result = failed_ ? Number() : std::move(result_);
    for (size_t index = saved.size(); index-- > 0;) {
        if (saved[index].first.is_array)
            array(saved[index].first.name) = std::move(saved[index].second.second);
        else
            variable(saved[index].first.name) = std::move(saved[index].second.first);
    }
    --depth_;
    return result;
}

Number Interpreter::built_in(const Node& tree) {
    auto which = static_cast<BuiltIn>(tree.name);
    if (which == BuiltIn::read) return read_number();
    Number value = evaluate(*tree.parts[0]);
    if (failed_) return {};
    switch (which) {
    case BuiltIn::length: return Number(static_cast<int64_t>(value.length()));
    case BuiltIn::scale: return Number(static_cast<int64_t>(value.scale()));
    default: break;
    }
    if (value.is_negative()) {
        fail("Square root of a negative number");
        return {};
    }
    return value.square_root(scale);
}

// A number from standard input, a line of its own.
Number Interpreter::read_number() {
    out.flush();
    auto line = input_.next_line();
    if (!line) return {};
    std::string text;
    bool negative = false;
    for (char each : *line) {
        if (each == '-' && text.empty()) negative = true;
        if ((each >= '0' && each <= '9') || (each >= 'A' && each <= 'F') ||
            (each == '.' && !text.contains('.')))
            text.push_back(each);
    }
    if (text.empty() || text == ".") return {};
    Number value = Number::parse(text, input_base_);
    return negative ? value.negated() : value;
}

} // namespace coreutils::bc
