// Simple commands; POSIX.1-2017 2.9.1.
#include <cerrno>
#include <cstring>
#include <unistd.h>
#include <utility>

#include "base/text.hpp"
#include "base/stack_guard.hpp"
#include "builtins/builtin.hpp"
#include "exec/executor.hpp"
#include "exec/redirect.hpp"
#include "expand/expander.hpp"
#include "shell.hpp"

namespace sh {

namespace {

// The unquoted literal a word begins with, to find out whether a command is a declaration utility before its
// arguments are expanded.
std::string_view literal_of(const Word& word) {
    return word.parts.size() == 1 && word.parts[0].kind == PartKind::text ? word.parts[0].text : std::string_view();
}

bool is_declaration(std::span<const Word* const> words) {
    size_t i = 0;
    while (i < words.size() && literal_of(*words[i]) == "command")
        ++i;
    if (i >= words.size())
        return false;
    std::string_view name = literal_of(*words[i]);
    if (name.size() < 5)
        return false;
    const Builtin* builtin = find_builtin(name);
    return builtin && builtin->is_declaration();
}

bool looks_like_assignment(const Word& word) {
    return !word.parts.empty() && word.parts[0].kind == PartKind::text && word.parts[0].quoting == Quoting::bare &&
           assignment_name_length(word.parts[0].text) != std::string_view::npos;
}

bool needs_quotes(std::string_view text) {
    if (text.empty())
        return true;
    for (char c : text)
        if (!is_name_char(static_cast<unsigned char>(c)) && !strchr("%+,-./:=@^", c))
            return true;
    return false;
}

}  // namespace

bool Executor::expand_arguments(const SimpleCommand& command, ArgumentList& arguments) {
    Expander expander(shell_);
    bool declaration = command.words.size() > 1 && is_declaration(command.words);
    arguments.pointers.reserve(command.words.size() + 2);
    for (const Word* word : command.words) {
        if (declaration && looks_like_assignment(*word)) {
            std::string text;
            if (!expander.text(*word, text, Expander::Use::assignment))
                return false;
            arguments.add(shell_.scratch.copy(text));
        } else if (!expander.fields(*word, arguments)) {
            return false;
        }
    }
    return true;
}

void Executor::trace(const ArgumentList& arguments) {
    std::string text;
    if (const std::string* prefix = shell_.variables.get("PS4"))
        text = shell_.expand_prompt(*prefix);
    const size_t start = text.size();
    auto append = [&](std::string_view word) {
        if (text.size() > start)
            text += ' ';
        if (needs_quotes(word))
            text += shell_quoted(word);
        else
            text += word;
    };
    for (const char* argument : arguments.pointers)
        append(argument);
    text += '\n';
    write_all(STDERR_FILENO, text);
}

bool Executor::assign_all(std::span<const Assignment> assignments, Lifetime lifetime) {
    for (const Assignment& assignment : assignments) {
        Expander expander(shell_);
        std::string value;
        if (!expander.text(*assignment.value, value, Expander::Use::assignment))
            return false;
        if (shell_.options[Option::xtrace]) {
            std::string text;
            if (const std::string* prefix = shell_.variables.get("PS4"))
                text = shell_.expand_prompt(*prefix);
            text += std::string(assignment.name) + "=" +
                    (needs_quotes(value) && !value.empty() ? shell_quoted(value) : value) + "\n";
            write_all(STDERR_FILENO, text);
        }
        Variable* variable = shell_.variables.entry(assignment.name);
        if (assignment.appends && variable->is_set)
            value.insert(0, variable->value);
        if (lifetime == Lifetime::command && !variable->read_only)
            shell_.variables.save(*variable);
        if (!shell_.assign(*variable, value)) {
            shell_.status = kStatusError;
            shell_.flow = Flow::abort_command;
            return false;
        }
        if (lifetime == Lifetime::command)
            shell_.variables.set_exported(*variable, true);
    }
    return true;
}

int Executor::run_assignments_only(const SimpleCommand& command) {
    substitution_status_ = 0;
    DescriptorBackup backup;
    if (!redirect_all(shell_, command.redirects, &backup))
        return shell_.flow == Flow::next ? kStatusError : shell_.status;
    if (!assign_all(command.assignments, Lifetime::permanent))
        return shell_.status;
    return substitution_status_;
}

int Executor::run_simple(const SimpleCommand& command, AfterRun after) {
    shell_.line = command.line;
    shell_.variables.set_line_number(command.line);
    ScratchScope scratch(shell_.scratch);
    ProcessScope processes(*this);
    ArgumentList arguments;
    substitution_status_ = 0;
    if (!expand_arguments(command, arguments))
        return shell_.status;
    if (arguments.size() == 0) {
        int status = substitution_status_;
        if (command.assignments.empty() && command.redirects.empty())
            return status;
        int result = run_assignments_only(command);
        return command.assignments.empty() && result == 0 && command.words.size() > 0 ? status : result;
    }
    // Assignments are traced first; they are expanded after the redirections.
    const bool trace_late = shell_.options[Option::xtrace] && !command.assignments.empty();
    if (shell_.options[Option::xtrace] && !trace_late)
        trace(arguments);

    const std::string_view name = arguments.pointers[0];
    const Builtin* builtin = find_builtin(name);
    const bool special = builtin && builtin->is_special();
    std::shared_ptr<Function> function;
    if (!special && !shell_.functions.empty())
        function = shell_.functions.find(name);

    DescriptorBackup backup;
    if (!command.redirects.empty() && !redirect_all(shell_, command.redirects, &backup)) {
        if (shell_.flow != Flow::next)
            return shell_.status;
        if (special && !shell_.interactive()) {
            shell_.status = kStatusError;
            shell_.flow = Flow::abort_command;
        }
        return kStatusError;
    }
    command_ = &command;
    if (special) {
        if (!assign_all(command.assignments, Lifetime::permanent))
            return shell_.status;
        if (trace_late)
            trace(arguments);
        if (builtin->run == run_exec && arguments.size() > 1)
            for (const Assignment& assignment : command.assignments)
                shell_.variables.set_exported(*shell_.variables.entry(assignment.name), true);
        keep_redirections_ = false;
        int status = run_builtin(*builtin, arguments);
        if (std::exchange(keep_redirections_, false))
            backup.keep();
        return status;
    }
    const bool scoped = !command.assignments.empty();
    if (scoped)
        shell_.variables.enter_scope();
    int status;
    const bool assigned = !scoped || assign_all(command.assignments, Lifetime::command);
    if (assigned && trace_late)
        trace(arguments);
    if (!assigned) {
        status = shell_.status;
    } else if (function) {
        status = run_function(function, arguments);
    } else if (builtin) {
        keep_redirections_ = false;
        status = run_builtin(*builtin, arguments);
        if (std::exchange(keep_redirections_, false))
            backup.keep();
    } else {
        const std::string* path = shell_.variables.path->get();
        status = run_external(arguments, path ? *path : std::string_view(), after);
    }
    if (scoped)
        shell_.variables.leave_scope();
    return status;
}

int Executor::run_command(ArgumentList& arguments, Lookup lookup, std::string_view path_list, AfterRun after) {
    const std::string_view name = arguments.pointers[0];
    const Builtin* builtin = find_builtin(name);
    if (lookup == Lookup::everything)
        if (auto function = shell_.functions.find(name))
            return run_function(function, arguments);
    if (builtin)
        return run_builtin(*builtin, arguments);
    return run_external(arguments, path_list, after);
}

int Executor::run_builtin(const Builtin& builtin, ArgumentList& arguments) {
    int status = builtin.run(shell_, {arguments.terminated(), static_cast<int>(arguments.size())});
    if (int error = shell_.out.finish()) {
        shell_.complain({builtin.name, ": write error: ", strerror(error)});
        if (status == 0)
            status = 1;
    }
    return status;
}

int Executor::run_function(const std::shared_ptr<Function>& function, ArgumentList& arguments) {
    if (StackGuard::exhausted())
        return shell_.shell_error({function->name, ": recursion too deep"});
    std::shared_ptr<Function> alive = function;
    PositionalParameters outer = std::move(shell_.positional);
    shell_.positional.assign(arguments.pointers.begin() + 1, arguments.pointers.end());
    ArenaRef outer_arena = arena_;
    arena_ = alive->arena;
    int outer_loops = loop_depth_;
    loop_depth_ = 0;
    ++function_depth_;
    shell_.note_option_index_change();
    size_t outer_option_offset = shell_.option_offset;
    shell_.variables.enter_scope();
    std::optional<Options> outer_options = std::exchange(shell_.local_options, std::nullopt);
    const std::string* outer_file = std::exchange(shell_.source_file, alive->source_file);
    int status = run_node(alive->body, AfterRun::return_status);
    shell_.source_file = outer_file;
    if (shell_.flow == Flow::return_function) {
        shell_.flow = Flow::next;
        status = shell_.status;
    }
    shell_.note_option_index_change();
    shell_.variables.leave_scope();
    // A local OPTIND gave way to the caller's, which goes on inside the same argument.
    if (shell_.variables.take_option_index_change())
        shell_.option_offset = outer_option_offset;
    if (shell_.local_options)
        shell_.restore_options(*shell_.local_options);
    shell_.local_options = outer_options;
    --function_depth_;
    loop_depth_ = outer_loops;
    arena_ = outer_arena;
    shell_.positional = std::move(outer);
    return status;
}

}  // namespace sh
