#include "shell.hpp"

#include <unistd.h>
#include <utility>

#include "base/text.hpp"
#include "edit/history.hpp"
#include "prompt.hpp"

namespace sh {

const std::string* Shell::remember_source_file(std::string_view file) {
    for (const std::string& each : source_files_)
        if (each == file)
            return &each;
    return &source_files_.emplace_back(file);
}

void Shell::complain(std::initializer_list<std::string_view> text) {
    out.finish();
    // At a prompt, neither a login shell's dash nor the number of the line helps.
    const bool at_prompt = interactive() && !source_file;
    std::string message = source_file ? *source_file : name;
    if (at_prompt && message.starts_with('-'))
        message.erase(0, 1);
    message += ": ";
    if (line > 0 && !at_prompt)
        message += number_text(line) + ": ";
    for (std::string_view part : text)
        message += part;
    message = printable(message);
    message += '\n';
    write_all(STDERR_FILENO, message);
}

int Shell::shell_error(std::initializer_list<std::string_view> text, int error_status) {
    complain(text);
    status = error_status;
    flow = Flow::abort_command;
    return error_status;
}

bool Shell::assign(Variable& variable, std::string_view value) {
    if (variables.set(variable, value) == SetResult::read_only) {
        complain({variable.name, ": is read only"});
        return false;
    }
    if (options[Option::all_export] && !variable.exported)
        variables.set_exported(variable, true);
    return true;
}

void Shell::run_pending_traps() {
    if (Traps::interrupted() && interactive() && !is_child) {
        Traps::take_interrupt();
        write_all(STDERR_FILENO, "\n");
        status = kStatusSignal + SIGINT;
        flow = Flow::abort_command;
        return;
    }
    if (traps.take_hangup() && !is_child) {
        jobs.hang_up();
        exit_process(kStatusSignal + SIGHUP);
    }
    while (int signal = traps.take_pending()) {
        int before = status;
        std::string action = *traps.action(signal);
        auto outer = std::exchange(trap_entry_status, before);
        int outer_depth = std::exchange(trap_function_depth, executor.function_depth());
        executor.run_text(action);
        trap_entry_status = outer;
        trap_function_depth = outer_depth;
        if (flow != Flow::next)
            return;
        status = before;
    }
}

void Shell::run_error_trap(int error_status) {
    std::string action = *traps.error_action();
    // A failure inside the action does not run it again.
    traps.set_error_action(std::nullopt);
    status = error_status;
    executor.run_text(action);
    traps.set_error_action(std::move(action));
    if (flow == Flow::next)
        status = error_status;
}

void Shell::exit_process(int exit_status) {
    status = exit_status;
    // A signal that came during the last command.
    if (Traps::any_pending() && flow == Flow::next)
        run_pending_traps();
    exit_status = status;
    if (traps.action(0) && !traps.action(0)->empty() && !in_exit_trap && !traps.lists_parent_actions()) {
        in_exit_trap = true;
        trap_entry_status = exit_status;
        std::string action = *traps.action(0);
        flow = Flow::next;
        executor.run_text(action);
        // Only `exit` inside the action changes the status.
        if (flow != Flow::exit_shell)
            status = exit_status;
    }
    out.finish();
    if (history && !is_child)
        history->save();
    _exit(status & 0xff);
}

void Shell::set_option(Option option, bool on) {
    if (option == Option::monitor) {
        if (!jobs.set_job_control(on)) {
            complain({"can't access tty; job control turned off"});
            on = false;
        }
    } else if (option == Option::emacs && on) {
        options.set(Option::vi, false);
    } else if (option == Option::vi && on) {
        options.set(Option::emacs, false);
    } else if (option == Option::interactive) {
        traps.set_interactive(on, jobs.job_control());
    }
    options.set(option, on);
}

void Shell::restore_options(const Options& before) {
    for (const OptionEntry& entry : Options::table())
        if (options[entry.option] != before[entry.option])
            set_option(entry.option, before[entry.option]);
}

void Shell::become_child() {
    is_child = true;
    out.forget();
    traps.reset_in_child();
    jobs.forget_all();
    options.set(Option::interactive, false);  // before the next, which sets dispositions by it
    if (jobs.job_control())
        jobs.set_job_control(false);
    options.set(Option::monitor, false);
    in_exit_trap = false;
    trap_entry_status.reset();
}

void Shell::become_script(const std::string& path, const ArgumentList& arguments) {
    name = path;
    source_file = nullptr;
    positional.assign(arguments.pointers.begin() + 1, arguments.pointers.end());
    functions = Functions();
    aliases.remove_all();
    options = Options();
    options.set(Option::brace_expand, true);
    flow = Flow::next;
    status = 0;
    last_background = 0;
    process_id = getpid();
    for (const Variable* variable : variables.sorted())
        if (variable->is_set && !variable->exported && variable->hook == VariableHook::none &&
            variable != variables.ifs)
            variables.unset(variable->name);
    for (int signal = 0; signal < kSignals; ++signal)
        if (traps.action(signal) && !traps.action(signal)->empty())
            traps.set(signal, std::nullopt);
    variables.set(*variables.ifs, " \t\n");
}

std::string Shell::expand_prompt(std::string_view text) {
    return render_prompt(*this, text);
}

}  // namespace sh
