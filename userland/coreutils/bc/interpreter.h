// Runs trees of bc: variables and arrays by number, values of a function's names put back when it ends.
#pragma once

#include "bc/number.h"
#include "bc/parser.h"
#include "framework/input.h"

#include <map>

namespace coreutils::bc {

class Interpreter {
public:
    Interpreter(std::vector<Function>& functions, Input& input) : functions_(functions), input_(input) {}

    // Runs a line. An error gives a message and ends the line; true when `halt` or `quit` was met.
    bool run(const Node& tree);
    size_t scale = 0;

private:
    using Array = std::map<int64_t, Number>;
    enum class Flow { next, broken, continued, returned, halted, failed };

    Flow execute(const Node& tree);
    Flow execute_loop(const Node& tree);
    Number evaluate(const Node& tree);
    Number binary(char operation, const Number& left, const Number& right);
    Number call(const Node& tree);
    Number built_in(const Node& tree);
    Number read_number();
    Number load(const Node& place);
    void store(const Node& place, const Number& value);
    std::optional<int64_t> index_of(const Node& place);
    void print(const Number& value, bool newline);
    void print_text(std::string_view text, bool escapes);
    void put_wrapped(std::string_view text);
    void fail(const char* message);

    Number& variable(size_t name) {
        if (variables_.size() <= name) variables_.resize(name + 1);
        return variables_[name];
    }
    Array& array(size_t name) {
        if (arrays_.size() <= name) arrays_.resize(name + 1);
        return arrays_[name];
    }

    std::vector<Function>& functions_;
    Input& input_;
    std::vector<Number> variables_;
    std::vector<Array> arrays_;
    Number last_, result_;
    unsigned input_base_ = 10, output_base_ = 10, depth_ = 0, line_ = 0;
    size_t column_ = 0;
    bool failed_ = false;
};

// The functions of bc -l, in bc.
extern const char* const kLibrary;

} // namespace coreutils::bc
