// expand and unexpand: POSIX.1-2017, with GNU's -i, --first-only and lists that end in /N or +N.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/utf8.h"

#include <string>
#include <vector>

namespace coreutils {
namespace {

enum : int { kFirstOnly = kLongOnly };

// Where the stops are: listed ones, then multiples of `repeat` (counted from the last listed one with +N).
class TabStops {
public:
    // "4", "4,8,20", "4 8 /6", "4,+8". Several -t add up.
    void add(std::string_view list) {
        while (!list.empty()) {
            size_t end = list.find_first_of(", \t");
            std::string_view item = list.substr(0, end);
            list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
            if (item.empty()) continue;
            if (repeat_ != 0) usage_error("'/' and '+' specifiers are only allowed with the last value");
            char kind = item[0];
            if (kind == '/' || kind == '+') item.remove_prefix(1);
            auto value = parse_unsigned(item);
            if (!value)
                usage_error("tab size contains invalid character(s): '%s'", std::string(item).c_str());
            if (*value == 0) usage_error("tab size cannot be 0");
            if (kind == '/' || kind == '+') {
                repeat_ = *value;
                relative_ = kind == '+';
            } else {
                if (!stops_.empty() && *value <= stops_.back()) usage_error("tab sizes must be ascending");
                stops_.push_back(*value);
            }
        }
    }

    void finish() {
        if (stops_.empty() && repeat_ == 0) repeat_ = 8;
        if (stops_.size() == 1 && repeat_ == 0) {
            repeat_ = stops_[0];
            stops_.clear();
        }
    }

    // The first stop behind `column`; column + 1 with `is_stop` false behind the last one.
    uint64_t next(uint64_t column, bool& is_stop) const {
        is_stop = true;
        for (uint64_t stop : stops_)
            if (stop > column) return stop;
        if (repeat_ == 0) {
            is_stop = false;
            return column + 1;
        }
        uint64_t base = relative_ && !stops_.empty() ? stops_.back() : 0;
        return column + repeat_ - (column - base) % repeat_;
    }

private:
    std::vector<uint64_t> stops_;
    uint64_t repeat_ = 0;
    bool relative_ = false;
};

// Takes one character off `line` and moves `column` past it; tabs are the caller's.
std::string_view take_character(std::string_view& line, uint64_t& column) {
    std::string_view character = line.substr(0, decode_utf8(line).length);
    line.remove_prefix(character.size());
    if (character == "\b") {
        if (column > 0) --column;
    } else {
        column += display_width(character);
    }
    return character;
}

// Where a line is that may come in parts.
struct Place {
    uint64_t column = 0;
    bool convert = true; // tabs
};

void expand_part(std::string_view part, Place& place, const TabStops& stops, bool initial_only) {
    auto& [column, convert] = place;
    while (!part.empty()) {
        if (part[0] == '\t' && convert) {
            bool is_stop;
            uint64_t next = stops.next(column, is_stop);
            out.fill(' ', static_cast<size_t>(next - column));
            column = next;
            part.remove_prefix(1);
            continue;
        }
        if (initial_only && part[0] != ' ') convert = false;
        if (part[0] == '\t') ++column;
        out.write(take_character(part, column));
    }
}

// Replaces runs of blanks by tabs where a stop is reached; a single blank before a stop stays unless more
// follow.
void unexpand_line(std::string_view line, const TabStops& stops, bool all) {
    uint64_t column = 0;
    bool convert = true;
    while (!line.empty()) {
        if (!convert || (line[0] != ' ' && line[0] != '\t')) {
            if (!all) convert = false;
            out.write(take_character(line, column));
            continue;
        }
        uint64_t start = column;
        size_t length = 0;
        std::string result;
        size_t pending = 0; // blanks since the last stop
        for (; length < line.size() && (line[length] == ' ' || line[length] == '\t'); ++length) {
            bool is_stop;
            uint64_t stop = stops.next(column, is_stop);
            if (!is_stop) break;
            if (line[length] == '\t') {
                result.push_back('\t');
                pending = 0;
                column = stop;
                continue;
            }
            ++pending;
            ++column;
            if (column != stop) continue;
            bool more = length + 1 < line.size() && (line[length + 1] == ' ' || line[length + 1] == '\t');
            if (more) stops.next(column, more); // behind the last stop nothing is converted
            if (pending > 1 || more || column - start > 1) {
                result.push_back('\t');
                pending = 0;
            }
        }
        out.write(result);
        out.fill(' ', pending);
        if (length == 0) { // behind the last stop
            out.write(line);
            return;
        }
        line.remove_prefix(length);
    }
}

constexpr Option kExpandOptions[] = {
    {'i', "initial", nullptr, "do not convert tabs after non blanks"},
    {'t', "tabs", "LIST", "have tabs N characters apart, not 8, or at the columns of LIST"},
    {kNumberOption, nullptr, "NUM", "the same as -t NUM"},
};

int run_expand(Arguments& arguments) {
    TabStops stops;
    bool initial = false;
    while (auto option = arguments.next_option()) {
        if (*option == 'i')
            initial = true;
        else
            stops.add(arguments.value());
    }
    stops.finish();
    return for_each_input(arguments.operands(), [&](Input& input, const char*) {
        Place place;
        while (auto part = input.next_part()) {
            expand_part(part->text, place, stops, initial);
            if (part->has_delimiter) out.put('\n');
            if (part->ends) place = {};
        }
    });
}

constexpr Option kUnexpandOptions[] = {
    {'a', "all", nullptr, "convert all blanks, instead of just initial blanks"},
    {kFirstOnly, "first-only", nullptr, "convert only leading sequences of blanks (overrides -a)"},
    {'t', "tabs", "LIST",
     "have tabs N characters apart instead of 8, or at the columns of LIST (enables -a)"},
    {kNumberOption, nullptr, "NUM", "the same as -t NUM"},
};

int run_unexpand(Arguments& arguments) {
    TabStops stops;
    bool all = false, first_only = false;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'a':
            all = true;
            break;
        case kFirstOnly:
            first_only = true;
            break;
        case 't':
            all = true;
            [[fallthrough]];
        default:
            stops.add(arguments.value());
        }
    }
    stops.finish();
    return for_each_input(arguments.operands(), [&](Input& input, const char*) {
        bool ended = true;
        while (auto line = input.next_line('\n', &ended)) {
            unexpand_line(*line, stops, all && !first_only);
            if (ended) out.put('\n');
        }
    });
}

constexpr Tool kExpand = {
    .name = "expand",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Convert tabs in each file to spaces.",
    .options = kExpandOptions,
    .run = run_expand,
};
MARTLET_REGISTER_TOOL(kExpand);

constexpr Tool kUnexpand = {
    .name = "unexpand",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Convert blanks in each file to tabs.",
    .options = kUnexpandOptions,
    .run = run_unexpand,
};
MARTLET_REGISTER_TOOL(kUnexpand);

} // namespace
} // namespace coreutils
