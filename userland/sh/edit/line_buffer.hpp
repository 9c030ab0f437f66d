// The line being edited: UTF-8 text, a cursor that stands between characters, kill buffer and undo. No terminal.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sh {

class LineBuffer {
public:
    const std::string& text() const { return text_; }
    size_t cursor() const { return cursor_; }
    bool at_end() const { return cursor_ == text_.size(); }
    bool empty() const { return text_.empty(); }

    // The characters' neighbours, and the line of the text, around a position.
    size_t before(size_t position) const;
    size_t after(size_t position) const;
    size_t line_start(size_t position) const;
    size_t line_end(size_t position) const;

    // Replaces everything, cursor at the end; not undoable.
    void reset(std::string_view text);
    void insert(std::string_view text);
    void replace(size_t from, size_t to, std::string_view text);

    void move_to(size_t position) { cursor_ = position; }
    void move_left() { cursor_ = before(cursor_); }
    void move_right() { cursor_ = after(cursor_); }
    // Start and end of the line the cursor is in.
    void move_to_start() { cursor_ = line_start(); }
    void move_to_end() { cursor_ = line_end(); }
    void move_word_left() { cursor_ = word_left(); }
    void move_word_right() { cursor_ = word_right(); }
    // False when there is no line above or below.
    bool move_up();
    bool move_down();

    void erase_left();
    void erase_right();
    void kill_to_end();
    void kill_to_start();
    void kill_word_left();
    void kill_word_right();
    // Back to a blank, as ^W does.
    void kill_blank_word_left();
    void yank() { insert(killed_); }
    void transpose();
    enum class Case { upper, lower, capital };
    void change_case(Case wanted);
    void undo();
    // The next command begins a new kill and a new undo step.
    void end_command() {
        last_was_kill_ = std::exchange(this_was_kill_, false);
        inserting_ = std::exchange(this_inserted_, false);
    }

private:
    struct State {
        std::string text;
        size_t cursor;
    };

    size_t line_start() const { return line_start(cursor_); }
    size_t line_end() const { return line_end(cursor_); }
    size_t word_left() const;
    size_t word_right() const;
    void kill(size_t from, size_t to);
    void remember();

    std::string text_;
    size_t cursor_ = 0;
    std::string killed_;
    std::vector<State> undo_;
    bool last_was_kill_ = false;
    bool this_was_kill_ = false;
    bool inserting_ = false;
    bool this_inserted_ = false;
};

}  // namespace sh
