// The text that vi edits: lines without their newlines; one empty line stands for none. Every change goes through
// replace(), which remembers it; undo and redo go back and forth by groups of changes, one a command.
#pragma once

#include <array>
#include <stddef.h>
#include <string>
#include <string_view>
#include <vector>

namespace coreutils::vi {

struct Position {
    size_t line = 0, column = 0; // in bytes, at the first byte of a character

    friend bool operator==(const Position&, const Position&) = default;
    friend auto operator<=>(const Position&, const Position&) = default;
};

class Buffer {
public:
    Buffer() : lines_(1) { marks_.fill({kNoLine, 0}); }

    size_t line_count() const { return lines_.size(); }
    const std::string& line(size_t index) const { return lines_[index]; }
    // The lines from `first` up to and with `last`, each with its newline.
    std::string text(size_t first, size_t last) const;
    // There are no lines: the one that line(0) gives is only to stand on.
    bool is_empty() const { return empty_; }
    // Whether the text differs from what was saved, undo and redo leading back to it.
    bool is_modified() const { return saved_at_ != done_.size(); }
    void set_modified() { saved_at_ = kNowhere; }
    void set_unmodified() {
        saved_at_ = done_.size();
        group_open_ = false;
    }

    // Takes the place of everything; nothing to undo is left.
    void load(std::vector<std::string> lines);
    // Puts `lines` in place of `count` lines from `first` on.
    void replace(size_t first, size_t count, std::vector<std::string> lines);
    void set_line(size_t index, std::string text) { replace(index, 1, {std::move(text)}); }

    // Marks stay with their lines and go with them: kNoLine is the line of one that is not set.
    static constexpr size_t kNoLine = static_cast<size_t>(-1);
    Position& mark(int name) { return marks_[static_cast<unsigned>(name) % kMarks]; }

    // Lines that follow the changes like marks do, last to first: those that go are taken out.
    std::vector<size_t>& tracked_lines() { return tracked_; }

    // Changes from here on belong to one undo, begun with the cursor at `cursor`.
    void begin_group(Position cursor);
    // False when there is nothing to go back (forward) to. `cursor` becomes where the change was.
    bool undo(Position& cursor);
    bool redo(Position& cursor);

private:
    static constexpr size_t kMarks = 128;
    static constexpr size_t kNowhere = static_cast<size_t>(-1);

    struct Change {
        size_t first;
        std::vector<std::string> before, after;
        bool was_empty = false, is_empty = false;
    };
    struct Group {
        Position cursor;
        std::vector<Change> changes;
    };

    void move_marks(size_t first, size_t removed, size_t added);
    void apply(size_t first, const std::vector<std::string>& from, const std::vector<std::string>& to);

    std::vector<std::string> lines_;
    std::array<Position, kMarks> marks_;
    std::vector<size_t> tracked_;
    std::vector<Group> done_, undone_;
    Position group_cursor_;
    size_t saved_at_ = 0; // done_.size() when the text was saved
    bool group_open_ = false, empty_ = true;
};

// Characters of UTF-8 in a line: the byte offset of the next and of the previous one.
size_t next_character(const std::string& text, size_t column);
size_t previous_character(const std::string& text, size_t column);
// Appends `text`, its letters raised ('U'), lowered ('L') or exchanged ('~').
void append_in_case(std::string& to, std::string_view text, char how);
// The last position on which the cursor may stand outside insertion.
size_t last_character(const std::string& text);

} // namespace coreutils::vi
