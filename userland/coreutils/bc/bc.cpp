// bc: arbitrary-precision arithmetic (POSIX.1-2017 bc, with what GNU bc adds to the language).
#include "bc/interpreter.h"
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"

#include <unistd.h>

namespace coreutils::bc {
namespace {

constexpr Option kOptions[] = {
    {'l', "mathlib", nullptr, "define s, c, a, l, e and j; scale is 20"},
    {'i', "interactive", nullptr, nullptr},
    {'q', "quiet", nullptr, nullptr},
    {'s', "standard", nullptr, nullptr},
    {'w', "warn", nullptr, nullptr},
};

class Calculator {
public:
    Calculator() : interpreter_(functions_, standard_) {}

    void run_text(std::string_view text) {
        run([text](std::string& line) mutable {
            if (text.empty()) return false;
            size_t end = std::min(text.find('\n'), text.size() - 1);
            line = text.substr(0, end + 1);
            text.remove_prefix(end + 1);
            return true;
        });
    }

    // False when the program ended itself.
    bool run_input(Input& input) {
        return run([&input](std::string& line) {
            // What was computed is seen before more is asked for.
            if (!input.buffered().contains('\n')) out.flush();
            auto next = input.next_line();
            if (!next) return false;
            line = *next;
            line.push_back('\n');
            return true;
        });
    }
    Input& standard() { return standard_; }

private:
    static bool holds_quit(const Node& tree) {
        if (tree.kind == Kind::quit) return true;
        for (const Tree& part : tree.parts)
            if (part && holds_quit(*part)) return true;
        return false;
    }

    bool run(std::function<bool(std::string&)> next_line) {
        Parser parser(names_, functions_, std::move(next_line));
        std::optional<SyntaxError> error;
        while (auto tree = parser.next(error)) {
            if (error) {
                warn("line %u: %s", error->line, error->message.c_str());
                error.reset();
                continue;
            }
            // `quit` ends the program when it is read, wherever it stands.
            if (holds_quit(**tree) || interpreter_.run(**tree)) return false;
        }
        return true;
    }

    Names names_;
    std::vector<Function> functions_;
    Input standard_{STDIN_FILENO};
    Interpreter interpreter_;
};

int run(Arguments& arguments) {
    Calculator calculator;
    bool library = false;
    while (auto option = arguments.next_option())
        if (*option == 'l') library = true;
    if (library) calculator.run_text(kLibrary);
    for (const char* operand : arguments.operands()) {
        Input input;
        if (!input.open(operand)) die(1, "File %s is unavailable.", operand);
        if (!calculator.run_input(input)) return 0;
        if (input.error()) die_errno(1, operand, input.error());
    }
    if (!calculator.run_input(calculator.standard())) return 0;
    if (int error = calculator.standard().error()) die_errno(1, input_label("-"), error);
    return 0;
}

constexpr Tool kTool = {
    .name = "bc",
    .synopsis = "[-l] [FILE]...",
    .summary = "Calculate with numbers of any length.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils::bc
