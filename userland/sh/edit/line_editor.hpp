// Reads one line from a terminal with emacs or vi keys, history, incremental search and completion. The common keys
// and those of emacs mode are here; vi mode (vi_mode.hpp) is asked first when `set -o vi` is on.
#pragma once

#include <string>

#include "edit/history.hpp"
#include "edit/line_buffer.hpp"
#include "edit/screen.hpp"
#include "edit/terminal.hpp"
#include "edit/vi_mode.hpp"

namespace sh {

class Shell;

enum class EditResult : unsigned char { line, end, interrupted };

class LineEditor final : private ViHost {
public:
    LineEditor(Shell& shell, History& history) : shell_(shell), history_(history), vi_(buffer_, *this) {}

    EditResult read_line(const std::string& prompt, std::string& line);

private:
    enum class Step : unsigned char { next, accept, end, abandon };

    Step handle(const Key& key);
    Step handle_vi(const Key& key);
    Step handle_control(char letter);
    void handle_meta(char letter);
    Step search();
    void complete_word();
    void list_candidates(const std::vector<std::string>& candidates);
    // Up and down in emacs mode: rows of the line first, then the history.
    void move_vertically(int by);
    void show_entry(size_t index);
    void insert_last_argument();
    void redraw();
    void write(const std::string& text);
    // Next, or abandon when a trap of the interrupt ran.
    Step on_signal();
    bool enter_raw_mode();
    // What is pasted is told apart until something is typed: the echo of a typed line is the line and nothing else,
    // as who matches it expects.
    void leave_pastes();
    // Writes `last` while the terminal is still raw.
    void leave_raw_mode(const std::string& last);

    // For vi mode.
    Key next_key() override;
    Key next_literal_key() override;
    void alert() override;
    bool move_in_history(int64_t by) override;
    bool show_history_entry(std::optional<int64_t> number) override;
    bool search_history(std::string_view wanted, SearchDirection direction) override;
    std::optional<std::string> read_pattern(char mark) override;
    std::string newest_history_line() override;
    bool complete(ViCompletion kind) override;
    bool edit_outside(std::optional<int64_t> number) override;
    std::optional<std::string> macro(char letter) override;
    void clear_screen() override;

    Shell& shell_;
    History& history_;
    Terminal terminal_;
    Screen screen_;
    LineBuffer buffer_;
    std::string draft_;           // the new line while older ones are shown
    size_t history_at_ = 0;       // size(): the new line
    size_t argument_at_ = 0;      // the entry M-. took its word from
    size_t argument_length_ = 0;
    ViMode vi_;
    bool last_was_tab_ = false;
    bool last_was_argument_ = false;
    bool brackets_pastes_ = false;
};

}  // namespace sh
