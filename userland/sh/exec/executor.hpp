// Walks syntax trees. Every run_… returns the exit status; control leaves sideways through Shell::flow.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "base/arena.hpp"
#include "syntax/ast.hpp"

namespace sh {

class InputSource;
class Shell;
struct Builtin;
struct ParseResult;
class Parser;
class Input;
struct Function;

// NULL-terminated argument vector; the strings live in the shell's scratch memory.
struct ArgumentList {
    std::vector<char*> pointers;

    void add(char* text) { pointers.push_back(text); }
    size_t size() const { return pointers.size(); }
    char** terminated() {
        pointers.push_back(nullptr);
        pointers.pop_back();
        return pointers.data();
    }
};

// Whether the process ends after the command, so that it may be replaced by it.
enum class AfterRun : unsigned char { return_status, exit_process };
enum class SourceKind : unsigned char { top_level, nested };

class Executor {
public:
    explicit Executor(Shell& shell) : shell_(shell) {}

    int run(const Node* node, AfterRun after = AfterRun::return_status);
    // Parses and runs to the end of the input.
    int run_source(InputSource& source, SourceKind kind, uint32_t first_line = 1,
                   AfterRun after = AfterRun::return_status);
    int run_text(std::string_view text, AfterRun after = AfterRun::return_status);
    // Command substitution: what the command writes, without trailing newlines.
    bool capture(const Node* body, std::string& text);

    // `command` and `exec` run utilities through these.
    enum class Lookup : unsigned char { everything, no_functions };
    int run_command(ArgumentList& arguments, Lookup lookup, std::string_view path_list, AfterRun after);
    [[noreturn]] void exec_program(ArgumentList& arguments, std::string_view path_list);

    // Starts the child of <(…) (is_input) or >(…); the pipe's other end, which the command closes, or -1
    // after complaining.
    int start_process(const Node* body, bool is_input);

    int loop_depth() const { return loop_depth_; }
    int function_depth() const { return function_depth_; }
    int dot_depth() const { return dot_depth_; }
    // Runs a file in this shell, as `.` does; takes the descriptor over.
    int run_file(int descriptor, std::string_view name);
    // `exec` without a program: the redirections of the command stay.
    void keep_redirections() { keep_redirections_ = true; }

private:
    friend class ProcessScope;
    friend class TestedScope;

    int run_node(const Node* node, AfterRun after);
    int run_parsed(const ParseResult& result, Parser& parser, Input& input, SourceKind kind, AfterRun after);
    bool resumes_after_end(Input& input);
    int run_simple(const SimpleCommand& command, AfterRun after);
    int run_assignments_only(const SimpleCommand& command);
    enum class Lifetime : unsigned char { permanent, command };
    bool assign_all(std::span<const Assignment> assignments, Lifetime lifetime);
    int run_builtin(const Builtin& builtin, ArgumentList& arguments);
    int run_function(const std::shared_ptr<Function>& function, ArgumentList& arguments);
    int run_external(ArgumentList& arguments, std::string_view path_list, AfterRun after);
    int launch(const std::string& path, ArgumentList& arguments);
    [[noreturn]] void replace_process(const std::string& path, ArgumentList& arguments);
    [[noreturn]] void run_as_script(const std::string& path, ArgumentList& arguments);
    int complain_about_command(std::string_view name, int error);
    bool may_replace_process(AfterRun after) const;
    void trace(const ArgumentList& arguments);
    bool expand_arguments(const SimpleCommand& command, ArgumentList& arguments);

    int run_pipeline(const Pipeline& pipeline);
    int run_subshell(const Group& group, AfterRun after);
    int run_background(const Group& group);
    int run_for(const ForLoop& loop);
    int run_loop(const Loop& loop);
    int run_case(const CaseOf& node, AfterRun after);
    int run_if(const IfThen& node, AfterRun after);
    int run_conditional(const Conditional& node);
    int run_arithmetic(const ArithmeticCommand& node);
    int run_arithmetic_for(const ArithmeticFor& loop);
    void close_processes(size_t first);
    int run_redirected(const Redirected& node, AfterRun after);
    // True when the loop is to be left.
    bool leaves_loop();
    int check_errexit(int status);

    Shell& shell_;
    ArenaRef arena_;  // of the tree being run
    int loop_depth_ = 0;
    int function_depth_ = 0;
    int dot_depth_ = 0;
    int substitution_status_ = 0;
    bool tested_ = false;
    bool keep_redirections_ = false;
    std::vector<int> process_descriptors_;  // of the process substitutions of the commands being run
    std::vector<pid_t> process_helpers_;
    const SimpleCommand* command_ = nullptr;  // being run, for the job table
};

// Closes at the end what process substitutions opened inside.
class ProcessScope {
public:
    explicit ProcessScope(Executor& executor) : executor_(executor), first_(executor.process_descriptors_.size()) {}
    ProcessScope(const ProcessScope&) = delete;
    ProcessScope& operator=(const ProcessScope&) = delete;
    ~ProcessScope() {
        if (executor_.process_descriptors_.size() > first_)
            executor_.close_processes(first_);
    }

private:
    Executor& executor_;
    size_t first_;
};

// Failures inside are looked at by the command around them.
class TestedScope {
public:
    explicit TestedScope(Executor& executor) : executor_(executor), before_(executor.tested_) {
        executor.tested_ = true;
    }
    TestedScope(const TestedScope&) = delete;
    TestedScope& operator=(const TestedScope&) = delete;
    ~TestedScope() { executor_.tested_ = before_; }

private:
    Executor& executor_;
    bool before_;
};

}  // namespace sh
