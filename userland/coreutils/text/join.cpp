// join: POSIX.1-2017, with GNU's -i, -z, --header, --check-order and -o auto. Lines compare by bytes.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"

#include <algorithm>
#include <memory>
#include <string.h>
#include <string>
#include <strings.h>
#include <vector>

namespace coreutils {
namespace {

enum : int { kCheckOrder = kLongOnly, kNoCheckOrder, kHeader };

constexpr Option kOptions[] = {
    {'a', nullptr, "FILENUM", "also print unpairable lines from file FILENUM"},
    {'e', nullptr, "EMPTY", "replace missing input fields with EMPTY"},
    {'i', "ignore-case", nullptr, "ignore differences in case when comparing fields"},
    {'j', nullptr, "FIELD", "equivalent to '-1 FIELD -2 FIELD'"},
    {'o', nullptr, "FORMAT", "obey FORMAT while constructing output line"},
    {'t', nullptr, "CHAR", "use CHAR as input and output field separator"},
    {'v', nullptr, "FILENUM", "like -a FILENUM, but suppress joined output lines"},
    {'1', nullptr, "FIELD", "join on this FIELD of file 1"},
    {'2', nullptr, "FIELD", "join on this FIELD of file 2"},
    {kCheckOrder, "check-order", nullptr, "check that the input is correctly sorted"},
    {kNoCheckOrder, "nocheck-order", nullptr, "do not check that the input is correctly sorted"},
    {kHeader, "header", nullptr, "treat the first line in each file as field headers"},
    {'z', "zero-terminated", nullptr, "line delimiter is NUL, not newline"},
};

constexpr int kBlanks = -1, kWholeLine = -2;
enum class Order { when_unpaired, always, never };

struct OutputField {
    int file; // 0: the join field, else 1 or 2
    uint64_t field;
};

struct Line {
    std::string text;
    std::vector<std::string_view> fields;

    std::string_view field(uint64_t number) const {
        return number < fields.size() ? fields[number] : std::string_view();
    }
};
using LinePointer = std::unique_ptr<Line>;

struct Settings {
    bool unpaired[2] = {}, paired = true, ignore_case = false, header = false, automatic = false;
    uint64_t key[2] = {0, 0};
    uint64_t automatic_count[2] = {};
    int separator = kBlanks;
    std::string empty;
    bool has_format = false;
    std::vector<OutputField> format;
    Order order = Order::when_unpaired;
    char end_of_line = '\n';
};

class Join {
public:
    explicit Join(Settings& settings) : settings_(settings) {}

    int run(char* first, char* second) {
        names_[0] = first, names_[1] = second;
        for (int side = 0; side < 2; ++side)
            if (!inputs_[side].open(names_[side])) die_errno(1, names_[side]);
        LinePointer left = read(0), right = read(1);
        if (settings_.automatic) {
            settings_.automatic_count[0] = left ? left->fields.size() : 0;
            settings_.automatic_count[1] = right ? right->fields.size() : 0;
        }
        if (settings_.header && (left || right)) {
            print(left.get(), right.get());
            if (left) left = read(0);
            if (right) right = read(1);
        }
        merge(std::move(left), std::move(right));
        return disordered_[0] || disordered_[1] ? 1 : 0;
    }

private:
    void merge(LinePointer left, LinePointer right) {
        while (left && right) {
            int difference = compare(*left, settings_.key[0], *right, settings_.key[1]);
            if (difference != 0) {
                int side = difference < 0 ? 0 : 1;
                LinePointer& line = side == 0 ? left : right;
                if (settings_.unpaired[side])
                    print(side == 0 ? left.get() : nullptr, side == 1 ? right.get() : nullptr);
                seen_unpaired_ = true;
                line = next(side, std::move(line));
                continue;
            }
            std::vector<LinePointer> lefts = same_keys(0, left), rights = same_keys(1, right);
            if (settings_.paired)
                for (auto& each_left : lefts)
                    for (auto& each_right : rights) print(each_left.get(), each_right.get());
        }
        for (int side = 0; side < 2; ++side) {
            LinePointer& line = side == 0 ? left : right;
            bool check =
                settings_.order != Order::never && (settings_.order == Order::always || seen_unpaired_);
            while (line && (settings_.unpaired[side] || check)) {
                if (settings_.unpaired[side])
                    print(side == 0 ? line.get() : nullptr, side == 1 ? line.get() : nullptr);
                line = next(side, std::move(line));
            }
        }
    }

    // The lines of one side that have the key of `line`, which becomes the first one behind them.
    std::vector<LinePointer> same_keys(int side, LinePointer& line) {
        std::vector<LinePointer> group;
        group.push_back(std::move(line));
        for (;;) {
            line = read(side);
            if (!line) return group;
            check_order(side, *group.back(), *line);
            if (compare(*group.back(), settings_.key[side], *line, settings_.key[side]) != 0) return group;
            group.push_back(std::move(line));
        }
    }

    LinePointer next(int side, LinePointer line) {
        LinePointer following = read(side);
        if (following) check_order(side, *line, *following);
        return following;
    }

    LinePointer read(int side) {
        auto text = inputs_[side].next_line(settings_.end_of_line);
        if (!text) {
            if (inputs_[side].error()) die_errno(1, input_label(names_[side]), inputs_[side].error());
            return nullptr;
        }
        ++numbers_[side];
        auto line = std::make_unique<Line>();
        line->text.assign(*text);
        split(*line);
        return line;
    }

    void split(Line& line) const {
        std::string_view rest = line.text;
        if (settings_.separator == kWholeLine) {
            line.fields.push_back(rest);
        } else if (settings_.separator == kBlanks) {
            for (;;) {
                size_t begin = rest.find_first_not_of(" \t\n");
                if (begin == std::string_view::npos) return;
                rest.remove_prefix(begin);
                size_t end = std::min(rest.find_first_of(" \t\n"), rest.size());
                line.fields.push_back(rest.substr(0, end));
                rest.remove_prefix(end);
            }
        } else if (!rest.empty()) {
            for (;;) {
                size_t end = rest.find(static_cast<char>(settings_.separator));
                line.fields.push_back(rest.substr(0, end));
                if (end == std::string_view::npos) return;
                rest.remove_prefix(end + 1);
            }
        }
    }

    int compare(const Line& left, uint64_t left_key, const Line& right, uint64_t right_key) const {
        std::string_view a = left.field(left_key), b = right.field(right_key);
        if (!settings_.ignore_case) return a.compare(b);
        int difference =
            strncasecmp(a.data() ? a.data() : "", b.data() ? b.data() : "", std::min(a.size(), b.size()));
        return difference != 0 ? difference : a.size() < b.size() ? -1 : a.size() > b.size();
    }

    void check_order(int side, const Line& before, const Line& after) {
        if (settings_.order == Order::never || disordered_[side]) return;
        if (settings_.order == Order::when_unpaired && !seen_unpaired_) return;
        if (compare(before, settings_.key[side], after, settings_.key[side]) <= 0) return;
        disordered_[side] = true;
        warn("%s:%llu: is not sorted: %s", names_[side], static_cast<unsigned long long>(numbers_[side]),
             after.text.c_str());
        if (settings_.order == Order::always) finish(1);
    }

    void put_field(std::string_view field, bool& first) const {
        if (!first) out.put(settings_.separator < 0 ? ' ' : static_cast<char>(settings_.separator));
        first = false;
        out.write(field.empty() ? std::string_view(settings_.empty) : field);
    }

    void put_others(const Line* line, int side, bool& first) const {
        uint64_t count = settings_.automatic ? settings_.automatic_count[side]
                         : line              ? line->fields.size()
                                             : 0;
        for (uint64_t field = 0; field < count; ++field)
            if (field != settings_.key[side])
                put_field(line ? line->field(field) : std::string_view(), first);
    }

    void print(const Line* left, const Line* right) const {
        bool first = true;
        const Line* lines[2] = {left, right};
        std::string_view key = left ? left->field(settings_.key[0]) : right->field(settings_.key[1]);
        if (settings_.has_format) {
            for (const OutputField& field : settings_.format) {
                const Line* line = field.file == 0 ? nullptr : lines[field.file - 1];
                put_field(field.file == 0 ? key
                          : line          ? line->field(field.field)
                                          : std::string_view(),
                          first);
            }
        } else {
            put_field(key, first);
            put_others(left, 0, first);
            put_others(right, 1, first);
        }
        out.put(settings_.end_of_line);
    }

    Settings& settings_;
    Input inputs_[2];
    const char* names_[2] = {};
    uint64_t numbers_[2] = {};
    bool seen_unpaired_ = false;
    bool disordered_[2] = {};
};

uint64_t parse_field(const char* text) {
    auto value = parse_unsigned(text);
    if (!value || *value == 0) usage_error("invalid field number: '%s'", text);
    return *value - 1;
}

int parse_side(const char* text) {
    if ((*text != '1' && *text != '2') || text[1]) usage_error("invalid file number: '%s'", text);
    return *text - '1';
}

void parse_format(Settings& settings, std::string_view list) {
    settings.has_format = true;
    if (list == "auto") {
        settings.automatic = true;
        settings.has_format = false;
        return;
    }
    while (!list.empty()) {
        size_t end = list.find_first_of(", \t");
        std::string item(list.substr(0, end));
        list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
        if (item == "0") {
            settings.format.push_back({0, 0});
        } else if (item.size() > 2 && (item[0] == '1' || item[0] == '2') && item[1] == '.') {
            settings.format.push_back({item[0] - '0', parse_field(item.c_str() + 2)});
        } else {
            usage_error("invalid field specifier: '%s'", item.c_str());
        }
    }
}

int run(Arguments& arguments) {
    Settings settings;
    while (auto option = arguments.next_option()) {
        const char* value = arguments.value();
        switch (*option) {
        case 'v':
            settings.paired = false;
            [[fallthrough]];
        case 'a':
            settings.unpaired[parse_side(value)] = true;
            break;
        case 'e':
            settings.empty = value;
            break;
        case 'i':
            settings.ignore_case = true;
            break;
        case 'j':
            settings.key[0] = settings.key[1] = parse_field(value);
            break;
        case '1':
        case '2':
            settings.key[*option - '1'] = parse_field(value);
            break;
        case 'o':
            parse_format(settings, value);
            break;
        case 't':
            if (!*value)
                settings.separator = kWholeLine;
            else if (strcmp(value, "\\0") == 0)
                settings.separator = 0;
            else if (value[1])
                usage_error("multi-character tab '%s'", value);
            else
                settings.separator = static_cast<unsigned char>(*value);
            break;
        case kCheckOrder:
            settings.order = Order::always;
            break;
        case kNoCheckOrder:
            settings.order = Order::never;
            break;
        case kHeader:
            settings.header = true;
            break;
        case 'z':
            settings.end_of_line = '\0';
            break;
        }
    }
    auto operands = arguments.operands();
    if (operands.empty()) missing_operand();
    if (operands.size() == 1) usage_error("missing operand after '%s'", operands[0]);
    if (operands.size() > 2) extra_operand(operands[2]);
    if (strcmp(operands[0], "-") == 0 && strcmp(operands[1], "-") == 0)
        die(1, "both files cannot be standard input");
    return Join(settings).run(operands[0], operands[1]);
}

constexpr Tool kTool = {
    .name = "join",
    .synopsis = "[OPTION]... FILE1 FILE2",
    .summary = "Join lines of two sorted files on a common field.",
    .options = kOptions,
    .run = run,
    .notes = "FORMAT is a list of FILENUM.FIELD and 0 (the join field), or 'auto': as many fields as the "
             "first lines have.",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
