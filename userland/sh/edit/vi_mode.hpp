// Vi-mode line editing: insert and command mode over a LineBuffer. Standard: POSIX.1-2017 sh, Command Line Editing
// (vi-mode), all of its commands. What needs the history, a terminal or other programs is asked of the ViHost.
//
// A change is recorded key by key; `.` plays the keys again. Undo takes back whole commands.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edit/line_buffer.hpp"
#include "edit/terminal.hpp"

namespace sh {

enum class ViCompletion : uint8_t { list, complete, expand };
enum class SearchDirection : uint8_t { older, newer };

class ViHost {
public:
    // Shows the line and waits for a key.
    virtual Key next_key() = 0;
    // As text, whatever it is.
    virtual Key next_literal_key() = 0;
    virtual void alert() = 0;
    // Another line of the history into the buffer; false when there is none.
    virtual bool move_in_history(int64_t by) = 0;
    // By its number as fc(1) shows it; without one the oldest.
    virtual bool show_history_entry(std::optional<int64_t> number) = 0;
    virtual bool search_history(std::string_view pattern, SearchDirection direction) = 0;
    // The pattern that the user types after `mark`; nothing when it was given up.
    virtual std::optional<std::string> read_pattern(char mark) = 0;
    virtual std::string newest_history_line() = 0;
    // With the cursor behind the word in question.
    virtual bool complete(ViCompletion kind) = 0;
    // The line, or that entry of the history, through the user's editor into the buffer; false when that failed.
    virtual bool edit_outside(std::optional<int64_t> number) = 0;
    // The value of the alias `_letter`.
    virtual std::optional<std::string> macro(char letter) = 0;
    virtual void clear_screen() = 0;

protected:
    ~ViHost() = default;
};

enum class ViResult : uint8_t {
    next,
    accept,
    end,      // end of file
    abandon,  // interrupt
    common,   // a key that both editing modes share: arrows, resizing, completion
};

class ViMode {
public:
    ViMode(LineBuffer& buffer, ViHost& host) : buffer_(buffer), host_(host) {}

    // A new line begins, in insert mode.
    void begin_line();
    // Of the line that the history, or an editor, put into the buffer; also where undo ends.
    void line_was_replaced();
    ViResult handle(const Key& key);

private:
    struct State {
        std::string text;
        size_t cursor;
    };
    struct Motion {
        size_t target = 0;
        bool inclusive = false;  // the character at the target belongs to it
    };
    struct Find {
        char kind = 0;  // f F t T
        std::string character;
    };

    Key next_key(Key (ViHost::*read)() = &ViHost::next_key);
    ViResult process(const Key& key);
    ViResult insert_key(const Key& key);
    ViResult command_key(const Key& key);
    ViResult command(char letter, std::optional<int64_t> count);
    ViResult history_command(char letter, std::optional<int64_t> count, bool& known);
    ViResult outside_command(char letter, std::optional<int64_t> count, bool& known);
    bool change_command(char letter, int64_t count, bool& known);
    bool operate(char operation, int64_t count);
    void apply(char operation, size_t from, size_t to);
    bool replace_characters(int64_t count);
    bool invert_case(int64_t count);
    bool append_last_word(std::optional<int64_t> count);
    bool put(int64_t count, bool after);
    ViResult repeat(std::optional<int64_t> count);

    std::optional<Motion> motion(char letter, int64_t count);
    std::optional<Motion> find(const Find& wanted, int64_t count);
    size_t word_forward(size_t at, bool big) const;
    size_t word_end(size_t at, bool big) const;
    size_t word_backward(size_t at, bool big) const;
    size_t end_of_words(size_t at, int64_t count, bool big) const;
    int class_of(size_t at, bool big) const;

    void remember();
    void undo();
    void undo_all();
    void enter_insert_mode(bool replacing = false);
    void leave_insert_mode();
    void change_done();
    void keep_cursor_on_character();
    ViResult fail();

    LineBuffer& buffer_;
    ViHost& host_;
    bool inserting_ = true;
    bool replacing_ = false;   // R
    std::string yanked_;
    std::string original_;
    std::vector<State> undo_;
    Find last_find_;
    std::string last_pattern_;
    SearchDirection last_direction_ = SearchDirection::older;
    // Keys of the change going on, of the last one, and those still to be played.
    std::vector<Key> recording_, last_change_;
    std::deque<Key> playing_;
    bool replaying_ = false;
    bool change_going_on_ = false;
    std::optional<int64_t> count_, last_count_;
};

}  // namespace sh
