// cal: POSIX.1-2017, with util-linux's -3, -m, -s, -y and -j. The Gregorian calendar begins after 2 September
// 1752.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/numbers.h"

#include <stdio.h>
#include <string.h>
#include <string>
#include <strings.h>
#include <time.h>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'1', "one", nullptr, "show only a single month (default)"},
    {'3', "three", nullptr, "show three months spanning the date"},
    {'j', "julian", nullptr, "output days of the year"},
    {'m', "monday", nullptr, "Monday as first day of week"},
    {'s', "sunday", nullptr, "Sunday as first day of week"},
    {'y', "year", nullptr, "show the whole year"},
};

constexpr const char* kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                                   "July",    "August",   "September", "October", "November", "December"};
constexpr const char* kDays[] = {"Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"};
constexpr int kRows = 6;

struct Settings {
    bool monday_first = false, julian = false;
    int highlight_year = 0, highlight_month = 0, highlight_day = 0;
    int day_width() const { return julian ? 3 : 2; }
    int month_width() const { return 7 * (day_width() + 1) - 1; }
};

bool is_leap(int64_t year) {
    if (year <= 1752) return year % 4 == 0;
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int days_of(int64_t year, int month) {
    constexpr int kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 1 && is_leap(year) ? 29 : kLengths[month];
}

// 0: Sunday. Days are counted from 1 January of year 1, a Saturday in the Julian calendar.
int weekday_of(int64_t year, int month, int day) {
    int64_t before = year - 1;
    int64_t days = before * 365 + before / 4;
    for (int each = 0; each < month; ++each) days += days_of(year, each);
    days += day - 1;
    bool gregorian = year > 1752 || (year == 1752 && (month > 8 || (month == 8 && day > 2)));
    if (gregorian) {
        days -= 11;
        if (before > 1752) days -= before / 100 - 17 - (before / 400 - 4);
    }
    return static_cast<int>((days + 6) % 7);
}

std::string centred(const std::string& text, int width) {
    int left = (width - static_cast<int>(text.size())) / 2;
    std::string line(static_cast<size_t>(left > 0 ? left : 0), ' ');
    line += text;
    if (line.size() < static_cast<size_t>(width)) line.append(static_cast<size_t>(width) - line.size(), ' ');
    return line;
}

std::string day_header(const Settings& settings) {
    std::string line;
    for (int column = 0; column < 7; ++column) {
        if (column > 0) line.push_back(' ');
        line.append(static_cast<size_t>(settings.day_width() - 2), ' ');
        line += kDays[(column + (settings.monday_first ? 1 : 0)) % 7];
    }
    return line;
}

// Six lines of days, each as wide as the month.
std::vector<std::string> month_rows(int64_t year, int month, const Settings& settings) {
    std::vector<std::string> rows;
    std::string row;
    int column = (weekday_of(year, month, 1) + (settings.monday_first ? 6 : 0)) % 7;
    for (int blank = 0; blank < column; ++blank)
        row.append(static_cast<size_t>(settings.day_width() + 1), ' ');
    int day_of_year = 0;
    for (int each = 0; each < month; ++each)
        day_of_year += days_of(year, each) - (year == 1752 && each == 8 ? 11 : 0);
    for (int day = 1; day <= days_of(year, month); ++day) {
        if (year == 1752 && month == 8 && day == 3) day = 14;
        ++day_of_year;
        char text[16];
        snprintf(text, sizeof(text), "%*d", settings.day_width(), settings.julian ? day_of_year : day);
        bool today = year == settings.highlight_year && month == settings.highlight_month &&
                     day == settings.highlight_day;
        row += today ? std::string("\033[7m") + text + "\033[0m" : text;
        if (++column == 7) {
            rows.push_back(row);
            row.clear();
            column = 0;
        } else {
            row.push_back(' ');
        }
    }
    if (column > 0) {
        for (; column < 7; ++column)
            row.append(static_cast<size_t>(settings.day_width() + (column < 6 ? 1 : 0)), ' ');
        rows.push_back(row);
    }
    while (rows.size() < kRows) rows.emplace_back(static_cast<size_t>(settings.month_width()), ' ');
    return rows;
}

void print_line(const std::string& line) {
    out.write(line);
    out.put('\n');
}

// Months side by side; titles with the year or without.
void print_months(std::vector<std::pair<int64_t, int>> months, bool with_year, const Settings& settings) {
    std::string titles, headers;
    std::vector<std::vector<std::string>> rows;
    for (size_t index = 0; index < months.size(); ++index) {
        const char* gap = index > 0 ? "  " : "";
        std::string title = kMonths[months[index].second];
        if (with_year) title += " " + std::to_string(months[index].first);
        titles += gap + centred(title, settings.month_width());
        headers += gap + day_header(settings);
        rows.push_back(month_rows(months[index].first, months[index].second, settings));
    }
    print_line(titles);
    print_line(headers);
    for (size_t row = 0; row < kRows; ++row) {
        std::string line;
        for (size_t index = 0; index < rows.size(); ++index)
            line += (index > 0 ? "  " : "") + rows[index][row];
        print_line(line);
    }
}

void print_year(int64_t year, const Settings& settings) {
    int per_row = settings.julian ? 2 : 3;
    print_line(centred(std::to_string(year), per_row * settings.month_width() + 2 * (per_row - 1)));
    out.put('\n');
    for (int month = 0; month < 12; month += per_row) {
        std::vector<std::pair<int64_t, int>> months;
        for (int each = month; each < month + per_row; ++each) months.emplace_back(year, each);
        print_months(months, false, settings);
    }
}

int parse_month(const char* text) {
    auto number = parse_unsigned(text);
    if (number && *number >= 1 && *number <= 12) return static_cast<int>(*number) - 1;
    for (int month = 0; month < 12; ++month)
        if (strlen(text) >= 3 && strncasecmp(text, kMonths[month], strlen(text)) == 0) return month;
    die(1, number ? "illegal month value: use 1-12" : "unknown month name: %s", text);
}

int run(Arguments& arguments) {
    Settings settings;
    bool three = false, whole_year = false;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case '3':
            three = true;
            break;
        case 'j':
            settings.julian = true;
            break;
        case 'm':
            settings.monday_first = true;
            break;
        case 's':
            settings.monday_first = false;
            break;
        case 'y':
            whole_year = true;
            break;
        }
    }
    auto operands = arguments.operands();
    if (operands.size() > 3) extra_operand(operands[3]);
    time_t now = time(nullptr);
    tm today;
    localtime_r(&now, &today);
    int64_t year = today.tm_year + 1900;
    int month = today.tm_mon, day = today.tm_mday;
    if (operands.size() == 1) {
        whole_year = true;
    } else if (operands.size() >= 2) {
        month = parse_month(operands[operands.size() - 2]);
    }
    if (!operands.empty()) {
        auto value = parse_unsigned(operands.back());
        if (!value || *value == 0 || *value > 9999) die(1, "illegal year value: use 1-9999");
        year = static_cast<int64_t>(*value);
    }
    if (operands.size() == 3) {
        auto value = parse_unsigned(operands[0]);
        if (!value || *value == 0 || *value > static_cast<uint64_t>(days_of(year, month)))
            die(1, "illegal day value: use 1-%d", days_of(year, month));
        day = static_cast<int>(*value);
    }
    if (out.is_terminal()) {
        settings.highlight_year = operands.size() == 3 ? static_cast<int>(year) : today.tm_year + 1900;
        settings.highlight_month = operands.size() == 3 ? month : today.tm_mon;
        settings.highlight_day = operands.size() == 3 ? day : today.tm_mday;
    }
    if (whole_year && !three) {
        print_year(year, settings);
    } else if (three) {
        auto before =
            month == 0 ? std::pair<int64_t, int>(year - 1, 11) : std::pair<int64_t, int>(year, month - 1);
        auto after =
            month == 11 ? std::pair<int64_t, int>(year + 1, 0) : std::pair<int64_t, int>(year, month + 1);
        print_months({before, {year, month}, after}, true, settings);
    } else {
        print_months({{year, month}}, true, settings);
    }
    return 0;
}

constexpr Tool kTool = {
    .name = "cal",
    .synopsis = "[OPTION]... [[[DAY] MONTH] YEAR]",
    .summary = "Display a calendar, or some part of it.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
