// less at a terminal: the files, what of them is on the screen, and the commands. One loop reads a key,
// carries out its command and paints; SIGINT ends waits and searches, SIGTSTP stops with the terminal as it
// was.
#pragma once

#include "less/rows.h"
#include "less/text.h"
#include "lib/raw_terminal.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace coreutils::less {

struct Settings {
    Appearance appearance;
    bool quit_at_end = false, quit_at_first_end = false, one_screen = false, no_init = false, squeeze = false,
         tilde = true;
    bool ignore_case = false, ignore_always = false, quit_on_interrupt = false;
    unsigned prompt = 0; // 0, 1: -m, 2: -M
    size_t shift_step = 0;
    std::string start_pattern, start_commands;
};

// A place: a line, and the row of it that is on top.
struct Place {
    size_t line = 0, row = 0;
    bool operator==(const Place&) const = default;
};

struct File {
    std::string name;
    std::unique_ptr<Text> text;
    Place top, last; // `last`: before the last jump
    std::map<int, Place> marks;
};

class Pager {
public:
    Pager(Settings& settings, RawTerminal& terminal, std::vector<File>& files);

    int run();

private:
    File& file() { return files_[current_]; }
    Text& text() { return *file().text; }
    bool has_next_file() const { return current_ + 1 < files_.size(); }
    bool open_file(size_t index);
    void measure();

    // -- Places
    bool is_shown(size_t line);
    // The next line that is shown, from `line` on; false at the end.
    bool next_shown(size_t& line);
    bool previous_shown(size_t& line);
    std::vector<std::string> rows_of(size_t line);

    // Moves `place` so many rows; stops at the ends. The rows that could not be moved are returned.
    size_t forward(Place& place, size_t count);
    size_t backward(Place& place, size_t count);

    // The place from which the last row of the file is at the bottom.
    Place last_top();
    bool at_end();
    void scroll_forward(size_t count);
    void scroll_backward(size_t count) { backward(file().top, count); }
    void jump(Place place);
    // To a line, but not so far that the screen would be half empty.
    void go_to_line(size_t line);

    // -- The screen
    void draw();
    std::string position_text(bool long_form);
    std::string percent_text();
    void prompt();
    std::string fitted(std::string_view line) const;

    // -- Keys
    static void catch_signals();
    int key();
    void stop();

    // A line typed behind `lead`; nothing when it was given up. A first letter ^N, ! … of a pattern is part
    // of it.
    std::optional<std::string> read_line(const std::string& lead);

    // -- Searching
    std::optional<Regex> compile(const std::string& pattern);
    void search(const std::string& typed, bool ahead, size_t count);
    void set_filter();

    // -- Commands
    void follow();
    void switch_file(size_t index);
    void colon();
    void run_command(std::vector<std::string> words);
    void shell_command();
    void edit();
    void change_option();
    void help();
    void set_mark();
    void go_to_mark();
    void sideways(bool right, size_t count);
    void go_to_percent(size_t percent);
    void forward_or_leave(size_t count);
    void command();
    void execute(int pressed, size_t count);

    Settings& settings_;
    RawTerminal& terminal_;
    std::vector<File>& files_;
    size_t current_ = 0, rows_ = 23, half_ = 0, bottom_line_ = 0;
    std::string message_;
    std::vector<int> pushed_;
    std::optional<Regex> pattern_, filter_;
    std::vector<regmatch_t> matches_;
    bool inverted_ = false, search_ahead_ = true, searching_from_start_ = true, first_prompt_ = true,
         done_ = false;
    int status_ = 0;
};

} // namespace coreutils::less
