// A sed script running over its input. One object holds the state of a run (pattern and hold space, ranges,
// files of w and R); its functions are in sed_executor.cpp (the cycle and the commands), sed_address.cpp
// (which lines a command selects), sed_substitute.cpp (s, y and e), sed_output.cpp (what is written) and
// sed_in_place.cpp (-i).
#pragma once

#include "framework/output.h"
#include "lib/unfinished.h"
#include "sed/lines.h"
#include "sed/script.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coreutils::sed {

// A file that is written, and whether its last line still lacks its end.
struct Sink {
    std::unique_ptr<Output> own;
    Output* output = nullptr;
    bool missing_newline = false;
};

class Executor {
public:
    Executor(Script& script, const Settings& settings, std::span<char*> names)
        : script_(script), settings_(settings), lines_(names, settings) {
        main_.output = &out;
    }

    int run();

private:
    enum class Flow { next_command, end_cycle, restart_without_reading, end_without_printing, quit };
    struct Appended {
        enum class Kind { text, file, line } kind;
        std::string text;
    };

    void open_outputs();
    bool read_line();
    void begin_in_place();
    void end_in_place();
    void write_line(Sink& sink, std::string_view text, bool ended);
    void write_first_line(Sink& sink);
    void flush_sink(const Sink& sink);
    void write_text(Sink& sink, std::string_view text);
    void end_cycle_output();
    void begin_file();
    void begin_ranges();
    uint64_t end_of_range(const Address& second);
    bool begins_range(Command& command);
    bool is_selected(Command& command);
    bool matches(Address& address);
    bool search(Pattern& pattern, std::string_view text, size_t from);
    Flow execute();
    Flow execute_one(Command& command, size_t& next);
    Flow delete_first_line();
    Flow replace_by_next_line();
    Flow join_next_line();
    void edit_spaces(const Command& command);
    void print_or_append(const Command& command);
    bool append_next_line();
    void append_line_of(const std::string& name);
    bool substitute(Command& command);
    void append_replacement(std::string& result, const Substitution& substitution);
    void evaluate_pattern_space();
    void list(uint64_t width);
    void transliterate(const Command& command);
    void run_shell(const std::string& command, std::string* result);

    Script& script_;
    const Settings& settings_;
    Lines lines_;
    Sink main_;
    std::vector<Sink> sinks_;
    std::string pattern_space_, hold_space_;
    // Whether the text had its delimiter where it was read; a text keeps that on its way through the hold
    // space.
    bool ended_ = true, hold_ended_ = true;
    uint64_t line_number_ = 0;
    bool substituted_ = false;
    bool quitting_ = false;
    int exit_status_ = 0;
    std::vector<Appended> appended_;
    const Regex* last_regex_ = nullptr;
    std::vector<regmatch_t> matches_;
    std::vector<std::pair<std::string, std::unique_ptr<Input>>> line_files_; // of R
    std::string temporary_name_, edited_name_;
    std::optional<Unfinished> unfinished_; // with -i
};

} // namespace coreutils::sed
