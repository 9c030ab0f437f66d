// Command history: in memory, and across sessions in $HISTFILE (default ~/.sh_history).
#pragma once

#include <deque>
#include <string>
#include <string_view>

namespace sh {

class Shell;

class History {
public:
    explicit History(Shell& shell) : shell_(shell) {}

    void load();
    // Appends what is new to the file.
    void save();
    // Empty lines, repetitions and lines that begin with a blank are not kept.
    void add(std::string_view line);
    // Replaces the newest entry: further lines of the same command.
    void extend(std::string_view line);
    void remove_newest();

    size_t size() const { return entries_.size(); }
    const std::string& operator[](size_t index) const { return entries_[index]; }
    // The number `fc` shows for the first entry.
    size_t first_number() const { return first_number_; }

private:
    std::string file_name() const;
    std::string read_file() const;
    size_t limit() const;
    std::string as_lines(size_t from) const;
    void shorten_file();

    Shell& shell_;
    std::deque<std::string> entries_;
    size_t first_number_ = 1;
    size_t saved_ = 0;  // entries that are in the file already
};

}  // namespace sh
