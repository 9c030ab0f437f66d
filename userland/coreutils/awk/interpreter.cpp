// Statements, the main loop, variables. See interpreter.h; expressions are in expressions.cpp, functions in
// builtins.cpp.
#include "awk/interpreter.h"

#include "framework/diagnostics.h"
#include "lib/numbers.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

extern char** environ;

namespace coreutils::awk {
namespace {

// Left free below the deepest evaluation: for the library's own frames.
constexpr size_t kStackReserve = 256 * 1024;

bool is_assignment(std::string_view operand) {
    size_t equals = operand.find('=');
    if (equals == 0 || equals == std::string_view::npos || isdigit(static_cast<unsigned char>(operand[0])))
        return false;
    for (char byte : operand.substr(0, equals))
        if (!isalnum(static_cast<unsigned char>(byte)) && byte != '_') return false;
    return true;
}

// CONVFMT and OFMT reach printf(3) with one double: anything but one conversion of floating point is refused.
std::string number_format(std::string format, const char* name) {
    size_t conversions = 0;
    for (size_t at = 0; at < format.size(); ++at) {
        if (format[at] != '%') continue;
        if (at + 1 < format.size() && format[at + 1] == '%') {
            ++at;
            continue;
        }
        size_t letter = format.find_first_not_of("-+ #0123456789.", at + 1);
        if (letter == std::string::npos || !strchr("aAeEfFgGdi", format[letter]))
            die(2, "%s: '%s' formats no number", name, format.c_str());
        if (format[letter] == 'd' || format[letter] == 'i')
            format.replace(letter, 1, letter > 0 && format.find('.', at) < letter ? "f" : ".0f");
        ++conversions;
    }
    if (conversions > 1) die(2, "%s: '%s' formats more than one number", name, format.c_str());
    return format;
}

} // namespace

Interpreter::Interpreter(Program& program) : program_(program), globals_(program.globals.size()) {
    char here;
    rlimit limit;
    size_t stack_bytes = 8 * 1024 * 1024;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < 64 * 1024 * 1024)
        stack_bytes = limit.rlim_cur;
    stack_limit_ = &here - (stack_bytes > 2 * kStackReserve ? stack_bytes - kStackReserve : stack_bytes / 2);

    auto set = [&](Special slot, Value value) { globals_[slot].value = std::move(value); };
    set(kFs, Value(" "));
    set(kOfs, Value(" "));
    set(kOrs, Value("\n"));
    set(kRs, Value("\n"));
    set(kSubsep, Value("\034"));
    set(kConvfmt, Value("%.6g"));
    set(kOfmt, Value("%.6g"));
    for (Special slot : {kNf, kNr, kFnr, kRstart}) set(slot, Value(0.0));
    set(kRlength, Value(-1.0));
    Array& environment = globals_[kEnviron].as_array();
    for (char** variable = environ; variable && *variable; ++variable)
        if (const char* equals = strchr(*variable, '='))
            environment.at(std::string(*variable, static_cast<size_t>(equals - *variable))) =
                Value::input(equals + 1);
}

void Interpreter::assign_from_command_line(std::string_view name, std::string_view value) {
    unsigned slot = program_.global_slot(std::string(name));
    if (slot >= globals_.size()) return; // the program does not know it
    for (const Function& function : program_.functions)
        if (function.name == name) die(2, "cannot assign to function %s", function.name.c_str());
    globals_[slot].value = Value::input(unescape(value));
    set_special(slot);
}

void Interpreter::set_arguments(std::span<char*> arguments) {
    Array& list = globals_[kArgv].as_array();
    list.at("0") = Value(std::string("awk"));
    for (size_t index = 0; index < arguments.size(); ++index)
        list.at(std::to_string(index + 1)) = Value::input(arguments[index]);
    globals_[kArgc].value = Value(static_cast<double>(arguments.size() + 1));
}

// After an assignment: what the variable controls follows.
void Interpreter::set_special(unsigned slot) {
    switch (slot) {
    case kNf: {
        double count = globals_[kNf].value.number();
        if (!(count >= 0)) die(2, "NF cannot be negative");
        fields_.set_count(count > Fields::kMost ? Fields::kMost + 1 : static_cast<size_t>(count));
        break;
    }
    case kNr:
        record_number_ = globals_[kNr].value.number();
        break;
    case kFnr:
        file_record_number_ = globals_[kFnr].value.number();
        break;
    case kFs:
        fields_.count(); // the record in hand keeps its old fields
        fields_.splitter.set(text_of(kFs));
        break;
    case kOfs:
        fields_.get(0, ofs_, convfmt_); // fields that were changed before are joined by the old one
        ofs_ = text_of(kOfs);
        break;
    case kOrs:
        ors_ = text_of(kOrs);
        break;
    case kRs:
        fields_.count();
        separator_.set(text_of(kRs));
        fields_.paragraph = separator_.mode == Separator::Mode::paragraph;
        break;
    case kSubsep:
        subsep_ = text_of(kSubsep);
        break;
    case kConvfmt:
        convfmt_ = number_format(globals_[kConvfmt].value.text("%.6g"), "CONVFMT");
        break;
    case kOfmt:
        ofmt_ = number_format(text_of(kOfmt), "OFMT");
        break;
    }
}

bool Interpreter::open_next_file() {
    auto count = static_cast<size_t>(globals_[kArgc].value.number());
    Array& arguments = globals_[kArgv].as_array();
    while (next_argument_ < count) {
        std::string key = std::to_string(next_argument_++);
        if (!arguments.contains(key)) continue;
        std::string operand = arguments.at(key).text(convfmt_);
        if (operand.empty()) continue;
        if (is_assignment(operand)) {
            size_t equals = operand.find('=');
            assign_from_command_line(operand.substr(0, equals), operand.substr(equals + 1));
            continue;
        }
        main_input_ = std::make_unique<RecordReader>();
        read_any_file_ = true;
        if (!main_input_->open(operand == "/dev/stdin" ? "-" : operand.c_str())) {
            warn_errno(operand);
            status_ = 2;
            main_input_.reset();
            continue;
        }
        globals_[kFilename].value = Value(operand);
        file_record_number_ = 0;
        return true;
    }
    if (read_any_file_) return false;
    read_any_file_ = true;
    main_input_ = std::make_unique<RecordReader>();
    return main_input_->open("-");
}

// Reads the next record of the main input into $0.
bool Interpreter::next_record() {
    auto record = read_main_record();
    if (record) fields_.set_record(*record);
    return record.has_value();
}

std::optional<std::string_view> Interpreter::read_main_record() {
    for (;;) {
        if (input_ended_) return std::nullopt;
        if (!main_input_ && !open_next_file()) {
            input_ended_ = true;
            return std::nullopt;
        }
        if (auto record = main_input_->next(separator_)) {
            ++record_number_;
            ++file_record_number_;
            return record;
        }
        if (main_input_->error()) {
            warn_errno(text_of(kFilename), main_input_->error());
            status_ = 2;
        }
        main_input_.reset();
    }
}

bool Interpreter::matches_rule(Rule& rule) {
    if (!rule.pattern) return true;
    if (!rule.range_end) return evaluate_condition(*rule.pattern);
    if (!rule.in_range) {
        if (!evaluate_condition(*rule.pattern)) return false;
        rule.in_range = true;
    }
    if (evaluate_condition(*rule.range_end)) rule.in_range = false;
    return true;
}

Interpreter::Flow Interpreter::run_rules() {
    while (next_record()) {
        for (Rule& rule : program_.rules) {
            bool holds = matches_rule(rule);
            if (pending_ == Flow::exit_program) return pending_;
            if (!holds) continue;
            if (!rule.action) {
                out.write(fields_.get(0, ofs_, convfmt_).text(convfmt_));
                out.write(ors_);
                continue;
            }
            Flow flow = execute(*rule.action);
            if (flow == Flow::exit_program) return flow;
            pending_ = Flow::normal;
            if (flow == Flow::next_file) main_input_.reset();
            if (flow != Flow::normal) break;
        }
    }
    return Flow::normal;
}

int Interpreter::run() {
    Flow flow = Flow::normal;
    for (NodePointer& action : program_.begin)
        if (flow != Flow::exit_program) flow = execute(*action);
    if (flow != Flow::exit_program && (!program_.rules.empty() || !program_.end.empty())) flow = run_rules();
    // exit in BEGIN or a rule still runs END; exit in END ends it.
    flow = pending_ = Flow::normal;
    for (NodePointer& action : program_.end)
        if (flow != Flow::exit_program) flow = execute(*action);
    streams_.close_all();
    return status_;
}

// The body of a loop; `leave` tells that the loop is over, with the flow that goes on outside.
Interpreter::Flow Interpreter::execute_body(Node& node, bool& leave) {
    Flow flow = execute(node);
    leave = flow != Flow::normal && flow != Flow::continue_loop;
    return flow == Flow::break_loop || flow == Flow::continue_loop ? Flow::normal : flow;
}

Interpreter::Flow Interpreter::execute_loop(Node& node) {
    bool leave = false;
    if (node.kind == Kind::for_loop) {
        if (node.children[0]) execute(*node.children[0]);
        while (!node.children[1] || evaluate_condition(*node.children[1])) {
            Flow flow = execute_body(*node.children[3], leave);
            if (leave) return flow;
            if (node.children[2]) execute(*node.children[2]);
        }
        return Flow::normal;
    }
    bool test_first = node.kind == Kind::while_loop;
    Node& condition = *node.children[test_first ? 0 : 1];
    Node& body = *node.children[test_first ? 1 : 0];
    if (test_first && !evaluate_condition(condition)) return Flow::normal;
    do {
        Flow flow = execute_body(body, leave);
        if (leave) return flow;
    } while (evaluate_condition(condition));
    return Flow::normal;
}

Interpreter::Flow Interpreter::execute_for_in(Node& node) {
    bool leave = false;
    std::vector<std::string> keys = array_of(node).keys();
    for (std::string& key : keys) {
        if (!array_of(node).contains(key)) continue;
        assign(*node.children[0], Value::input(key));
        Flow flow = execute_body(*node.children[1], leave);
        if (leave) return flow;
    }
    return Flow::normal;
}

void Interpreter::execute_print(Node& node) {
    std::span<NodePointer> arguments = node.children;
    Output* target = &out;
    std::string line;
    if (node.redirection != Redirection::none) arguments = arguments.first(arguments.size() - 1);
    if (node.kind == Kind::print_format) {
        line = format(arguments);
    } else if (arguments.empty()) {
        line = fields_.get(0, ofs_, convfmt_).text(convfmt_) + ors_;
    } else {
        for (size_t index = 0; index < arguments.size(); ++index) {
            if (index > 0) line.append(ofs_);
            Value value = evaluate(*arguments[index]);
            if (const std::string* text = value.text_if_string())
                line.append(*text);
            else
                line.append(value.text(ofmt_));
        }
        line.append(ors_);
    }
    if (node.redirection != Redirection::none) {
        std::string name = evaluate_text(*node.children.back());
        target = node.redirection == Redirection::pipe
                     ? &streams_.command_output(name)
                     : &streams_.file_output(name, node.redirection == Redirection::append);
    }
    if (pending_ != Flow::normal) return;
    target->write(line);
    if (target == &out && out.is_terminal()) out.flush();
}

Interpreter::Flow Interpreter::execute(Node& node) {
    Flow flow = execute_statement(node);
    return flow == Flow::normal ? pending_ : flow;
}

Interpreter::Flow Interpreter::execute_statement(Node& node) {
    switch (node.kind) {
    case Kind::block:
        for (NodePointer& statement : node.children)
            if (Flow flow = execute(*statement); flow != Flow::normal) return flow;
        return Flow::normal;
    case Kind::expression:
        evaluate(*node.children[0]);
        return Flow::normal;
    case Kind::print:
    case Kind::print_format:
        execute_print(node);
        return Flow::normal;
    case Kind::if_else:
        if (evaluate_condition(*node.children[0])) return execute(*node.children[1]);
        return node.children.size() > 2 ? execute(*node.children[2]) : Flow::normal;
    case Kind::while_loop:
    case Kind::do_loop:
    case Kind::for_loop:
        return execute_loop(node);
    case Kind::for_in:
        return execute_for_in(node);
    case Kind::break_loop:
        return Flow::break_loop;
    case Kind::continue_loop:
        return Flow::continue_loop;
    case Kind::next_record:
        return Flow::next_record;
    case Kind::next_file:
        return Flow::next_file;
    case Kind::exit_program:
        if (!node.children.empty()) status_ = static_cast<int>(evaluate_number(*node.children[0]));
        return Flow::exit_program;
    case Kind::return_value:
        return_value_ = node.children.empty() ? Value() : evaluate(*node.children[0]);
        return Flow::return_value;
    case Kind::delete_element:
        array_of(node).erase(subscript(node.children));
        return Flow::normal;
    case Kind::delete_array:
        array_of(node).clear();
        return Flow::normal;
    default:
        evaluate(node);
        return Flow::normal;
    }
}

} // namespace coreutils::awk
