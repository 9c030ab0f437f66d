// fold: POSIX.1-2017. Widths are columns of the screen, or bytes with -b; tabs, backspaces and carriage
// returns move.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/utf8.h"

#include <algorithm>

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

void fold_line(std::string_view line, const Settings& settings) {
    size_t start = 0, at = 0;
    uint64_t column = 0;
    while (at < line.size()) {
        if (size_t plain = plain_columns(line.substr(at), settings.width - std::min(column, settings.width),
                                         settings.bytes)) {
            at += plain;
            column += plain;
            continue;
        }
        size_t length = settings.bytes ? 1 : decode_utf8(line.substr(at)).length;
        uint64_t next = column_after(line.substr(at, length), column, settings.bytes);
        if (next > settings.width && at > start) {
            size_t end = at;
            if (settings.spaces) {
                size_t blank = line.substr(start, at - start).find_last_of(" \t");
                if (blank != std::string_view::npos) end = start + blank + 1;
            }
            out.write(line.substr(start, end - start));
            out.put('\n');
            start = end;
            column = column_after_all(line.substr(start, at - start), settings.bytes);
            continue;
        }
        column = next;
        at += length;
    }
    out.write(line.substr(start));
}

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
        bool ended = true;
        while (auto line = input.next_line('\n', &ended)) {
            fold_line(*line, settings);
            if (ended) out.put('\n');
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
