// fold: POSIX.1-2017. Widths are columns of the screen, or bytes with -b; tabs, backspaces and carriage
// returns move.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/utf8.h"

#include <algorithm>
#include <string>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'b', "bytes", nullptr, "count bytes rather than columns"},
    {'s', "spaces", nullptr, "break at spaces"},
    {'w', "width", "WIDTH", "use WIDTH columns instead of 80"},
    {kNumberOption, nullptr, "NUM", "the same as -w NUM"},
};

struct Settings {
    uint64_t width = 80;
    bool bytes = false, spaces = false;
};

uint64_t column_after(std::string_view character, uint64_t column, bool bytes) {
    if (bytes) return column + 1;
    switch (character[0]) {
    case '\b':
        return column > 0 ? column - 1 : 0;
    case '\r':
        return 0;
    case '\t':
        return column + 8 - column % 8;
    default:
        return column + display_width(character);
    }
}

uint64_t column_after_all(std::string_view text, bool bytes) {
    uint64_t column = 0;
    while (!text.empty()) {
        size_t length = bytes ? 1 : decode_utf8(text).length;
        column = column_after(text.substr(0, length), column, bytes);
        text.remove_prefix(length);
    }
    return column;
}

// How many of the first characters take one byte and one column each, at most `columns`.
size_t plain_columns(std::string_view text, uint64_t columns, bool bytes) {
    size_t most = static_cast<size_t>(std::min<uint64_t>(text.size(), columns)), count = 0;
    if (bytes) return most;
    while (count < most && text[count] >= ' ' && text[count] < 127) ++count;
    return count;
}

// One line, which may come in parts. A row is printed as it comes; only with -s what may yet be broken at a blank
// is held.
class Folding {
public:
    explicit Folding(const Settings& settings) : settings_(settings) {}

    void add(const LinePart& part) {
        size_t at = held_.size();
        if (at > 0) held_.append(part.text);
        std::string_view text = at > 0 ? std::string_view(held_) : part.text;
        size_t row = fold(text, at);
        if (settings_.spaces && !part.ends) {
            if (at > 0)
                held_.erase(0, row);
            else
                held_ = text.substr(row);
            return;
        }
        out.write(text.substr(row));
        row_has_text_ = !part.ends && (row_has_text_ || row < text.size());
        held_.clear();
        if (part.ends) column_ = 0;
    }

private:
    // Prints all whole rows of `text`, which has been looked at up to `at`; answers where the last one begins.
    size_t fold(std::string_view text, size_t at) {
        size_t start = 0;
        while (at < text.size()) {
            uint64_t left = settings_.width - std::min(column_, settings_.width);
            if (size_t plain = plain_columns(text.substr(at), left, settings_.bytes)) {
                at += plain;
                column_ += plain;
                continue;
            }
            size_t length = settings_.bytes ? 1 : decode_utf8(text.substr(at)).length;
            uint64_t next = column_after(text.substr(at, length), column_, settings_.bytes);
            if (next > settings_.width && (at > start || row_has_text_)) {
                size_t end = at;
                if (settings_.spaces) {
                    size_t blank = text.substr(start, at - start).find_last_of(" \t");
                    if (blank != std::string_view::npos) end = start + blank + 1;
                }
                out.write(text.substr(start, end - start));
                out.put('\n');
                start = end;
                row_has_text_ = false;
                column_ = column_after_all(text.substr(start, at - start), settings_.bytes);
                continue;
            }
            column_ = next;
            at += length;
        }
        return start;
    }

    const Settings& settings_;
    uint64_t column_ = 0;
    bool row_has_text_ = false; // printed already
    std::string held_;          // of the row, looked at already
};

int run(Arguments& arguments) {
    Settings settings;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'b':
            settings.bytes = true;
            break;
        case 's':
            settings.spaces = true;
            break;
        default:
            settings.width = unsigned_or_die(arguments.value(), "number of columns");
            if (settings.width == 0) usage_error("invalid number of columns: '%s'", arguments.value());
        }
    }
    return for_each_input(arguments.operands(), [&](Input& input, const char*) {
        Folding folding(settings);
        while (auto part = input.next_part()) {
            folding.add(*part);
            if (part->has_delimiter) out.put('\n');
        }
    });
}

constexpr Tool kTool = {
    .name = "fold",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Wrap lines to a given width.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
