// column: lays lines out in columns, or with -t their fields in a table (options of util-linux's).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/columns.h"
#include "lib/numbers.h"
#include "lib/utf8.h"

#include <algorithm>
#include <string>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'t', "table", nullptr, "create a table"},
    {'s', "separator", "STRING", "possible table delimiters"},
    {'o', "output-separator", "STRING", "columns separator for table output (default is two spaces)"},
    {'c', "output-width", "WIDTH", "width of output in number of characters"},
    {'c', "columns", "WIDTH", nullptr},
    {'x', "fillrows", nullptr, "fill rows before columns"},
    {'N', "table-columns", "NAMES", "comma separated columns names"},
    {'R', "table-right", "COLUMNS", "right align text in these columns"},
    {'H', "table-hide", "COLUMNS", "don't print the columns"},
    {'O', "table-order", "COLUMNS", "specify order of output columns"},
    {'l', "table-columns-limit", "NUM", "maximal number of input columns"},
    {'d', "table-noheadings", nullptr, "don't print header"},
    {'L', "keep-empty-lines", nullptr, "don't ignore empty lines"},
    {'L', "table-empty-lines", nullptr, nullptr},
};

struct Settings {
    bool table = false, across = false, no_headings = false, keep_empty = false, width_given = false;
    std::string separators = "\t ";
    bool separators_given = false; // then every one of them ends a field
    std::string gap = "  ";
    size_t width = 0, limit = 0;
    std::vector<std::string> names;
    std::string right, hidden, order;
};

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> parts;
    for (;;) {
        size_t comma = text.find(',');
        parts.emplace_back(text.substr(0, comma));
        if (comma == std::string_view::npos) return parts;
        text.remove_prefix(comma + 1);
    }
}

std::vector<std::string> split_fields(std::string_view line, const Settings& settings) {
    std::vector<std::string> fields;
    if (!settings.separators_given) {
        size_t at = line.find_first_not_of(settings.separators);
        while (at != std::string_view::npos) {
            size_t end = line.find_first_of(settings.separators, at);
            if (settings.limit && fields.size() + 1 == settings.limit) end = std::string_view::npos;
            fields.emplace_back(line.substr(at, end == std::string_view::npos ? end : end - at));
            at = line.find_first_not_of(settings.separators, end);
        }
        return fields;
    }
    for (;;) {
        size_t end = line.find_first_of(settings.separators);
        if (settings.limit && fields.size() + 1 == settings.limit) end = std::string_view::npos;
        fields.emplace_back(line.substr(0, end));
        if (end == std::string_view::npos) return fields;
        line.remove_prefix(end + 1);
    }
}

class Table {
public:
    explicit Table(const Settings& settings) : settings_(settings) {
        if (!settings.names.empty() && !settings.no_headings) rows_.push_back(settings.names);
    }
    void add(std::string_view line) { rows_.push_back(split_fields(line, settings_)); }

    void print() {
        size_t count = settings_.names.size();
        for (const auto& row : rows_) count = std::max(count, row.size());
        std::vector<size_t> widths(count);
        for (const auto& row : rows_)
            for (size_t index = 0; index < row.size(); ++index)
                widths[index] = std::max(widths[index], display_width(row[index]));
        std::vector<bool> hidden = chosen(settings_.hidden, count), right = chosen(settings_.right, count);
        std::vector<size_t> order = column_order(count);
        std::erase_if(order, [&](size_t column) { return hidden[column]; });
        for (const auto& row : rows_) print_row(row, widths, right, order);
    }

private:
    void print_row(const std::vector<std::string>& row, const std::vector<size_t>& widths,
                   const std::vector<bool>& right, const std::vector<size_t>& order) const {
        for (size_t index = 0; index < order.size(); ++index) {
            size_t column = order[index];
            std::string_view text = column < row.size() ? std::string_view(row[column]) : "";
            size_t fill = widths[column] - std::min(widths[column], display_width(text));
            bool last = index + 1 == order.size();
            if (right[column]) out.fill(' ', fill);
            out.write(text);
            if (!right[column] && !last) out.fill(' ', fill);
            if (!last) out.write(settings_.gap);
        }
        out.put('\n');
    }

    size_t column_of(std::string_view name, size_t count) const {
        for (size_t index = 0; index < settings_.names.size(); ++index)
            if (settings_.names[index] == name) return index;
        auto number = parse_unsigned(name);
        if (!number || *number == 0 || *number > count)
            die(1, "undefined column name '%s'", std::string(name).c_str());
        return static_cast<size_t>(*number - 1);
    }

    std::vector<bool> chosen(const std::string& list, size_t count) const {
        std::vector<bool> result(count);
        if (list.empty() || count == 0) return result;
        for (const std::string& name : split_list(list)) {
            if (name == "-") {
                for (size_t index = settings_.names.size(); index < count; ++index) result[index] = true;
            } else {
                result[column_of(name, count)] = true;
            }
        }
        return result;
    }

    std::vector<size_t> column_order(size_t count) const {
        std::vector<size_t> order;
        if (!settings_.order.empty())
            for (const std::string& name : split_list(settings_.order))
                order.push_back(column_of(name, count));
        std::vector<bool> named(count);
        for (size_t column : order) named[column] = true;
        for (size_t index = 0; index < count; ++index)
            if (!named[index]) order.push_back(index);
        return order;
    }

    const Settings& settings_;
    std::vector<std::vector<std::string>> rows_;
};

// Columns as wide as the widest entry, up to the next tab stop, separated by tabs.
void print_list(const std::vector<std::string>& entries, const Settings& settings) {
    size_t widest = 0;
    for (const std::string& entry : entries) widest = std::max(widest, display_width(entry));
    size_t width = settings.width;
    size_t column = (widest / 8 + 1) * 8;
    size_t columns = std::max<size_t>(width / column, 1);
    if (widest >= width) columns = 1;
    size_t rows = (entries.size() + columns - 1) / columns;
    for (size_t row = 0; row < rows; ++row) {
        for (size_t index = 0; index < columns; ++index) {
            size_t at = settings.across ? row * columns + index : index * rows + row;
            if (at >= entries.size()) break;
            out.write(entries[at]);
            size_t next = settings.across ? at + 1 : at + rows;
            if (index + 1 == columns || next >= entries.size()) break;
            for (size_t position = display_width(entries[at]); position < column;
                 position = (position / 8 + 1) * 8)
                out.put('\t');
        }
        out.put('\n');
    }
}

int run(Arguments& arguments) {
    Settings settings;
    settings.width = terminal_width();
    while (auto option = arguments.next_option()) {
        const char* value = arguments.value();
        switch (*option) {
        case 't':
            settings.table = true;
            break;
        case 's':
            settings.separators = value;
            settings.separators_given = true;
            break;
        case 'o':
            settings.gap = value;
            break;
        case 'c':
            settings.width = static_cast<size_t>(unsigned_or_die(value, "columns argument"));
            break;
        case 'x':
            settings.across = true;
            break;
        case 'N':
            settings.names = split_list(value);
            break;
        case 'R':
            settings.right = value;
            break;
        case 'H':
            settings.hidden = value;
            break;
        case 'O':
            settings.order = value;
            break;
        case 'l':
            settings.limit = static_cast<size_t>(unsigned_or_die(value, "columns limit"));
            if (settings.limit == 0) die(1, "columns limit must be greater than zero");
            break;
        case 'd':
            settings.no_headings = true;
            break;
        case 'L':
            settings.keep_empty = true;
            break;
        }
    }
    bool needs_table = !settings.names.empty() || !settings.right.empty() || !settings.hidden.empty() ||
                       !settings.order.empty();
    if (needs_table && !settings.table) die(1, "option --table required for all --table-*");
    Table table(settings);
    std::vector<std::string> entries;
    bool any = false;
    int status = for_each_input(arguments.operands(), [&](Input& input, const char*) {
        while (auto line = input.next_line()) {
            bool blank = line->find_first_not_of(" \t") == std::string_view::npos;
            if (blank && !settings.keep_empty) continue;
            any = true;
            if (settings.table)
                table.add(*line);
            else
                entries.emplace_back(*line);
        }
    });
    if (settings.table && any) table.print();
    if (!settings.table) print_list(entries, settings);
    return status;
}

constexpr Tool kTool = {
    .name = "column",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Columnate lists.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
