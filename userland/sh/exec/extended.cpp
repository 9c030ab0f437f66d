// Commands beyond POSIX: [[ … ]], ((…)), for ((…)), and the children of <(…) and >(…).
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <regex.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.hpp"
#include "builtins/builtin.hpp"
#include "exec/executor.hpp"
#include "expand/expander.hpp"
#include "shell.hpp"

namespace sh {

namespace {

// Quoted characters of the pattern stand for themselves in the regular expression too.
std::string regular_expression(const Pattern& pattern) {
    std::string text;
    for (size_t i = 0; i < pattern.text.size(); ++i) {
        if (pattern.mask[i] && strchr(".[]{}()*+?^$|\\", pattern.text[i]))
            text += '\\';
        text += pattern.text[i];
    }
    return text;
}

int match_regular_expression(Shell& shell, const std::string& subject, const Pattern& pattern) {
    std::string expression = regular_expression(pattern);
    regex_t compiled;
    if (regcomp(&compiled, expression.c_str(), REG_EXTENDED | REG_NOSUB) != 0) {
        shell.complain({"[[: ", expression, ": not a regular expression"});
        return kStatusError;
    }
    int result = regexec(&compiled, subject.c_str(), 0, nullptr, 0);
    regfree(&compiled);
    return result == 0 ? 0 : 1;
}

bool compares_numbers(std::string_view name) {
    return name == "-eq" || name == "-ne" || name == "-gt" || name == "-ge" || name == "-lt" || name == "-le";
}

int compare_numbers(Shell& shell, std::string_view name, const std::string& left, const std::string& right) {
    int64_t a = 0, b = 0;
    if (!evaluate(shell, left, a) || !evaluate(shell, right, b))
        return kStatusError;
    bool holds = name == "-eq"   ? a == b
                 : name == "-ne" ? a != b
                 : name == "-gt" ? a > b
                 : name == "-ge" ? a >= b
                 : name == "-lt" ? a < b
                                 : a <= b;
    return holds ? 0 : 1;
}

// 0 true, 1 false, more: an error that has been reported.
int evaluate_condition(Shell& shell, const Condition& condition) {
    switch (condition.kind) {
    case ConditionKind::negation: {
        int inner = evaluate_condition(shell, *condition.left);
        return inner > 1 ? inner : 1 - inner;
    }
    case ConditionKind::both:
    case ConditionKind::either: {
        int left = evaluate_condition(shell, *condition.left);
        bool decided = left > 1 || left == (condition.kind == ConditionKind::both ? 1 : 0);
        return decided ? left : evaluate_condition(shell, *condition.right);
    }
    default: break;
    }
    Expander expander(shell);
    std::string left, right, name(condition.name);
    if (!expander.text(*condition.left_word, left))
        return kStatusError;
    if (condition.kind == ConditionKind::text)
        return left.empty() ? 1 : 0;
    char test[] = "[[";
    if (condition.kind == ConditionKind::unary) {
        char* words[] = {test, name.data(), left.data(), nullptr};
        return run_test(shell, {words, 3});
    }
    if (name == "=" || name == "==" || name == "!=" || name == "=~") {
        Pattern pattern;
        if (!expander.pattern(*condition.right_word, pattern))
            return kStatusError;
        if (name == "=~")
            return match_regular_expression(shell, left, pattern);
        return matches(pattern, left) == (name != "!=") ? 0 : 1;
    }
    if (!expander.text(*condition.right_word, right))
        return kStatusError;
    if (compares_numbers(name))
        return compare_numbers(shell, name, left, right);
    char* words[] = {test, left.data(), name.data(), right.data(), nullptr};
    return run_test(shell, {words, 4});
}

}  // namespace

int Executor::run_conditional(const Conditional& node) {
    shell_.line = node.line;
    shell_.variables.set_line_number(node.line);
    return evaluate_condition(shell_, *node.condition);
}

int Executor::run_arithmetic(const ArithmeticCommand& node) {
    shell_.line = node.line;
    shell_.variables.set_line_number(node.line);
    Expander expander(shell_);
    int64_t value = 0;
    if (!expander.number(*node.expression, value))
        return shell_.status;
    return value != 0 ? 0 : 1;
}

int Executor::run_arithmetic_for(const ArithmeticFor& loop) {
    shell_.line = loop.line;
    int64_t value = 0;
    auto evaluate_word = [&](const Word* expression) {
        value = 1;
        if (!expression)
            return true;
        Expander expander(shell_);
        return expander.number(*expression, value);
    };
    if (!evaluate_word(loop.first))
        return shell_.status;
    int status = 0;
    ++loop_depth_;
    while (evaluate_word(loop.condition) && value != 0) {
        status = shell_.status = run_node(loop.body, AfterRun::return_status);
        if (leaves_loop() || !evaluate_word(loop.step))
            break;
    }
    --loop_depth_;
    return shell_.flow == Flow::next ? status : shell_.status;
}

int Executor::start_process(const Node* body, bool is_input) {
    constexpr int kLowest = 60;
    int ends[2];
    if (pipe(ends) < 0) {
        shell_.shell_error({"cannot make a pipe"});
        return -1;
    }
    int kept = is_input ? ends[0] : ends[1], given = is_input ? ends[1] : ends[0];
    pid_t pid = shell_.jobs.fork_helper();
    if (pid == 0) {
        close(kept);
        close_processes(0);
        const int stream = is_input ? STDOUT_FILENO : STDIN_FILENO;
        if (given != stream) {
            dup2(given, stream);
            close(given);
        }
        run(body, AfterRun::exit_process);
        shell_.exit_process(shell_.status);
    }
    close(given);
    if (pid < 0) {
        close(kept);
        shell_.flow = Flow::abort_command;
        shell_.status = kStatusError;
        return -1;
    }
    int moved = fcntl(kept, F_DUPFD, kLowest);
    if (moved >= 0) {
        close(kept);
        kept = moved;
    }
    process_descriptors_.push_back(kept);
    process_helpers_.push_back(pid);
    return kept;
}

void Executor::close_processes(size_t first) {
    while (process_descriptors_.size() > first) {
        close(process_descriptors_.back());
        process_descriptors_.pop_back();
    }
    // Nobody waits for these children; those that have ended are taken away.
    std::erase_if(process_helpers_, [](pid_t pid) { return waitpid(pid, nullptr, WNOHANG) != 0; });
}

}  // namespace sh
