// comm: POSIX.1-2017, with GNU's --check-order, --output-delimiter, --total and -z. Lines compare by bytes.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"

#include <optional>
#include <string>
#include <string.h>

namespace coreutils {
namespace {

enum : int { kCheckOrder = kLongOnly, kNoCheckOrder, kOutputDelimiter, kTotal };

constexpr Option kOptions[] = {
    {'1', nullptr, nullptr, "suppress column 1 (lines unique to FILE1)"},
    {'2', nullptr, nullptr, "suppress column 2 (lines unique to FILE2)"},
    {'3', nullptr, nullptr, "suppress column 3 (lines that appear in both files)"},
    {kCheckOrder, "check-order", nullptr, "check that the input is sorted, even if all lines can be paired"},
    {kNoCheckOrder, "nocheck-order", nullptr, "do not check that the input is sorted"},
    {kOutputDelimiter, "output-delimiter", "STR", "separate columns with STR"},
    {kTotal, "total", nullptr, "print a summary"},
    {'z', "zero-terminated", nullptr, "line delimiter is NUL, not newline"},
};

enum class Order { when_unpaired, always, never };

// One of the two files, a line ahead; remembers its last line to see whether it is sorted.
struct Side {
    Input input;
    int number;
    const char* name;
    std::string line, previous;
    bool at_end = false, complained = false;
};

class Comparison {
public:
    bool shown[3] = {true, true, true};
    std::string delimiter = "\t";
    Order order = Order::when_unpaired;
    bool total = false;
    char end_of_line = '\n';

    int run(const char* first, const char* second) {
        open(sides_[0], 1, first);
        open(sides_[1], 2, second);
        uint64_t counts[3] = {};
        while (!sides_[0].at_end || !sides_[1].at_end) {
            int difference = sides_[0].at_end   ? 1
                             : sides_[1].at_end ? -1
                                                : sides_[0].line.compare(sides_[1].line);
            int column = difference < 0 ? 0 : difference > 0 ? 1 : 2;
            if (difference != 0) unpaired_ = true;
            ++counts[column];
            if (shown[column]) print(column, difference <= 0 ? sides_[0].line : sides_[1].line);
            if (difference <= 0) advance(sides_[0]);
            if (difference >= 0) advance(sides_[1]);
        }
        if (total)
            out.print("%llu%s%llu%s%llu%stotal%c", static_cast<unsigned long long>(counts[0]),
                      delimiter.c_str(), static_cast<unsigned long long>(counts[1]), delimiter.c_str(),
                      static_cast<unsigned long long>(counts[2]), delimiter.c_str(), end_of_line);
        if (sides_[0].complained || sides_[1].complained) {
            if (order == Order::when_unpaired) warn("input is not in sorted order");
            return 1;
        }
        return 0;
    }

private:
    void open(Side& side, int number, const char* name) {
        side.number = number;
        side.name = name;
        if (!side.input.open(name)) die_errno(1, name);
        advance(side);
        side.previous = side.line;
    }

    void advance(Side& side) {
        side.previous.swap(side.line);
        auto next = side.input.next_line(end_of_line);
        side.at_end = !next;
        if (!next) {
            if (side.input.error()) die_errno(1, input_label(side.name), side.input.error());
            side.line.swap(side.previous);
            return;
        }
        side.line.assign(*next);
        bool check = order == Order::always || (order == Order::when_unpaired && unpaired_);
        if (!check || side.complained || side.line >= side.previous) return;
        side.complained = true;
        warn("file %d is not in sorted order", side.number);
        if (order == Order::always) finish(1);
    }

    void print(int column, const std::string& line) {
        for (int before = 0; before < column; ++before)
            if (shown[before]) out.write(delimiter);
        out.write(line);
        out.put(end_of_line);
    }

    Side sides_[2];
    bool unpaired_ = false;
};

int run(Arguments& arguments) {
    Comparison comparison;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case '1':
        case '2':
        case '3':
            comparison.shown[*option - '1'] = false;
            break;
        case kCheckOrder:
            comparison.order = Order::always;
            break;
        case kNoCheckOrder:
            comparison.order = Order::never;
            break;
        case kOutputDelimiter:
            comparison.delimiter = arguments.value();
            if (comparison.delimiter.empty()) comparison.delimiter.push_back('\0');
            break;
        case kTotal:
            comparison.total = true;
            break;
        case 'z':
            comparison.end_of_line = '\0';
            break;
        }
    }
    auto operands = arguments.operands();
    if (operands.empty()) missing_operand();
    if (operands.size() == 1) usage_error("missing operand after '%s'", operands[0]);
    if (operands.size() > 2) extra_operand(operands[2]);
    return comparison.run(operands[0], operands[1]);
}

constexpr Tool kTool = {
    .name = "comm",
    .synopsis = "[OPTION]... FILE1 FILE2",
    .summary = "Compare two sorted files line by line.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
