// The cycle of sed (POSIX.1-2017, GNU's additions): read a line, run the commands that select it, print.
#include "sed/executor.h"

namespace coreutils::sed {

// Reads the next line into the pattern space, going from file to file.
bool Executor::read_line() {
    for (;;) {
        if (!lines_.is_open()) {
            if (!lines_.open_next()) return false;
            begin_file();
        }
        if (lines_.read(pattern_space_, ended_)) {
            ++line_number_;
            return true;
        }
        if (settings_.in_place) end_in_place();
        if (!lines_.open_next()) return false;
        begin_file();
    }
}

void Executor::begin_file() {
    if (settings_.in_place) begin_in_place();
    if (!settings_.separate) return;
    line_number_ = 0;
    hold_space_.clear();
    hold_ended_ = true;
    begin_ranges();
}

// N: false when there is no next line.
bool Executor::append_next_line() {
    if (lines_.is_last()) return false;
    std::string before = std::move(pattern_space_);
    end_cycle_output();
    bool got = read_line();
    if (got)
        pattern_space_.insert(0, before + settings_.delimiter);
    else
        pattern_space_ = std::move(before);
    return got;
}

Executor::Flow Executor::delete_first_line() {
    size_t newline = pattern_space_.find(settings_.delimiter);
    if (newline == std::string::npos) return Flow::end_without_printing;
    pattern_space_.erase(0, newline + 1);
    return Flow::restart_without_reading;
}

Executor::Flow Executor::replace_by_next_line() {
    if (lines_.is_last() && !settings_.separate) {
        // GNU: without a next line the pattern space is printed; POSIX quits without printing.
        return settings_.posix ? Flow::end_without_printing : Flow::quit;
    }
    if (!settings_.quiet) write_line(main_, pattern_space_, ended_);
    end_cycle_output();
    if (read_line()) return Flow::next_command;
    quitting_ = true;
    return Flow::end_without_printing;
}

Executor::Flow Executor::join_next_line() {
    if (append_next_line()) return Flow::next_command;
    if (!settings_.separate || !lines_.is_open()) quitting_ = true;
    return settings_.posix ? Flow::end_without_printing : Flow::end_cycle;
}

// The commands on pattern and hold space that take no text.
void Executor::edit_spaces(const Command& command) {
    switch (command.name) {
    case 'g':
        pattern_space_ = hold_space_;
        ended_ = hold_ended_;
        break;
    case 'G':
        pattern_space_.append(1, settings_.delimiter).append(hold_space_);
        ended_ = hold_ended_;
        break;
    case 'h':
        hold_space_ = pattern_space_;
        hold_ended_ = ended_;
        break;
    case 'H':
        hold_space_.append(1, settings_.delimiter).append(pattern_space_);
        hold_ended_ = ended_;
        break;
    case 'x':
        pattern_space_.swap(hold_space_);
        std::swap(ended_, hold_ended_);
        break;
    case 'z':
        pattern_space_.clear();
        break;
    }
}

void Executor::print_or_append(const Command& command) {
    switch (command.name) {
    case '=':
        write_text(main_, std::to_string(line_number_) + settings_.delimiter);
        break;
    case 'F':
        write_text(main_, std::string(lines_.name()) + settings_.delimiter);
        break;
    case 'i':
        write_text(main_, command.text);
        break;
    case 'a':
        appended_.push_back({Appended::Kind::text, command.text});
        break;
    case 'r':
        appended_.push_back({Appended::Kind::file, command.text});
        break;
    case 'R':
        appended_.push_back({Appended::Kind::line, command.text});
        break;
    case 'l':
        list(command.has_number ? command.number : settings_.line_length);
        break;
    case 'P':
        write_first_line(main_);
        break;
    case 'w':
        write_line(sinks_[command.output], pattern_space_, ended_);
        break;
    case 'W':
        write_first_line(sinks_[command.output]);
        break;
    }
}

Executor::Flow Executor::execute_one(Command& command, size_t& next) {
    switch (command.name) {
    case 's':
        if (substitute(command)) substituted_ = true;
        break;
    case 'p':
        write_line(main_, pattern_space_, ended_);
        break;
    case 'd':
        return Flow::end_without_printing;
    case 'D':
        return delete_first_line();
    case 'n':
        return replace_by_next_line();
    case 'N':
        return join_next_line();
    case 'c':
        // A range is replaced as a whole, at its end.
        if (command.negated || command.second.kind == AddressKind::none || !command.active)
            write_text(main_, command.text);
        return Flow::end_without_printing;
    case 'b':
        next = command.target;
        break;
    case 't':
    case 'T':
        if (substituted_ == (command.name == 't')) next = command.target;
        substituted_ = false;
        break;
    case 'q':
    case 'Q':
        exit_status_ = static_cast<int>(command.number);
        if (command.name == 'q') return Flow::quit;
        quitting_ = true;
        return Flow::end_without_printing;
    case 'e':
        command.text.empty() ? evaluate_pattern_space() : run_shell(command.text, nullptr);
        break;
    case 'y':
        transliterate(command);
        break;
    default:
        edit_spaces(command);
        print_or_append(command);
    }
    return Flow::next_command;
}

Executor::Flow Executor::execute() {
    for (size_t at = 0; at < script_.commands.size();) {
        Command& command = script_.commands[at];
        if (!is_selected(command)) {
            at = command.name == '{' ? command.target : at + 1;
            continue;
        }
        size_t next = at + 1;
        Flow flow = execute_one(command, next);
        if (flow != Flow::next_command) return flow;
        at = next;
    }
    return Flow::end_cycle;
}

int Executor::run() {
    open_outputs();
    begin_ranges();
    bool read_next = true;
    while (!quitting_) {
        if (read_next && !read_line()) break;
        if (read_next) substituted_ = false;
        read_next = true;
        Flow flow = execute();
        bool print = flow == Flow::end_cycle || flow == Flow::quit;
        if (print && !settings_.quiet) write_line(main_, pattern_space_, ended_);
        end_cycle_output();
        if (flow == Flow::restart_without_reading) read_next = false;
        if (flow == Flow::quit) quitting_ = true;
    }
    if (settings_.in_place && main_.own) {
        // After q the rest of the file stays as it is.
        std::string line;
        bool ended = true;
        while (lines_.is_open() && lines_.read(line, ended)) write_line(main_, line, ended);
        end_in_place();
    }
    for (Sink& sink : sinks_)
        if (sink.own) sink.own->flush();
    return exit_status_ ? exit_status_ : lines_.status;
}

} // namespace coreutils::sed
