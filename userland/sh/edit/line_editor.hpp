// Reads one line from a terminal with emacs keys, history, incremental search and completion.
#pragma once

#include <string>

#include "edit/history.hpp"
#include "edit/line_buffer.hpp"
#include "edit/screen.hpp"
#include "edit/terminal.hpp"

namespace sh {

class Shell;

enum class EditResult : unsigned char { line, end, interrupted };

class LineEditor {
public:
    LineEditor(Shell& shell, History& history) : shell_(shell), history_(history) {}

    EditResult read_line(const std::string& prompt, std::string& line);

private:
    enum class Step : unsigned char { next, accept, end, abandon };

    Step handle(const Key& key);
    Step handle_control(char letter);
    void handle_meta(char letter);
    Step search();
    void complete_word();
    void list_candidates(const std::vector<std::string>& candidates);
    void move_in_history(int by);
    void insert_last_argument();
    void redraw();
    void write(const std::string& text);
    void on_signal();
    bool enter_raw_mode();

    Shell& shell_;
    History& history_;
    Terminal terminal_;
    Screen screen_;
    LineBuffer buffer_;
    std::string draft_;           // the new line while older ones are shown
    size_t history_at_ = 0;       // size(): the new line
    size_t argument_at_ = 0;      // the entry M-. took its word from
    size_t argument_length_ = 0;
    bool last_was_tab_ = false;
    bool last_was_argument_ = false;
    bool quote_next_ = false;
};

}  // namespace sh
