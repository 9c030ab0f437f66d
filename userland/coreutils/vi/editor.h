// vi's state and commands: normal and insert mode in editor.cpp, commands.cpp, motion_keys.cpp and
// changes.cpp, the colon commands in ex*.cpp and substitute.cpp, the screen in display.cpp.
#pragma once

#include "lib/raw_terminal.h"
#include "lib/regex.h"
#include "vi/buffer.h"
#include "vi/ex_command.h"
#include "vi/text_objects.h"

#include <array>
#include <optional>
#include <stdint.h>
#include <string>
#include <vector>

namespace coreutils::vi {

constexpr char kControl(char letter) { return static_cast<char>(letter & 0x1f); }
constexpr int kEscape = kControl('[');

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
    // kKeyNone when the time is up before one comes.
    int next_key(int timeout_ms = -1);
    // What is typed stands for something else (mapping.cpp): keys by :map and :map!, words by :abbreviate.
    enum class MappingKind : uint8_t { command, insert, abbreviation };
    struct Mapping {
        MappingKind kind;
        std::string from, to;
    };
    // The next key behind what the mappings of this kind make of those that are typed.
    int mapped_key(MappingKind kind);
    // The longest mapping of those that begin with `key`; the keys that it needs are appended.
    const Mapping* read_mapping(MappingKind kind, std::vector<int>& keys, size_t& length);
    void set_mapping(MappingKind kind, bool remove, std::string_view arguments);
    // :abbreviate: the word before the cursor, which is the end of `typed`.
    void expand_abbreviation(std::string& typed);
    // What a key types; nothing for keys without a character.
    static std::string text_of_key(int key);
    static std::vector<int> keys_of(std::string_view text);
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
    void visual_command(char name, const Command& command);
    void choose(const TextObject& object);
    void put(const Command& command, bool after);
    void join_lines(size_t count);
    void change_case(size_t count);
    // ~ exchanges, u lowers and U raises the case.
    void change_case_between(Position from, Position to, Reach reach, char how);
    void replace_characters(size_t count);
    void shift(size_t first, size_t last, bool right);

    // Insert and replace mode.
    enum class Typing : uint8_t { insert, replace, open };
    // A count repeats what was typed, for `open` each time on a line of its own.
    void insert_mode(size_t count, Typing typing = Typing::insert);
    void insert_text(const std::string& text);
    void split_line();
    void erase_before_cursor();

    // Text between two positions.
    Register take_text(Position from, Position to, Reach reach) const;
    void delete_text(Position from, Position to, Reach reach);
    void store(char name, Register text);
    // The last nine pieces of more than a line that were deleted are in "1 to "9.
    void keep_deleted(const Register& text);
    Register& register_named(int name) { return registers_[static_cast<unsigned>(name) % registers_.size()]; }

    // Searching.
    bool search(const std::string& pattern, bool forward, size_t count);
    std::optional<std::string> read_line(char prompt, std::string text = {});
    std::optional<Position> find(const Regex& regex, Position from, bool forward) const;

    // Colon commands.
    void colon_command(const std::string& line);
    bool parse_command(std::string_view text, ColonCommand& command);
    bool file_command(const ColonCommand& command);
    bool text_command(const ColonCommand& command);
    bool ex_text_command(const ColonCommand& command);
    bool other_command(const ColonCommand& command);
    void insert_from(const ColonCommand& command);
    void copy_lines(const ColonCommand& command);
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
    // Another one of the files that vi was started with.
    void edit_argument(size_t index, bool force);
    // False after complaining that changes would be lost.
    bool may_leave(bool force);
    bool source(const std::string& name);
    void start_up();
    void suspend();
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
    std::vector<std::string> lay_out(size_t& cursor_row, size_t& cursor_column);
    void add_rows(std::vector<std::string>& rows, std::string_view text, size_t begin, size_t end) const;
    void scroll_rows(const std::vector<std::string>& rows);
    void paint_row(size_t row, std::string_view now);
    void move_pen(size_t row, size_t column);
    void scroll_to_cursor();
    size_t rows_of(size_t line) const;
    size_t display_column(const std::string& text, size_t column) const;
    size_t column_at(const std::string& text, size_t display) const;
    std::string display_text(const std::string& text) const;
    [[gnu::format(printf, 2, 3)]] void say(const char* format, ...);
    // The same for what does not work: macros and scripts end.
    [[gnu::format(printf, 2, 3)]] void complain(const char* format, ...);
    void complain_of(const std::string& name, int error);
    void say_position();

    void move_to(Position to, bool keep_column = false);
    void clamp();

    RawTerminal& terminal_;
    Buffer buffer_;
    Position cursor_;
    size_t wanted_column_ = 0; // on the screen, for j and k
    std::string name_, alternate_name_;
    std::string kept_line_; // for U
    Position kept_at_;      // its line; how many lines there were
    std::vector<std::string> files_;
    size_t file_index_ = 0;
    bool read_only_ = false, quit_ = false, inserting_ = false, failed_ = false;
    int status_ = 0;
    std::string first_command_;

    std::vector<int> pending_; // the next one last
    std::vector<int> typed_, last_change_;
    std::vector<Mapping> mappings_;
    size_t unmapped_ = 0; // of pending_, what no mapping takes
    bool replaying_ = false, changed_ = false;
    size_t replay_left_ = 0; // of pending_, what belongs to `.`
    unsigned fed_keys_ = 0;  // so many came from pending_
    char recording_ = 0, last_macro_ = 0;
    std::vector<int> recorded_;
    bool ex_mode_ = false;
    std::string last_command_; // of :!
    std::vector<std::string> completions_;
    size_t completion_ = 0, completion_bytes_ = 0;

    std::array<Register, 128> registers_;
    Position before_jump_;
    std::string last_pattern_, last_find_target_, substituted_pattern_, replacement_;
    char last_find_ = 0;
    bool last_forward_ = true;
    std::optional<Position> visual_start_;
    bool visual_lines_ = false;

    bool number_ = false, ignore_case_ = false, auto_indent_ = false, expand_tabs_ = false, magic_ = true,
         wrap_scan_ = true;
    size_t tab_stop_ = 8, shift_width_ = 8;

    size_t top_ = 0, rows_ = 24, columns_ = 80;
    std::string message_, prompt_;
    std::vector<std::string> shown_;              // what the terminal's rows hold
    size_t pen_row_ = SIZE_MAX, pen_column_ = 0;  // where its cursor is; SIZE_MAX: not known
    bool repaint_ = true;
};

} // namespace coreutils::vi
