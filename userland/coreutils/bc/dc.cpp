// dc: the calculator in reverse Polish notation (BSD and GNU): numbers of any length, strings as macros,
// registers that are stacks, arrays.
#include "bc/number.h"
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/spawn.h"

#include <algorithm>
#include <map>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <vector>

namespace coreutils::bc {
namespace {

constexpr Option kOptions[] = {
    {'e', "expression", "SCRIPT", "run the commands of SCRIPT; may be repeated"},
    {'f', "file", "FILE", "run the commands of FILE; may be repeated"},
};

struct Value {
    Number number;
    std::string text;
    bool is_text = false;
};

struct Register {
    std::vector<Value> stack;
    std::map<int64_t, Value> array;
};

class Dc {
public:
    // False when the script ended the program.
    bool run(std::string_view script) {
        frames_.push_back({std::string(script), 0});
        while (!frames_.empty()) {
            Frame& frame = frames_.back();
            if (frame.at >= frame.text.size()) {
                frames_.pop_back();
                continue;
            }
            char command = frame.text[frame.at++];
            if (!step(command)) return false;
        }
        return true;
    }

private:
    struct Frame {
        std::string text;
        size_t at;
    };

    // Takes the character behind the command.
    char argument() {
        Frame& frame = frames_.back();
        return frame.at < frame.text.size() ? frame.text[frame.at++] : '\0';
    }
    char peek() const {
        const Frame& frame = frames_.back();
        return frame.at < frame.text.size() ? frame.text[frame.at] : '\0';
    }

    bool has(size_t count) {
        if (stack_.size() >= count) return true;
        warn("stack empty");
        return false;
    }
    Value pop() {
        Value value = std::move(stack_.back());
        stack_.pop_back();
        return value;
    }
    void push(Number number) { stack_.push_back({std::move(number), {}, false}); }

    // Whether the `count` topmost values are there and are numbers.
    bool has_numbers(size_t count) {
        if (!has(count)) return false;
        for (size_t i = 0; i < count; ++i)
            if (stack_[stack_.size() - 1 - i].is_text) {
                warn("non-numeric value");
                return false;
            }
        return true;
    }

    void read_number(char first) {
        std::string text(1, first);
        bool point = first == '.';
        Frame& frame = frames_.back();
        for (; frame.at < frame.text.size(); ++frame.at) {
            char byte = frame.text[frame.at];
            if (byte == '.' && point) break;
            if (!strchr("0123456789ABCDEF.", byte) || !byte) break;
            point |= byte == '.';
            text.push_back(byte);
        }
        bool negative = text[0] == '_';
        std::string digits = negative ? text.substr(1) : text;
        Number number = digits.empty() || digits == "." ? Number(0) : Number::parse(digits, input_base_);
        push(negative ? number.negated() : number);
    }

    void read_string() {
        Frame& frame = frames_.back();
        std::string text;
        for (int depth = 1; frame.at < frame.text.size(); ++frame.at) {
            char byte = frame.text[frame.at];
            depth += (byte == '[') - (byte == ']');
            if (depth == 0) break;
            text.push_back(byte);
        }
        ++frame.at;
        stack_.push_back({{}, std::move(text), true});
    }

    // Long numbers go on in the next line after a backslash, as bc's do.
    static void write_number(const std::string& digits) {
        const char* setting = getenv("DC_LINE_LENGTH");
        size_t width = setting ? static_cast<size_t>(atoi(setting)) : 70;
        if (width < 2) return out.write(digits);
        std::string_view rest = digits;
        for (; rest.size() > width - 1; rest.remove_prefix(width - 1)) {
            out.write(rest.substr(0, width - 1));
            out.write("\\\n");
        }
        out.write(rest);
    }
    void print(const Value& value) const {
        if (value.is_text)
            out.write(value.text);
        else
            write_number(value.number.text(output_base_));
    }

    void arithmetic(char command) {
        if (!has_numbers(2)) return;
        Number right = pop().number, left = pop().number;
        bool divides = command == '/' || command == '%' || command == '~';
        if (divides && right.is_zero()) {
            warn("divide by zero");
            push(left);
            return push(right);
        }
        switch (command) {
        case '+':
            return push(Number::add(left, right));
        case '-':
            return push(Number::subtract(left, right));
        case '*':
            return push(Number::multiply(left, right, scale_));
        case '/':
            return push(Number::divide(left, right, scale_));
        case '%':
            return push(Number::modulo(left, right, scale_));
        case '~':
            push(Number::divide(left, right, scale_));
            return push(Number::modulo(left, right, scale_));
        case '^': {
            auto exponent = right.to_integer();
            if (!exponent) return warn("exponent too large");
            if (left.is_zero() && *exponent < 0) {
                warn("divide by zero");
                return push(0);
            }
            return push(Number::power(left, *exponent, scale_));
        }
        }
    }

    void power_modulo() {
        if (!has_numbers(3)) return;
        Number modulus = pop().number, exponent = pop().number, base = pop().number;
        if (modulus.is_zero()) return warn("remainder by zero");
        if (exponent.is_negative()) return warn("negative exponent");
        Number result = 1, two = 2;
        exponent = exponent.truncated(0);
        base = Number::modulo(base, modulus, 0);
        while (!exponent.is_zero()) {
            if (!Number::modulo(exponent, two, 0).is_zero())
                result = Number::modulo(Number::multiply(result, base, 0), modulus, 0);
            base = Number::modulo(Number::multiply(base, base, 0), modulus, 0);
            exponent = Number::divide(exponent, two, 0);
        }
        push(Number::modulo(result, modulus, 0));
    }

    void square_root() {
        if (!has_numbers(1)) return;
        if (stack_.back().number.is_negative()) return warn("square root of negative number");
        Number number = pop().number;
        push(number.square_root(std::max(scale_, number.scale())));
    }

    // A macro replaces the one that it ends: recursion at the end needs no room.
    void execute_text(std::string text) {
        if (!frames_.empty() && frames_.back().at >= frames_.back().text.size()) frames_.pop_back();
        frames_.push_back({std::move(text), 0});
    }
    void execute_top() {
        if (!has(1)) return;
        if (stack_.back().is_text) execute_text(pop().text);
    }

    void compare(bool negated, char relation) {
        char name = argument(), otherwise = '\0';
        if (peek() == 'e') {
            argument();
            otherwise = argument();
        }
        if (!has_numbers(2)) return;
        Number top = pop().number, next = pop().number;
        int order = Number::compare(top, next);
        bool holds = relation == '<' ? order < 0 : relation == '>' ? order > 0 : order == 0;
        if (holds == negated) name = otherwise;
        if (!name) return;
        auto& stack = registers_[name].stack;
        if (stack.empty())
            return warn("register '%c' (0%o) is empty", name, static_cast<unsigned char>(name));
        if (stack.back().is_text) execute_text(stack.back().text);
    }

    void use_register(char command) {
        char name = argument();
        Register& target = registers_[name];
        switch (command) {
        case 's':
            if (!has(1)) return;
            if (target.stack.empty()) target.stack.emplace_back();
            target.stack.back() = pop();
            return;
        case 'S':
            if (has(1)) target.stack.push_back(pop());
            return;
        case 'l':
            if (target.stack.empty()) return push(0);
            stack_.push_back(target.stack.back());
            return;
        case 'L':
            if (target.stack.empty())
                return warn("stack register '%c' (0%o) is empty", name, static_cast<unsigned char>(name));
            stack_.push_back(std::move(target.stack.back()));
            target.stack.pop_back();
            return;
        case ':': {
            if (!has(2)) return;
            auto index = pop().number.to_integer();
            Value value = pop();
            if (!index || *index < 0) return warn("array index must be a nonnegative integer");
            target.array[*index] = std::move(value);
            return;
        }
        case ';': {
            if (!has_numbers(1)) return;
            auto index = pop().number.to_integer();
            if (!index || *index < 0) return warn("array index must be a nonnegative integer");
            auto found = target.array.find(*index);
            stack_.push_back(found == target.array.end() ? Value() : found->second);
            return;
        }
        }
    }

    void set_parameter(char command) {
        if (!has_numbers(1)) return;
        auto value = pop().number.to_integer();
        if (command == 'k') {
            if (!value || *value < 0) return warn("scale must be a nonnegative integer");
            scale_ = static_cast<size_t>(*value);
        } else if (command == 'i') {
            if (!value || *value < 2 || *value > 16)
                return warn("input base must be a number between 2 and 16 (inclusive)");
            input_base_ = static_cast<unsigned>(*value);
        } else {
            if (!value || *value < 2) return warn("output base must be a number greater than 1");
            output_base_ = static_cast<unsigned>(*value);
        }
    }

    void print_as_bytes() {
        if (!has(1)) return;
        Value value = pop();
        if (value.is_text) return out.write(value.text);
        Number number = value.number.truncated(0), base = 256;
        std::string bytes;
        while (!number.is_zero()) {
            auto digit = Number::modulo(number, base, 0).to_integer();
            bytes.insert(bytes.begin(), static_cast<char>(llabs(digit.value_or(0))));
            number = Number::divide(number, base, 0);
        }
        out.write(bytes);
    }

    void to_character() {
        if (!has(1)) return;
        Value value = pop();
        if (!value.is_text) {
            auto number = value.number.to_integer();
            value.text = std::string(1, static_cast<char>(number.value_or(0)));
        }
        stack_.push_back({{}, value.text.substr(0, 1), true});
    }

    void rotate() {
        if (!has_numbers(1)) return;
        int64_t count = pop().number.to_integer().value_or(0);
        size_t span = std::min(static_cast<size_t>(llabs(count)), stack_.size());
        if (span < 2) return;
        auto first = stack_.end() - static_cast<ptrdiff_t>(span);
        std::rotate(first, count > 0 ? first + 1 : stack_.end() - 1, stack_.end());
    }

    // Leaves as many macros; false when that ends the program.
    bool leave(uint64_t levels) {
        if (levels >= frames_.size()) return false;
        frames_.resize(frames_.size() - levels);
        return true;
    }

    // Reads a line of standard input and runs it.
    void read_line() {
        out.flush();
        if (auto line = standard_.next_line()) execute_text(std::string(*line));
    }
    void run_shell() {
        Frame& frame = frames_.back();
        size_t end = std::min(frame.text.find('\n', frame.at), frame.text.size());
        std::string line = frame.text.substr(frame.at, end - frame.at);
        frame.at = end;
        char shell[] = "/bin/sh", flag[] = "-c";
        char* const command[] = {shell, flag, line.data(), nullptr};
        run_and_wait(command);
    }

    // Commands that look at the stack; false when `command` is none of them.
    bool stack_command(char command) {
        switch (command) {
        case 'p':
        case 'n':
        case 'P':
            if (command == 'P') {
                print_as_bytes();
            } else if (has(1)) {
                print(stack_.back());
                if (command == 'p') out.put('\n');
                else stack_.pop_back();
            }
            return true;
        case 'f':
            for (size_t i = stack_.size(); i-- > 0;) {
                print(stack_[i]);
                out.put('\n');
            }
            return true;
        case 'c':
            stack_.clear();
            return true;
        case 'd':
            if (has(1)) stack_.push_back(stack_.back());
            return true;
        case 'r':
            if (has(2)) std::swap(stack_[stack_.size() - 1], stack_[stack_.size() - 2]);
            return true;
        case 'R':
            rotate();
            return true;
        case 'z':
            push(static_cast<int64_t>(stack_.size()));
            return true;
        case 'Z':
            if (has(1)) {
                Value value = pop();
                push(static_cast<int64_t>(value.is_text ? value.text.size() : value.number.length()));
            }
            return true;
        case 'X':
            if (has(1)) {
                Value value = pop();
                push(static_cast<int64_t>(value.is_text ? 0 : value.number.scale()));
            }
            return true;
        default:
            return false;
        }
    }

    // False when the program ends.
    bool step(char command) {
        if (stack_command(command)) return true;
        switch (command) {
        case ' ':
        case '\t':
        case '\r':
        case '\n':
        case '\0':
            return true;
        case '0' ... '9':
        case 'A' ... 'F':
        case '.':
        case '_':
            read_number(command);
            return true;
        case '[':
            read_string();
            return true;
        case '+':
        case '-':
        case '*':
        case '/':
        case '%':
        case '~':
        case '^':
            arithmetic(command);
            return true;
        case '|':
            power_modulo();
            return true;
        case 'v':
            square_root();
            return true;
        case 's':
        case 'S':
        case 'l':
        case 'L':
        case ':':
        case ';':
            use_register(command);
            return true;
        case 'k':
        case 'i':
        case 'o':
            set_parameter(command);
            return true;
        case 'K':
            push(static_cast<int64_t>(scale_));
            return true;
        case 'I':
            push(input_base_);
            return true;
        case 'O':
            push(output_base_);
            return true;
        case 'a':
            to_character();
            return true;
        case 'x':
            execute_top();
            return true;
        case '<':
        case '>':
        case '=':
            compare(false, command);
            return true;
        case '?':
            read_line();
            return true;
        case '#':
            while (peek() && peek() != '\n') argument();
            return true;
        case 'q':
            return leave(2);
        case 'Q':
            if (!has_numbers(1)) return true;
            return leave(static_cast<uint64_t>(std::max<int64_t>(pop().number.to_integer().value_or(0), 1)));
        case '!':
            if (strchr("<>=", peek()) && peek())
                compare(true, argument());
            else
                run_shell();
            return true;
        default:
            warn("'%c' (%#o) unimplemented", command, static_cast<unsigned char>(command));
            return true;
        }
    }

    std::vector<Frame> frames_;
    std::vector<Value> stack_;
    std::map<char, Register> registers_;
    size_t scale_ = 0;
    unsigned input_base_ = 10, output_base_ = 10;
    Input standard_{STDIN_FILENO};
};

// Whether a string that `script` opens is still open at its end.
bool is_open(std::string_view script) {
    int depth = 0;
    for (char byte : script)
        if (byte == '[')
            ++depth;
        else if (byte == ']' && depth > 0)
            --depth;
    return depth > 0;
}

bool run_file(Dc& dc, const char* name) {
    Input input;
    if (!input.open(name)) die_errno(1, name);
    std::string script;
    while (auto line = input.next_line()) {
        script.append(*line).push_back('\n');
        if (is_open(script)) continue;
        if (!dc.run(script)) return false;
        script.clear();
        if (!input.buffered().contains('\n')) out.flush();
    }
    if (input.error()) die_errno(1, input_label(name), input.error());
    return dc.run(script);
}

int run(Arguments& arguments) {
    Dc dc;
    bool any = false;
    while (auto option = arguments.next_option()) {
        any = true;
        if (!(*option == 'e' ? dc.run(arguments.value()) : run_file(dc, arguments.value()))) return 0;
    }
    for (const char* operand : arguments.operands()) {
        any = true;
        if (!run_file(dc, operand)) return 0;
    }
    if (!any) run_file(dc, "-");
    return 0;
}

constexpr Tool kTool = {
    .name = "dc",
    .synopsis = "[-e SCRIPT] [-f FILE] [FILE]...",
    .summary = "Calculate in reverse Polish notation with numbers of any length.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils::bc
