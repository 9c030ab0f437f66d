// How grep prints lines: prefixes, context, colours.
#include "framework/output.h"
#include "grep/search.h"

#include <string>

namespace coreutils::grep {

void Search::put_colored(const char* color, std::string_view text) {
    if (!settings_.color) return out.write(text);
    out.print("\033[%sm\033[K", color);
    out.write(text);
    out.write("\033[m\033[K");
}

void Search::put_separator(char separator) { put_colored("36", {&separator, 1}); }

void Search::print_prefix(uint64_t offset, char separator) {
    if (with_names_) {
        put_colored("35", name_);
        if (settings_.null_after_name)
            out.put('\0');
        else
            put_separator(separator);
    }
    auto number = [&](uint64_t value) {
        std::string text = std::to_string(value);
        if (text.size() < number_width_) text.insert(0, number_width_ - text.size(), ' ');
        put_colored("32", text);
        put_separator(separator);
    };
    if (settings_.line_numbers) number(line_number_);
    if (settings_.byte_offsets) number(region_offset_ + offset);
    if (settings_.initial_tab && (with_names_ || settings_.line_numbers || settings_.byte_offsets))
        out.put('\t');
}

void Search::print_matches(std::string_view lines, Span line) {
    std::string_view text = lines.substr(line.begin, line.end - line.begin);
    for (size_t from = 0; from <= text.size();) {
        Span match = matcher_.find(text, from);
        if (!match.found()) break;
        if (match.end == match.begin) {
            from = match.end + 1;
            continue;
        }
        print_prefix(line.begin + match.begin, ':');
        put_colored("01;31", text.substr(match.begin, match.end - match.begin));
        out.put(settings_.match.delimiter);
        from = match.end;
    }
}

// A line with its matches in colour.
void Search::print_marked(std::string_view text) {
    size_t from = 0;
    while (from < text.size()) {
        Span match = matcher_.find(text, from);
        if (!match.found()) break;
        if (match.end == match.begin) {
            out.write(text.substr(from, match.begin + 1 - from));
            from = match.begin + 1;
            continue;
        }
        out.write(text.substr(from, match.begin - from));
        put_colored("01;31", text.substr(match.begin, match.end - match.begin));
        from = match.end;
    }
    if (from < text.size()) out.write(text.substr(from));
}

void Search::print_line(std::string_view lines, Span line, char separator) {
    count_to(lines, line.begin);
    bool selected = separator == ':';
    if (selected && settings_.only_matching) {
        if (!settings_.invert) print_matches(lines, line);
    } else if (!settings_.only_matching) {
        print_prefix(line.begin, separator);
        std::string_view text = lines.substr(line.begin, line.end - line.begin);
        // Matches are marked in selected lines, with -v in the others.
        bool mark = settings_.color && selected != settings_.invert;
        mark ? print_marked(text) : out.write(text);
        out.put(settings_.match.delimiter);
    }
    if (settings_.line_buffered) out.flush();
    printed_to_ = line.end + 1;
    printed_any_ = true;
}

void Search::print_before(std::string_view lines, size_t line_begin) {
    size_t begin = line_begin;
    for (uint64_t i = 0; i < settings_.before && begin > printed_to_; ++i) {
        size_t previous =
            begin >= 2 ? lines.rfind(settings_.match.delimiter, begin - 2) : std::string_view::npos;
        begin = previous == std::string_view::npos ? 0 : previous + 1;
        if (begin < printed_to_) begin = printed_to_;
    }
    bool gap = !printed_any_ ? true : begin > printed_to_;
    if (settings_.grouped && gap && group_printed_) {
        put_colored("36", "--");
        out.put('\n');
    }
    while (begin < line_begin) {
        size_t end = lines.find(settings_.match.delimiter, begin);
        print_line(lines, {begin, end}, '-');
        begin = end + 1;
    }
}

// Trailing context, up to the next selected line at `limit`.
void Search::print_after(std::string_view lines, size_t from, size_t limit) {
    while (pending_after_ > 0 && from < limit) {
        size_t end = lines.find(settings_.match.delimiter, from);
        if (end == std::string_view::npos) end = lines.size();
        print_line(lines, {from, end}, '-');
        --pending_after_;
        from = end + 1;
    }
}

} // namespace coreutils::grep
