// vi's state and commands: normal and insert mode in editor.cpp, commands.cpp, motion_keys.cpp and
// changes.cpp, the colon commands in ex.cpp, the screen in display.cpp.
#pragma once

#include "lib/raw_terminal.h"
#include "lib/regex.h"
#include "vi/buffer.h"
#include "vi/motion.h"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace coreutils::vi {

constexpr char kControl(char letter) { return static_cast<char>(letter & 0x1f); }

class Editor {
public:
    explicit Editor(RawTerminal& terminal) : terminal_(terminal) {}

    void open_files(std::vector<std::string> names, bool read_only);
    // Runs a colon command before the first key (-c, +N).
    void run_first(const std::string& command) { first_command_ = command; }
    // Until the editor is left; the exit status.
    int run();
    // The same with commands from standard input and no screen (ex -s).
    int run_ex();
    // -r: the text that was kept when the editor was killed.
    void recover(const std::string& name);

private:
    struct Register {
        std::vector<std::string> lines;
        bool is_lines = false; // whole lines rather than a piece of text
    };
    struct Command {
        size_t count = 1;
        bool has_count = false;
        char name = 0;
        char register_name = '"';
    };

    // Keys. What `.` repeats is fed back as if it was typed.
    int next_key();
    // What a key types; nothing for keys without a character.
    static std::string text_of_key(int key);
    void feed(const std::vector<int>& keys);
    // @x: the register's text is typed; qx … q: what is typed goes into a register.
    void run_register(char name, size_t count);
    void toggle_recording();
    // Leaves after SIGHUP or SIGTERM; unsaved text is kept beside the file.
    [[noreturn]] void end_by_signal(int number);
    void repeat(const Command& command);

    // Normal mode.
    void normal_command();
    bool simple_command(const Command& command, int key);
    bool operator_command(const Command& command, int key);
    bool screen_command(const Command& command, int key);
    // What `key` (and keys behind it) moves to; nothing when it is no motion or cannot move.
    std::optional<Motion> read_motion(int key, const Command& command, char operator_name);
    std::optional<Motion> motion_in_line(int key, const Command& command, char operator_name);
    std::optional<Motion> motion_to_line(int key, const Command& command);
    std::optional<Motion> motion_by_words(int key, const Command& command, char operator_name);
    std::optional<Motion> motion_by_search(int key, const Command& command);
    std::optional<Motion> motion_to_mark(int key);
    Motion line_motion(size_t target) const;
    void apply_operator(char name, const Command& command, Position from, const Motion& motion);
    void visual_mode(int key);
    void put(const Command& command, bool after);
    void join_lines(size_t count);
    void change_case(size_t count);
    void replace_characters(size_t count);
    void shift(size_t first, size_t last, bool right);

    // Insert and replace mode.
    void insert_mode(size_t count, bool replacing);
    void insert_text(const std::string& text);
    void split_line();
    void erase_before_cursor();

    // Text between two positions.
    Register take_text(Position from, Position to, Reach reach) const;
    void delete_text(Position from, Position to, Reach reach);
    void store(char name, Register text);

    // Searching.
    bool search(const std::string& pattern, bool forward, size_t count);
    std::optional<std::string> read_line(char prompt);
    std::optional<Position> find(const Regex& regex, Position from, bool forward) const;

    // Colon commands (ex.cpp).
    void colon_command(const std::string& line);
    bool parse_address(std::string_view& text, size_t& line);
    bool parse_range(std::string_view& text, size_t& first, size_t& last, int& given);
    void substitute(size_t first, size_t last, std::string_view arguments);
    // Runs the commands of a line that `|` separates.
    void colon_line(std::string_view line);
    void global(size_t first, size_t last, std::string_view arguments, bool matching);
    void set_option(std::string_view arguments);
    bool write_file(std::string_view name, size_t first, size_t last, bool whole, bool force);
    bool read_file(const std::string& name);
    void edit_file(const std::string& name, bool force);
    void shell_command(const std::string& command);
    // Other programs (filter.cpp). `%` in a command is the file's name, `!` the command before; false after
    // complaining.
    bool expand_command(std::string& command);
    void filter_lines(size_t first, size_t last, std::string command);
    void write_to_command(size_t first, size_t last, std::string command);
    void read_from_command(size_t at, std::string command);
    bool preserve();
    void insert_lines_at(size_t at, std::vector<std::string> lines);
    void wait_for_return();
    // ex without a screen (ex_mode.cpp).
    std::vector<std::string> read_ex_text();
    void print_lines(size_t first, size_t last, char how);
    enum class Answer { yes, no, all, quit, last };
    Answer confirm(size_t line, size_t begin, size_t end);
    void complete_word(bool forward);
    void quit(bool force);

    // Screen (display.cpp).
    void draw();
    void scroll_to_cursor();
    size_t rows_of(size_t line) const;
    size_t display_column(const std::string& text, size_t column) const;
    size_t column_at(const std::string& text, size_t display) const;
    std::string display_text(const std::string& text) const;
    void say(const std::string& message) { message_ = message; }
    void complain(const std::string& message) {
        message_ = message;
        failed_ = true;
    }

    void move_to(Position to, bool keep_column = false);
    void clamp();

    RawTerminal& terminal_;
    Buffer buffer_;
    Position cursor_;
    size_t wanted_column_ = 0; // on the screen, for j and k
    std::string name_;
    std::vector<std::string> files_;
    size_t file_index_ = 0;
    bool read_only_ = false, quit_ = false, inserting_ = false, failed_ = false;
    int status_ = 0;
    std::string first_command_;

    std::deque<int> pending_;
    std::vector<int> typed_, last_change_;
    bool replaying_ = false, changed_ = false;
    size_t replay_left_ = 0; // of pending_, what belongs to `.`
    char recording_ = 0, last_macro_ = 0;
    std::vector<int> recorded_;
    bool ex_mode_ = false;
    std::string last_command_; // of :!
    std::vector<std::string> completions_;
    size_t completion_ = 0, completion_bytes_ = 0;

    std::map<char, Register> registers_;
    Position before_jump_;
    std::string last_pattern_, last_find_target_;
    char last_find_ = 0;
    bool last_forward_ = true;
    std::optional<Position> visual_start_;
    bool visual_lines_ = false;

    bool number_ = false, ignore_case_ = false, auto_indent_ = false, expand_tabs_ = false, magic_ = true;
    size_t tab_stop_ = 8, shift_width_ = 8;

    size_t top_ = 0, rows_ = 24, columns_ = 80;
    std::string message_, prompt_;
};

} // namespace coreutils::vi
