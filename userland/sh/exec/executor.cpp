// The command loop and the evaluator's entry points.
#include "exec/executor.hpp"

#include <cerrno>
#include <optional>
#include <unistd.h>
#include <utility>

#include "base/stack_guard.hpp"
#include "exec/stopwatch.hpp"
#include "shell.hpp"
#include "syntax/parser.hpp"

namespace sh {

namespace {

// Repeats input on standard error under `set -v`.
class VerboseSource : public InputSource {
public:
    VerboseSource(InputSource& source, const Options& options) : source_(source), options_(options) {}

    bool read_more(std::string& buffer, PromptKind prompt) override {
        size_t before = buffer.size();
        bool more = source_.read_more(buffer, prompt);
        if (more && options_[Option::verbose])
            write_all(STDERR_FILENO, std::string_view(buffer).substr(before));
        return more;
    }
    bool was_interrupted() override { return source_.was_interrupted(); }

private:
    InputSource& source_;
    const Options& options_;
};

}  // namespace

int Executor::run(const Node* node, AfterRun after) {
    if (!node)
        return shell_.status = 0;
    return shell_.status = run_node(node, after);
}

int Executor::check_errexit(int status) {
    if (status != 0 && !tested_ && shell_.flow == Flow::next && shell_.traps.error_action() && function_depth_ == 0 &&
        !shell_.is_child)
        shell_.run_error_trap(status);
    if (status != 0 && !tested_ && shell_.options[Option::err_exit] && shell_.flow == Flow::next) {
        shell_.status = status;
        shell_.flow = Flow::exit_shell;
    }
    return status;
}

int Executor::run_node(const Node* node, AfterRun after) {
    if (Traps::any_pending() || Traps::interrupted())
        shell_.run_pending_traps();
    if (shell_.flow != Flow::next)
        return shell_.status;
    if (StackGuard::exhausted())
        return shell_.shell_error({"nesting too deep"});
    if (shell_.options[Option::no_exec] && !shell_.interactive())
        return 0;
    switch (node->kind) {
    case NodeKind::simple: {
        int status = run_simple(static_cast<const SimpleCommand&>(*node), after);
        // Before the loop or function around it goes on (POSIX.1-2017 2.11).
        if (Traps::any_pending() && shell_.flow == Flow::next) {
            shell_.status = status;
            shell_.run_pending_traps();
            if (shell_.flow != Flow::next)
                return shell_.status;
        }
        return check_errexit(status);
    }
    case NodeKind::pipeline: {
        const auto& pipeline = static_cast<const Pipeline&>(*node);
        std::optional<Stopwatch> watch;
        if (pipeline.timed)
            watch.emplace();
        if (!pipeline.negated)
            return check_errexit(run_pipeline(pipeline));
        TestedScope tested(*this);
        int status = run_pipeline(pipeline);
        return shell_.flow == Flow::next ? status == 0 : status;
    }
    case NodeKind::and_list:
    case NodeKind::or_list: {
        const auto& list = static_cast<const BinaryList&>(*node);
        int status;
        {
            TestedScope tested(*this);
            status = shell_.status = run_node(list.left, AfterRun::return_status);
        }
        if (shell_.flow != Flow::next || (status == 0) != (node->kind == NodeKind::and_list))
            return status;
        return run_node(list.right, after);
    }
    case NodeKind::sequence: {
        const auto& commands = static_cast<const Sequence&>(*node).commands;
        int status = 0;
        for (size_t i = 0; i < commands.size() && shell_.flow == Flow::next; ++i)
            status = shell_.status =
                run_node(commands[i], i + 1 == commands.size() ? after : AfterRun::return_status);
        return status;
    }
    case NodeKind::background:
        return run_background(static_cast<const Group&>(*node));
    case NodeKind::subshell:
        return check_errexit(run_subshell(static_cast<const Group&>(*node), after));
    case NodeKind::brace:
        return run_node(static_cast<const Group&>(*node).body, after);
    case NodeKind::redirected:
        return run_redirected(static_cast<const Redirected&>(*node), after);
    case NodeKind::for_loop:
        return run_for(static_cast<const ForLoop&>(*node));
    case NodeKind::case_of:
        return run_case(static_cast<const CaseOf&>(*node), after);
    case NodeKind::if_then:
        return run_if(static_cast<const IfThen&>(*node), after);
    case NodeKind::while_loop:
    case NodeKind::until_loop:
        return run_loop(static_cast<const Loop&>(*node));
    case NodeKind::arithmetic_for:
        return run_arithmetic_for(static_cast<const ArithmeticFor&>(*node));
    case NodeKind::arithmetic_command:
        return check_errexit(run_arithmetic(static_cast<const ArithmeticCommand&>(*node)));
    case NodeKind::conditional:
        return check_errexit(run_conditional(static_cast<const Conditional&>(*node)));
    case NodeKind::function: {
        const auto& function = static_cast<const FunctionDefinition&>(*node);
        shell_.functions.define(function.name, arena_, function.body, shell_.source_file);
        return 0;
    }
    }
    return 0;
}

int Executor::run_parsed(const ParseResult& result, Parser& parser, Input& input, SourceKind kind, AfterRun after) {
    bool warned = false;
    bool forgiving = kind == SourceKind::top_level && shell_.interactive();
    switch (result.kind) {
    case ParseResult::Kind::interrupted:
        input.discard_line();
        return shell_.status = kStatusSignal + SIGINT;
    case ParseResult::Kind::error: {
        uint32_t line = shell_.line;
        shell_.line = parser.error_line();
        shell_.complain({"Syntax error: ", parser.error_message()});
        shell_.line = line;
        shell_.status = kStatusError;
        if (forgiving)
            input.discard_line();
        else
            shell_.flow = Flow::abort_command;
        return kStatusError;
    }
    case ParseResult::Kind::command:
        if (after == AfterRun::exit_process && input.peek() != Input::kEnd)
            after = AfterRun::return_status;
        warned = shell_.exit_after_stopped_warning;
        run(result.node, after);
        if (forgiving && shell_.flow != Flow::exit_shell)
            shell_.flow = Flow::next;
        if (warned)
            shell_.exit_after_stopped_warning = false;
        return shell_.status;
    default:
        return shell_.status;
    }
}

// Whether ^D on a terminal is not the end.
bool Executor::resumes_after_end(Input& input) {
    if (!shell_.interactive() || !isatty(STDIN_FILENO))
        return false;
    if (shell_.options[Option::ignore_eof]) {
        write_all(STDERR_FILENO, "\nUse \"exit\" to leave shell.\n");
    } else if (shell_.jobs.any_stopped() && !shell_.exit_after_stopped_warning) {
        write_all(STDERR_FILENO, "\nThere are stopped jobs.\n");
        shell_.exit_after_stopped_warning = true;
    } else {
        return false;
    }
    input.resume_after_end();
    return true;
}

int Executor::run_source(InputSource& source, SourceKind kind, uint32_t first_line, AfterRun after) {
    VerboseSource verbose(source, shell_.options);
    Input input(kind == SourceKind::top_level ? static_cast<InputSource&>(verbose) : source, first_line);
    Parser parser(input, &shell_.aliases);
    ArenaRef outer = arena_;
    int status = 0;
    while (shell_.flow == Flow::next) {
        if (kind == SourceKind::top_level) {
            if (Traps::any_pending() || Traps::interrupted())
                shell_.run_pending_traps();
            if (shell_.interactive()) {
                shell_.flow = shell_.flow == Flow::exit_shell ? Flow::exit_shell : Flow::next;
                shell_.jobs.report_changes();
            }
            if (shell_.flow != Flow::next)
                break;
        }
        ArenaRef arena = ArenaRef::create();
        parser.wants_brace_expansion = shell_.options[Option::brace_expand];
        ParseResult result = parser.parse_command(*arena);
        if (result.kind == ParseResult::Kind::blank)
            continue;
        if (result.kind == ParseResult::Kind::end) {
            if (kind == SourceKind::top_level && resumes_after_end(input))
                continue;
            break;
        }
        arena_ = arena;
        status = run_parsed(result, parser, input, kind, after);
        arena_ = outer;
    }
    return shell_.flow == Flow::next ? status : shell_.status;
}

int Executor::run_text(std::string_view text, AfterRun after) {
    StringSource source(text);
    uint32_t line = shell_.line;
    int status = run_source(source, SourceKind::nested, line ? line : 1, after);
    shell_.line = line;
    return status;
}

int Executor::run_file(int descriptor, std::string_view name) {
    FileSource source(descriptor);
    ++dot_depth_;
    uint32_t line = shell_.line;
    const std::string* file = std::exchange(shell_.source_file, shell_.remember_source_file(name));
    int status = run_source(source, SourceKind::nested);
    shell_.line = line;
    shell_.source_file = file;
    --dot_depth_;
    if (shell_.flow == Flow::return_function) {
        shell_.flow = Flow::next;
        status = shell_.status;
    }
    return status;
}

bool Executor::capture(const Node* body, std::string& text) {
    int ends[2];
    if (pipe(ends) < 0) {
        shell_.shell_error({"cannot make a pipe"});
        return false;
    }
    pid_t pid = shell_.jobs.fork_helper();
    if (pid < 0) {
        close(ends[0]);
        close(ends[1]);
        shell_.status = kStatusError;
        shell_.flow = Flow::abort_command;
        return false;
    }
    if (pid == 0) {
        close(ends[0]);
        if (ends[1] != STDOUT_FILENO) {
            dup2(ends[1], STDOUT_FILENO);
            close(ends[1]);
        }
        run(body, AfterRun::exit_process);
        shell_.exit_process(shell_.status);
    }
    close(ends[1]);
    char block[4096];
    for (;;) {
        ssize_t count = read(ends[0], block, sizeof(block));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        for (ssize_t i = 0; i < count;) {
            ssize_t start = i;
            while (i < count && block[i])
                ++i;
            text.append(block + start, static_cast<size_t>(i - start));
            ++i;
        }
    }
    close(ends[0]);
    substitution_status_ = shell_.jobs.wait_helper(pid);
    while (text.ends_with('\n'))
        text.pop_back();
    return true;
}

}  // namespace sh
