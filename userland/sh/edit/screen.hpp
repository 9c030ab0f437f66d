// Draws the prompt and the line, which may take several rows, and keeps the cursor where it belongs. Only
// sequences that every VT100 knows are used.
#pragma once

#include <string>
#include <string_view>

namespace sh {

class Screen {
public:
    // A new line begins where the cursor is, behind what a program wrote without a newline.
    void start(std::string_view prompt, int columns);
    void resize(int columns) { columns_ = columns; }
    // The bytes that change the screen from what it shows to this text and cursor.
    std::string draw(std::string_view text, size_t cursor);
    // The same with another prompt for a while, as searching shows.
    std::string draw_with_prompt(std::string_view prompt, std::string_view text, size_t cursor);
    // Moves behind the text.
    std::string move_to_end(std::string_view text);
    // Moves below the text.
    std::string finish(std::string_view text);
    // What was drawn is gone or was scrolled away: the next draw begins on a fresh row.
    void forget() { cursor_row_ = 0; drawn_ = false; }

    const std::string& prompt() const { return prompt_; }

private:
    struct Position {
        int row = 0;
        int column = 0;
    };
    // Appends text as the terminal shall show it and advances the position. Only a prompt's escape sequences reach the
    // terminal: what is typed, pasted or in the history shows them as text.
    enum class Escapes : unsigned char { meant, shown };
    void put(std::string& out, Position& at, std::string_view text, Escapes escapes) const;
    std::string render(std::string_view prompt, std::string_view text, size_t cursor);

    std::string prompt_;       // its last line
    std::string prompt_head_;  // lines above it, written once
    std::string shown_;
    int columns_ = 80;
    int cursor_row_ = 0;
    Position cursor_;
    bool drawn_ = false;
    bool end_known_ = false;  // the cursor stands behind the whole text
};

}  // namespace sh
