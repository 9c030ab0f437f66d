// Pipelines, subshells, background lists, loops and conditions; POSIX.1-2017 2.9.2 to 2.9.4.
#include <cerrno>
#include <cstring>
#include <optional>
#include <unistd.h>

#include "base/text.hpp"
#include "exec/executor.hpp"
#include "exec/redirect.hpp"
#include "expand/expander.hpp"
#include "shell.hpp"

namespace sh {

namespace {

void move_descriptor(int from, int to) {
    if (from == to)
        return;
    dup2(from, to);
    close(from);
}

// The only text that a pattern of one part without special characters matches.
std::optional<std::string_view> literal_text(const Word& pattern) {
    if (pattern.parts.size() != 1 || pattern.parts[0].kind != PartKind::text)
        return std::nullopt;
    const WordPart& part = pattern.parts[0];
    if (part.quoting == Quoting::bare && part.text.find_first_of("*?[\\") != std::string_view::npos)
        return std::nullopt;
    return part.text;
}

}  // namespace

int Executor::run_pipeline(const Pipeline& pipeline) {
    const auto& commands = pipeline.commands;
    if (commands.size() == 1)
        return run_node(commands[0], AfterRun::return_status);
    Job& job = shell_.jobs.create(&pipeline, arena_, Place::foreground);
    int input = -1;
    for (size_t i = 0; i < commands.size(); ++i) {
        int ends[2] = {-1, -1};
        bool last = i + 1 == commands.size();
        if (!last && pipe(ends) < 0)
            shell_.complain({"cannot make a pipe: ", strerror(errno)});
        pid_t pid = !last && ends[0] < 0 ? -1 : shell_.jobs.fork_into(job);
        if (pid < 0) {
            for (int end : {input, ends[0], ends[1]})
                if (end >= 0)
                    close(end);
            if (!job.processes.empty())
                shell_.jobs.wait_foreground(job);
            else
                shell_.jobs.remove(job);
            shell_.flow = Flow::abort_command;
            return shell_.status = kStatusError;
        }
        if (pid == 0) {
            if (ends[0] >= 0)
                close(ends[0]);
            if (input >= 0)
                move_descriptor(input, STDIN_FILENO);
            if (ends[1] >= 0)
                move_descriptor(ends[1], STDOUT_FILENO);
            run(commands[i], AfterRun::exit_process);
            shell_.exit_process(shell_.status);
        }
        if (input >= 0)
            close(input);
        if (ends[1] >= 0)
            close(ends[1]);
        input = ends[0];
    }
    return shell_.jobs.wait_foreground(job);
}

int Executor::run_subshell(const Group& group, AfterRun after) {
    if (may_replace_process(after) && shell_.is_child) {
        // The process is about to end: it can be the subshell itself.
        run(group.body, after);
        shell_.exit_process(shell_.status);
    }
    Job& job = shell_.jobs.create(&group, arena_, Place::foreground);
    pid_t pid = shell_.jobs.fork_into(job);
    if (pid < 0) {
        shell_.jobs.remove(job);
        shell_.flow = Flow::abort_command;
        return shell_.status = kStatusError;
    }
    if (pid == 0) {
        run(group.body, AfterRun::exit_process);
        shell_.exit_process(shell_.status);
    }
    return shell_.jobs.wait_foreground(job);
}

int Executor::run_background(const Group& group) {
    Job& job = shell_.jobs.create(group.body, arena_, Place::background);
    const Node* body = group.body;
    // Each element of a pipeline is a process of the job; anything else is one process.
    const auto* pipeline = body->kind == NodeKind::pipeline ? static_cast<const Pipeline*>(body) : nullptr;
    if (pipeline && pipeline->commands.size() > 1 && !pipeline->negated && !pipeline->timed &&
        shell_.jobs.job_control()) {
        const auto& commands = pipeline->commands;
        int input = -1;
        for (size_t i = 0; i < commands.size(); ++i) {
            int ends[2] = {-1, -1};
            if (i + 1 < commands.size() && pipe(ends) < 0)
                break;
            pid_t pid = shell_.jobs.fork_into(job);
            if (pid == 0) {
                if (ends[0] >= 0)
                    close(ends[0]);
                if (input >= 0)
                    move_descriptor(input, STDIN_FILENO);
                if (ends[1] >= 0)
                    move_descriptor(ends[1], STDOUT_FILENO);
                run(commands[i], AfterRun::exit_process);
                shell_.exit_process(shell_.status);
            }
            if (input >= 0)
                close(input);
            if (ends[1] >= 0)
                close(ends[1]);
            input = ends[0];
            if (pid < 0)
                break;
        }
        if (input >= 0)
            close(input);
    } else {
        pid_t pid = shell_.jobs.fork_into(job);
        if (pid == 0) {
            run(body, AfterRun::exit_process);
            shell_.exit_process(shell_.status);
        }
    }
    if (job.processes.empty()) {
        shell_.jobs.remove(job);
        shell_.flow = Flow::abort_command;
        return shell_.status = kStatusError;
    }
    shell_.last_background = job.last_pid();
    if (shell_.interactive() && !shell_.is_child)
        write_all(STDERR_FILENO, "[" + number_text(job.number) + "] " + number_text(job.last_pid()) + "\n");
    return 0;
}

bool Executor::leaves_loop() {
    if (shell_.flow == Flow::next)
        return false;
    if (shell_.flow != Flow::break_loop && shell_.flow != Flow::continue_loop)
        return true;
    if (--shell_.flow_levels > 0)
        return true;
    bool leaves = shell_.flow == Flow::break_loop;
    shell_.flow = Flow::next;
    return leaves;
}

int Executor::run_for(const ForLoop& loop) {
    ScratchScope scratch(shell_.scratch);
    ProcessScope processes(*this);
    ArgumentList list;
    shell_.line = loop.line;
    if (loop.has_list) {
        Expander expander(shell_);
        for (const Word* word : loop.words)
            if (!expander.fields(*word, list))
                return shell_.status;
    } else {
        for (const std::string& value : shell_.positional.values())
            list.add(shell_.scratch.copy(value));
    }
    Variable* variable = shell_.variables.entry(loop.name);
    int status = 0;
    ++loop_depth_;
    for (char* item : list.pointers) {
        if (!shell_.assign(*variable, item)) {
            shell_.flow = Flow::abort_command;
            status = shell_.status = kStatusError;
            break;
        }
        status = shell_.status = run_node(loop.body, AfterRun::return_status);
        if (leaves_loop()) {
            status = shell_.status;
            break;
        }
    }
    --loop_depth_;
    return status;
}

int Executor::run_loop(const Loop& loop) {
    int status = 0;
    ++loop_depth_;
    for (;;) {
        int condition;
        {
            TestedScope tested(*this);
            condition = shell_.status = run_node(loop.condition, AfterRun::return_status);
        }
        if (shell_.flow != Flow::next) {
            if (leaves_loop())
                break;
            continue;
        }
        if ((condition == 0) != (loop.kind == NodeKind::while_loop))
            break;
        status = shell_.status = run_node(loop.body, AfterRun::return_status);
        if (leaves_loop()) {
            status = shell_.status;
            break;
        }
    }
    --loop_depth_;
    return shell_.flow == Flow::next ? status : shell_.status;
}

int Executor::run_case(const CaseOf& node, AfterRun after) {
    shell_.line = node.line;
    Expander expander(shell_);
    std::string subject;
    if (!expander.text(*node.subject, subject))
        return shell_.status;
    bool selected = false;
    int status = 0;
    Pattern pattern;
    for (const CaseItem& item : node.items) {
        for (size_t i = 0; !selected && i < item.patterns.size(); ++i) {
            if (auto text = literal_text(*item.patterns[i])) {
                selected = *text == subject;
                continue;
            }
            if (!expander.pattern(*item.patterns[i], pattern))
                return shell_.status;
            selected = matches(pattern, subject);
        }
        if (!selected)
            continue;
        status = 0;
        if (item.body)
            status = shell_.status = run_node(item.body, item.end == CaseEnd::leave ? after : AfterRun::return_status);
        if (item.end == CaseEnd::leave || shell_.flow != Flow::next)
            break;
        selected = item.end == CaseEnd::fall_through;
    }
    return status;
}

int Executor::run_if(const IfThen& node, AfterRun after) {
    const IfThen* branch = &node;
    for (;;) {
        int condition;
        {
            TestedScope tested(*this);
            condition = shell_.status = run_node(branch->condition, AfterRun::return_status);
        }
        if (shell_.flow != Flow::next)
            return shell_.status;
        if (condition == 0)
            return run_node(branch->then_body, after);
        if (!branch->else_body)
            return 0;
        if (branch->else_body->kind != NodeKind::if_then)
            return run_node(branch->else_body, after);
        branch = static_cast<const IfThen*>(branch->else_body);
    }
}

int Executor::run_redirected(const Redirected& node, AfterRun after) {
    shell_.line = node.line;
    ProcessScope processes(*this);
    DescriptorBackup backup;
    if (!redirect_all(shell_, node.redirects, &backup)) {
        if (shell_.flow != Flow::next)
            return shell_.status;
        return check_errexit(kStatusError);
    }
    int status = run_node(node.body, after);
    return status;
}

}  // namespace sh
