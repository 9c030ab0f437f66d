// Runs a parsed program: the tree is walked, one evaluation function a kind of node.
#pragma once

#include "awk/fields.h"
#include "awk/streams.h"
#include "awk/syntax.h"

#include <span>

namespace coreutils::awk {

class Interpreter {
public:
    explicit Interpreter(Program& program);

    // NAME=VALUE of -v or an operand; the value's escapes are replaced.
    void assign_from_command_line(std::string_view name, std::string_view value);
    void set_arguments(std::span<char*> arguments);
    // The exit status.
    int run();

private:
    enum class Flow : unsigned char {
        normal,
        break_loop,
        continue_loop,
        next_record,
        next_file,
        exit_program,
        return_value
    };

    // Statements.
    Flow execute(Node& node);
    Flow execute_statement(Node& node);
    Flow execute_loop(Node& node);
    Flow execute_for_in(Node& node);
    Flow execute_body(Node& node, bool& leave);
    Flow run_rules();
    bool matches_rule(Rule& rule);
    void execute_print(Node& node);

    // Expressions.
    Value evaluate(Node& node);
    bool evaluate_condition(Node& node);
    double evaluate_number(Node& node);
    std::string evaluate_text(Node& node);
    Value evaluate_step(Node& node);
    // What can be assigned to, with its subscript or field number evaluated once.
    struct Place {
        Node& target;
        std::string key = {};
        size_t field = 0;
    };
    Place locate(Node& target);
    Value load(const Place& place);
    Value store(const Place& place, Value value);
    Value assign(Node& target, Value value) { return store(locate(target), std::move(value)); }
    Value call(Node& node);
    Value call_builtin(Node& node);
    Value getline(Node& node);
    double arithmetic(Token operation, double left, double right);
    bool matches(Node& pattern, std::string_view text);
    const Regex& regex_of(Node& node);

    // Built-in functions that are more than a line.
    Value substring(Node& node);
    Value substitute(Node& node);
    Value extension(Node& node); // of gawk
    Value split(Node& node);
    Value match(Node& node);
    std::string format(std::span<NodePointer> arguments);

    // Variables.
    Cell& global(unsigned slot) { return globals_[slot]; }
    Array& array_of(Node& node) {
        return node.flag ? frame_[node.slot].as_array() : globals_[node.slot].as_array();
    }
    std::string subscript(std::span<NodePointer> expressions);
    void set_special(unsigned slot);
    std::string text_of(unsigned slot) { return globals_[slot].value.text(convfmt_); }
    Value field(double number);
    size_t field_number(double number);

    // Input of the main loop.
    bool next_record();
    std::optional<std::string_view> read_main_record();
    bool open_next_file();

    Program& program_;
    std::vector<Cell> globals_;
    Cell* frame_ = nullptr; // parameters of the function that runs
    const char* stack_limit_;
    Value return_value_;
    // exit or next met in a function: every statement on the way out ends with it.
    Flow pending_ = Flow::normal;
    std::vector<regmatch_t> matches_;
    Fields fields_;
    Streams streams_;
    Separator separator_;
    std::unique_ptr<RecordReader> main_input_;
    size_t next_argument_ = 1;
    bool read_any_file_ = false, input_ended_ = false;
    double record_number_ = 0, file_record_number_ = 0;
    int status_ = 0;
    std::string convfmt_ = "%.6g", ofmt_ = "%.6g", ofs_ = " ", ors_ = "\n", subsep_ = "\034";
    std::unordered_map<std::string, std::unique_ptr<Regex>> dynamic_regexes_;
    uint64_t random_state_ = 0;
    double seed_ = 0;
};

} // namespace coreutils::awk
