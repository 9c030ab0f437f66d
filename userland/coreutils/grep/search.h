// One file searched for the lines that grep selects, and these printed.
#pragma once

#include "framework/input.h"
#include "grep/settings.h"

#include <stdint.h>
#include <string_view>

namespace coreutils::grep {

class Search {
public:
    Search(const Settings& settings, const Matcher& matcher, bool with_names)
        : settings_(settings), matcher_(matcher), with_names_(with_names) {}

    // True when the file has selected lines.
    bool run(Input& input, const char* name);

private:
    void note_binary(std::string_view lines, size_t scanned);
    void search_lines(std::string_view lines, size_t from);
    void print_result();
    void print_marked(std::string_view text);
    Span next_selected(std::string_view lines, size_t from);
    bool select(std::string_view lines, Span line);
    void print_before(std::string_view lines, size_t line_begin);
    void print_after(std::string_view lines, size_t from, size_t limit);
    void print_line(std::string_view lines, Span line, char separator);
    void print_matches(std::string_view lines, Span line);
    void print_prefix(uint64_t offset, char separator);
    void put_colored(const char* color, std::string_view text);
    void put_separator(char separator);
    void count_to(std::string_view lines, size_t offset);
    size_t keep_from(std::string_view lines) const;

    const Settings& settings_;
    const Matcher& matcher_;
    bool with_names_;
    static inline bool group_printed_ = false; // over all files

    const char* name_ = nullptr;
    size_t number_width_ = 0; // with -T: of the largest number there can be
    uint64_t region_offset_ = 0;
    uint64_t line_number_ = 1; // of the line at counted_
    size_t counted_ = 0;
    size_t printed_to_ = 0; // offset in the region behind the last line printed
    bool printed_any_ = false;
    uint64_t selected_ = 0;
    uint64_t pending_after_ = 0;
    bool is_binary_ = false;
    bool ended_ = false; // nothing more to look for
};

} // namespace coreutils::grep
