// Input is searched in whole buffers; lines are looked at one by one only where the patterns or -v make that
// necessary.
#include "grep/search.h"

#include "framework/diagnostics.h"
#include "framework/output.h"

#include <algorithm>
#include <string.h>
#include <sys/stat.h>

namespace coreutils::grep {

Span Search::next_selected(std::string_view lines, size_t from) {
    if (!settings_.invert) return matcher_.find_line(lines, from);
    while (from < lines.size()) {
        size_t end = lines.find(settings_.match.delimiter, from);
        if (end == std::string_view::npos) end = lines.size();
        if (!matcher_.find(lines.substr(from, end - from)).found()) return {from, end};
        from = end + 1;
    }
    return {};
}

void Search::count_to(std::string_view lines, size_t offset) {
    if (!settings_.line_numbers) return;
    line_number_ += static_cast<uint64_t>(
        std::count(lines.data() + counted_, lines.data() + offset, settings_.match.delimiter));
    counted_ = offset;
}

// Takes a selected line; false when the file needs no further look.
bool Search::select(std::string_view lines, Span line) {
    ++selected_;
    switch (settings_.listing) {
    case Listing::nothing:
    case Listing::files_with:
    case Listing::files_without:
        return false;
    case Listing::count:
        return selected_ < settings_.most;
    case Listing::lines:
        break;
    }
    if (is_binary_) {
        warn("%s: binary file matches", name_);
        return false;
    }
    print_before(lines, line.begin);
    print_line(lines, line, ':');
    group_printed_ = true;
    pending_after_ = settings_.after;
    return selected_ < settings_.most;
}

// Where the lines begin that may still be printed as leading context.
size_t Search::keep_from(std::string_view lines) const {
    size_t begin = lines.size();
    for (uint64_t i = 0; i < settings_.before && begin > printed_to_; ++i) {
        size_t previous =
            begin >= 2 ? lines.rfind(settings_.match.delimiter, begin - 2) : std::string_view::npos;
        begin = previous == std::string_view::npos ? 0 : previous + 1;
    }
    return std::max(begin, std::min(printed_to_, lines.size()));
}

void Search::note_binary(std::string_view lines, size_t scanned) {
    if (settings_.binary == Binary::report && settings_.match.delimiter == '\n' &&
        memchr(lines.data() + scanned, '\0', lines.size() - scanned))
        is_binary_ = true;
}

// Looks at whole lines from `from` on.
void Search::search_lines(std::string_view lines, size_t from) {
    while (from < lines.size()) {
        if (selected_ >= settings_.most) {
            print_after(lines, from, lines.size());
            if (pending_after_ == 0) ended_ = true;
            return;
        }
        Span line = next_selected(lines, from);
        if (pending_after_ > 0) print_after(lines, from, line.found() ? line.begin : lines.size());
        if (!line.found()) return;
        from = line.end + 1;
        if (!select(lines, line) && pending_after_ == 0) {
            ended_ = true;
            return;
        }
    }
}

void Search::print_result() {
    auto print_name = [&] {
        put_colored("35", name_);
        out.put(settings_.null_after_name ? '\0' : '\n');
    };
    if (settings_.listing == Listing::count) {
        if (with_names_) {
            put_colored("35", name_);
            settings_.null_after_name ? out.put('\0') : put_separator(':');
        }
        out.print("%llu\n", static_cast<unsigned long long>(selected_));
    }
    if (settings_.listing == Listing::files_with && selected_ > 0) print_name();
    if (settings_.listing == Listing::files_without && selected_ == 0) print_name();
}

bool Search::run(Input& input, const char* name) {
    name_ = name;
    if (settings_.initial_tab) {
        struct stat info;
        bool sized = fstat(input.fd(), &info) == 0 && S_ISREG(info.st_mode);
        number_width_ = std::to_string(sized ? info.st_size + settings_.line_numbers : INT64_MAX).size();
    }
    size_t scanned = 0;
    bool first = true, more = true;
    std::string last_line; // the last line, when its delimiter is missing
    while (more && !ended_) {
        more = input.fill_more();
        std::string_view block = input.buffered();
        if (first && settings_.binary != Binary::text && settings_.match.delimiter == '\n' &&
            block.contains('\0')) {
            if (settings_.binary == Binary::without_match) return false;
            is_binary_ = true;
        }
        first = false;
        if (!more && !block.empty() && !block.ends_with(settings_.match.delimiter)) {
            last_line.assign(block).push_back(settings_.match.delimiter);
            block = last_line;
        }
        size_t end = block.rfind(settings_.match.delimiter);
        if (end == std::string_view::npos) continue; // the line goes on
        std::string_view lines = block.substr(0, end + 1);
        if (!is_binary_) note_binary(lines, scanned);
        search_lines(lines, scanned);
        if (ended_) break;
        size_t keep = keep_from(lines);
        count_to(lines, keep);
        if (last_line.empty()) input.consume(keep);
        scanned = lines.size() - keep;
        region_offset_ += keep;
        counted_ -= settings_.line_numbers ? keep : 0;
        printed_to_ = printed_to_ > keep ? printed_to_ - keep : 0;
        if (selected_ >= settings_.most && pending_after_ == 0) ended_ = true;
    }
    print_result();
    return selected_ > 0; // also with -L: what counts is whether a line was selected
}

} // namespace coreutils::grep
