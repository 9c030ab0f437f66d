// cut: POSIX.1-2017, with GNU's --complement, --output-delimiter and -z. Characters are UTF-8's.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/order.h"
#include "lib/utf8.h"

#include <algorithm>
#include <string.h>
#include <vector>

namespace coreutils {
namespace {

enum : int { kComplement = kLongOnly, kOutputDelimiter };

constexpr Option kOptions[] = {
    {'b', "bytes", "LIST", "select only these bytes"},
    {'c', "characters", "LIST", "select only these characters"},
    {'d', "delimiter", "DELIM", "use DELIM instead of TAB for field delimiter"},
    {'f', "fields", "LIST", "select only these fields; lines without delimiter are printed too, unless -s"},
    {'n', nullptr, nullptr, "with -b: don't split multibyte characters"},
    {kComplement, "complement", nullptr, "complement the set of selected bytes, characters or fields"},
    {'s', "only-delimited", nullptr, "do not print lines not containing delimiters"},
    {kOutputDelimiter, "output-delimiter", "STRING", "use STRING as the output delimiter"},
    {'z', "zero-terminated", nullptr, "line delimiter is NUL, not newline"},
};

struct Range {
    uint64_t first, last; // from 1, both included
};

struct Settings {
    char kind = '\0'; // b, c or f
    std::vector<Range> ranges;
    std::string_view delimiter = "\t";
    const char* output_delimiter = nullptr;
    bool only_delimited = false, complement = false, whole_characters = false;
    char end_of_line = '\n';
};

uint64_t position(std::string_view text, const char* list) {
    auto value = parse_unsigned(text);
    if (!value) usage_error("invalid position or range '%s'", list);
    if (*value == 0) usage_error("fields and positions are numbered from 1");
    return *value;
}

std::vector<Range> parse_list(const char* list) {
    std::vector<Range> ranges;
    std::string_view rest = list;
    for (;;) {
        size_t end = rest.find_first_of(", \t");
        std::string_view item = rest.substr(0, end);
        size_t dash = item.find('-');
        Range range{1, UINT64_MAX};
        if (item.empty() || item == "-") usage_error("invalid range '%s'", list);
        if (dash == std::string_view::npos) {
            range.first = range.last = position(item, list);
        } else {
            if (dash > 0) range.first = position(item.substr(0, dash), list);
            if (dash + 1 < item.size()) range.last = position(item.substr(dash + 1), list);
        }
        if (range.last < range.first) usage_error("invalid decreasing range '%s'", list);
        ranges.push_back(range);
        if (end == std::string_view::npos) break;
        rest.remove_prefix(end + 1);
    }
    return ranges;
}

// Sorted, without overlaps; ranges that only touch stay apart, for --output-delimiter goes between them.
void normalize(std::vector<Range>& ranges, bool complement) {
    sort_items(ranges, [](Range left, Range right) { return left.first < right.first; });
    std::vector<Range> merged;
    for (Range range : ranges) {
        if (!merged.empty() && range.first <= merged.back().last)
            merged.back().last = std::max(merged.back().last, range.last);
        else
            merged.push_back(range);
    }
    if (complement) {
        std::vector<Range> gaps;
        uint64_t next = 1;
        bool open_end = false;
        for (Range range : merged) {
            if (range.first > next) gaps.push_back({next, range.first - 1});
            open_end = range.last == UINT64_MAX;
            next = open_end ? next : range.last + 1;
        }
        if (!open_end) gaps.push_back({next, UINT64_MAX});
        merged = gaps;
    }
    ranges = std::move(merged);
}

// How far a line has been cut; it may come in parts.
struct Place {
    uint64_t position = 0; // bytes or characters before the part in hand
    size_t range = 0;      // of those that may still select something
    size_t printed_range = SIZE_MAX;

    // To be called before something of `range` is printed.
    void begin_output(const Settings& settings) {
        if (printed_range != SIZE_MAX && printed_range != range && settings.output_delimiter)
            out.write(settings.output_delimiter);
        printed_range = range;
    }
};

void cut_bytes(std::string_view part, Place& place, const Settings& settings) {
    uint64_t before = place.position, end = before + part.size();
    place.position = end;
    for (; place.range < settings.ranges.size(); ++place.range) {
        const Range& range = settings.ranges[place.range];
        if (range.first > end) return;
        place.begin_output(settings);
        uint64_t skipped = range.first > before ? range.first - 1 - before : 0;
        out.write(part.substr(static_cast<size_t>(skipped),
                              static_cast<size_t>(std::min(range.last, end) - before - skipped)));
        if (range.last > end) return;
    }
}

// Also -b -n: a character is selected when its last byte is.
void cut_characters(std::string_view part, Place& place, const Settings& settings) {
    while (!part.empty()) {
        CodePoint point = decode_utf8(part);
        uint64_t number = place.position += settings.kind == 'b' ? point.length : 1;
        while (place.range < settings.ranges.size() && settings.ranges[place.range].last < number) ++place.range;
        if (place.range == settings.ranges.size()) return;
        if (number >= settings.ranges[place.range].first) {
            place.begin_output(settings);
            out.write(part.substr(0, point.length));
        }
        part.remove_prefix(point.length);
    }
}

// False when the line is not to be printed at all.
bool cut_fields(std::string_view line, const Settings& settings) {
    size_t at = line.find(settings.delimiter);
    if (at == std::string_view::npos) {
        if (settings.only_delimited) return false;
        out.write(line);
        return true;
    }
    std::string_view separator = settings.output_delimiter ? settings.output_delimiter : settings.delimiter;
    size_t range = 0;
    bool first = true;
    for (uint64_t field = 1;; ++field) {
        while (range < settings.ranges.size() && settings.ranges[range].last < field) ++range;
        if (range == settings.ranges.size()) return true;
        if (field >= settings.ranges[range].first) {
            if (!first) out.write(separator);
            first = false;
            out.write(line.substr(0, at));
        }
        if (at == std::string_view::npos) return true;
        line.remove_prefix(at + settings.delimiter.size());
        at = line.find(settings.delimiter);
    }
}

int run(Arguments& arguments) {
    Settings settings;
    const char* list = nullptr;
    bool delimiter_given = false;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'b':
        case 'c':
        case 'f':
            if (settings.kind) usage_error("only one list may be specified");
            settings.kind = static_cast<char>(*option);
            list = arguments.value();
            break;
        case 'd':
            settings.delimiter = arguments.value();
            delimiter_given = true;
            if (settings.delimiter.empty()) settings.delimiter = std::string_view("\0", 1);
            if (decode_utf8(settings.delimiter).length != settings.delimiter.size())
                usage_error("the delimiter must be a single character");
            break;
        case 'n':
            settings.whole_characters = true;
            break;
        case 's':
            settings.only_delimited = true;
            break;
        case 'z':
            settings.end_of_line = '\0';
            break;
        case kComplement:
            settings.complement = true;
            break;
        case kOutputDelimiter:
            settings.output_delimiter = arguments.value();
            break;
        }
    }
    if (!settings.kind) usage_error("you must specify a list of bytes, characters, or fields");
    if (settings.kind != 'f' && delimiter_given)
        usage_error("an input delimiter may be specified only when operating on fields");
    if (settings.kind != 'f' && settings.only_delimited)
        usage_error("suppressing non-delimited lines makes sense only when operating on fields");
    settings.ranges = parse_list(list);
    normalize(settings.ranges, settings.complement);
    return for_each_input(arguments.operands(), [&](Input& input, const char*) {
        if (settings.kind == 'f') {
            while (auto line = input.next_line(settings.end_of_line))
                if (cut_fields(*line, settings)) out.put(settings.end_of_line);
            return;
        }
        bool by_character = settings.kind == 'c' || settings.whole_characters;
        Place place;
        while (auto part = input.next_part(settings.end_of_line)) {
            (by_character ? cut_characters : cut_bytes)(part->text, place, settings);
            if (!part->ends) continue;
            out.put(settings.end_of_line);
            place = {};
        }
    });
}

constexpr Tool kTool = {
    .name = "cut",
    .synopsis = "OPTION... [FILE]...",
    .summary = "Print selected parts of lines from each file.",
    .options = kOptions,
    .run = run,
    .notes = "A LIST is made of ranges separated by commas: N, N-, N-M, -M; numbers count from 1.",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
