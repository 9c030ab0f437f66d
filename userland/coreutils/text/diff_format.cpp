#include "text/diff_format.h"

#include "framework/output.h"
#include "lib/quote.h"
#include "lib/regex.h"
#include "lib/utf8.h"

#include <algorithm>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

namespace coreutils::diff {

std::string shown_name(const std::string& name) {
    bool plain = std::none_of(name.begin(), name.end(), [](unsigned char byte) {
        return byte <= ' ' || byte == 0x7f || byte == '"' || byte == '\\';
    });
    return plain ? name : quote_name(name, Quoting::c);
}

namespace {

class Printer {
public:
    Printer(const TextFile& first, const TextFile& second, const std::vector<Change>& changes,
            const FormatSettings& settings)
        : first_(first), second_(second), changes_(changes), settings_(settings) {}

    void normal() {
        for (const Change& change : changes_) {
            bool removes = change.first_end > change.first_begin,
                 adds = change.second_end > change.second_begin;
            color("36");
            out.write(numbers(change.first_begin, change.first_end));
            out.put(removes && adds ? 'c' : removes ? 'd' : 'a');
            out.write(numbers(change.second_begin, change.second_end));
            color(nullptr);
            out.put('\n');
            for (size_t i = change.first_begin; i < change.first_end; ++i)
                line("<", true, first_, i, kRemoved);
            if (removes && adds) out.write("---\n");
            for (size_t i = change.second_begin; i < change.second_end; ++i)
                line(">", true, second_, i, kAdded);
        }
    }

    // Both files as one, for the preprocessor of C: without the macro it is the first.
    void merged() {
        size_t first = 0;
        auto lines = [](const TextFile& file, size_t begin, size_t end) {
            for (; begin < end; ++begin) out.write(file.lines[begin]), out.put('\n');
        };
        for (const Change& change : changes_) {
            lines(first_, first, change.first_begin);
            bool removes = change.first_end > change.first_begin,
                 adds = change.second_end > change.second_begin;
            out.print("#if%sdef %s\n", removes ? "n" : "", settings_.macro);
            lines(first_, change.first_begin, change.first_end);
            if (removes && adds) out.print("#else /* %s */\n", settings_.macro);
            lines(second_, change.second_begin, change.second_end);
            out.print("#endif /* %s%s */\n", adds ? "" : "! ", settings_.macro);
            first = change.first_end;
        }
        lines(first_, first, first_.lines.size());
    }

    void side_by_side() {
        size_t first = 0, second = 0;
        auto common = [&](size_t end) {
            for (; first < end; ++first, ++second) {
                if (settings_.suppress_common) continue;
                if (settings_.left_column)
                    pair(&first_, first, '(', nullptr, 0);
                else
                    pair(&first_, first, ' ', &second_, second);
            }
        };
        for (const Change& change : changes_) {
            common(change.first_begin);
            second = change.second_begin;
            while (first < change.first_end && second < change.second_end)
                pair(&first_, first++, '|', &second_, second++);
            while (first < change.first_end) pair(&first_, first++, '<', nullptr, 0);
            while (second < change.second_end) pair(nullptr, 0, '>', &second_, second++);
        }
        common(first_.lines.size());
    }

    // The script for ed(1), last change first so that earlier numbers stay right.
    void ed() {
        for (size_t i = changes_.size(); i-- > 0;) {
            const Change& change = changes_[i];
            bool removes = change.first_end > change.first_begin,
                 adds = change.second_end > change.second_begin;
            out.write(numbers(change.first_begin, change.first_end));
            out.write(removes && adds ? "c\n" : removes ? "d\n" : "a\n");
            if (adds) ed_lines(change);
        }
    }

    void forward_ed() {
        for (const Change& change : changes_) {
            bool removes = change.first_end > change.first_begin,
                 adds = change.second_end > change.second_begin;
            out.put(removes && adds ? 'c' : removes ? 'd' : 'a');
            std::string range = numbers(change.first_begin, change.first_end);
            for (char& byte : range)
                if (byte == ',') byte = ' ';
            out.write(range);
            out.put('\n');
            if (!adds) continue;
            for (size_t i = change.second_begin; i < change.second_end; ++i) {
                out.write(second_.lines[i]);
                out.put('\n');
            }
            out.write(".\n");
        }
    }

    void rcs() {
        for (const Change& change : changes_) {
            size_t removed = change.first_end - change.first_begin,
                   added = change.second_end - change.second_begin;
            if (removed) out.print("d%zu %zu\n", change.first_begin + 1, removed);
            if (!added) continue;
            out.print("a%zu %zu\n", change.first_end, added);
            for (size_t i = change.second_begin; i < change.second_end; ++i) {
                out.write(second_.lines[i]);
                if (i + 1 < second_.lines.size() || second_.ends_in_newline) out.put('\n');
            }
        }
    }

    void unified() {
        for_each_hunk([&](size_t begin, size_t end, const Change& around) {
            color("36");
            out.write("@@ -");
            out.write(unified_range(around.first_begin, around.first_end));
            out.write(" +");
            out.write(unified_range(around.second_begin, around.second_end));
            out.write(" @@");
            color(nullptr);
            print_function(around.first_begin, " ");
            out.put('\n');
            size_t at = around.first_begin;
            for (size_t i = begin; i < end; ++i) {
                const Change& change = changes_[i];
                for (; at < change.first_begin; ++at) line(" ", false, first_, at);
                for (; at < change.first_end; ++at) line("-", false, first_, at, kRemoved);
                for (size_t j = change.second_begin; j < change.second_end; ++j)
                    line("+", false, second_, j, kAdded);
            }
            for (; at < around.first_end; ++at) line(" ", false, first_, at);
        });
    }

    void context() {
        for_each_hunk([&](size_t begin, size_t end, const Change& around) {
            out.write("***************");
            print_function(around.first_begin, " ");
            out.write("\n*** ");
            out.write(context_range(around.first_begin, around.first_end));
            out.write(" ****\n");
            context_side(begin, end, around, true);
            out.write("--- ");
            out.write(context_range(around.second_begin, around.second_end));
            out.write(" ----\n");
            context_side(begin, end, around, false);
        });
    }

private:
    static constexpr size_t kTab = 8, kGutter = 3;

    // A line is cut in half where the right one can begin at a tab stop.
    size_t right_column() const {
        size_t unit = settings_.expand_tabs ? 1 : kTab, least = unit + kGutter;
        size_t middle = settings_.width / 2 + least / 2 + (settings_.width & least & 1);
        return middle - middle % unit;
    }
    size_t half_width() const {
        size_t right = right_column();
        return right < kGutter || right > settings_.width
                   ? 0
                   : std::min(right - kGutter, settings_.width - right);
    }

    size_t move_to(size_t from, size_t to) const {
        if (!settings_.expand_tabs)
            for (size_t stop = from + kTab - from % kTab; stop <= to; stop += kTab) {
                out.put('\t');
                from = stop;
            }
        for (; from < to; ++from) out.put(' ');
        return from;
    }

    // As much of the text as fits into `limit` columns; returns the column behind it.
    size_t half(std::string_view text, size_t limit) const {
        size_t wanted = 0, column = 0;
        while (!text.empty()) {
            CodePoint point = decode_utf8(text);
            std::string_view character = text.substr(0, point.length);
            text.remove_prefix(point.length);
            if (character == "\t") {
                size_t stop = wanted + kTab - wanted % kTab;
                if (column == wanted && settings_.expand_tabs)
                    for (; column < std::min(stop, limit); ++column) out.put(' ');
                else if (column == wanted && stop < limit) {
                    out.put('\t');
                    column = stop;
                }
                wanted = stop;
                continue;
            }
            int width = column_width(point.value);
            wanted += width > 0 ? static_cast<size_t>(width) : 0;
            if (wanted > limit) break;
            column = wanted;
            out.write(character);
        }
        return column;
    }

    void pair(const TextFile* left, size_t left_line, char mark, const TextFile* right,
              size_t right_line) const {
        auto ended = [](const TextFile* file, size_t line) {
            return file && (line + 1 < file->lines.size() || file->ends_in_newline);
        };
        bool left_ended = ended(left, left_line), right_ended = ended(right, right_line);
        size_t width = half_width(), column = left ? half(left->lines[left_line], width) : 0;
        size_t second = width ? right_column() : settings_.width;
        if (mark != ' ') {
            column = move_to(column, (width + second - 1) / 2) + 1;
            if (mark == '|' && left_ended != right_ended) mark = left_ended ? '/' : '\\';
            out.put(mark);
        }
        if (right && !right->lines[right_line].empty()) {
            move_to(column, second);
            half(right->lines[right_line], width);
        }
        if (left_ended || right_ended) out.put('\n');
    }

    // "3", "3,5", or for no lines the one before: 3,2 is never printed.
    static std::string numbers(size_t begin, size_t end) {
        if (end <= begin + 1) return std::to_string(end > begin ? begin + 1 : begin);
        return std::to_string(begin + 1) + "," + std::to_string(end);
    }
    static std::string unified_range(size_t begin, size_t end) {
        size_t count = end - begin;
        std::string start = std::to_string(count == 0 ? begin : begin + 1);
        return count == 1 ? start : start + "," + std::to_string(count);
    }
    static std::string context_range(size_t begin, size_t end) {
        size_t count = end - begin;
        if (count <= 1) return std::to_string(end);
        return std::to_string(begin + 1) + "," + std::to_string(end);
    }

    void color(const char* code) {
        if (!settings_.color) return;
        out.print("\033[%sm", code ? code : "0");
    }

    static constexpr const char *kRemoved = "31", *kAdded = "32";

    void line(const char* mark, bool blank_behind, const TextFile& file, size_t number,
              const char* line_color = nullptr) {
        if (line_color) color(line_color);
        out.write(mark);
        std::string_view text = file.lines[number];
        if (settings_.initial_tab)
            out.put('\t');
        else if (blank_behind)
            out.put(' ');
        if (settings_.expand_tabs) {
            size_t column = 0;
            for (char byte : text) {
                size_t width = byte == '\t' ? 8 - column % 8 : 1;
                byte == '\t' ? out.fill(' ', width) : out.put(byte);
                column += width;
            }
        } else {
            out.write(text);
        }
        if (line_color) color(nullptr);
        out.put('\n');
        if (number + 1 == file.lines.size() && !file.ends_in_newline)
            out.write("\\ No newline at end of file\n");
    }

    // ed's input ends at a dot: a line that is one is inserted as two and halved.
    void ed_lines(const Change& change) {
        bool inserting = true;
        for (size_t i = change.second_begin; i < change.second_end; ++i) {
            if (!inserting) {
                out.write("a\n");
                inserting = true;
            }
            if (second_.lines[i] == ".") {
                out.write("..\n.\ns/.//\n");
                inserting = false;
                continue;
            }
            out.write(second_.lines[i]);
            out.put('\n');
        }
        if (inserting) out.write(".\n");
    }

    void print_function(size_t first_line, const char* separator) {
        if (!settings_.function_pattern && !settings_.show_function) return;
        for (size_t i = first_line; i-- > 0;) {
            std::string_view text = first_.lines[i];
            std::vector<regmatch_t> matches;
            bool is_function = settings_.function_pattern
                                   ? settings_.function_pattern->search(text, 0, matches)
                                   : !text.empty() && (isalpha(static_cast<unsigned char>(text[0])) ||
                                                       text[0] == '_' || text[0] == '$');
            if (!is_function) continue;
            text = text.substr(std::min(text.find_first_not_of(" \t\r\f\v"), text.size())).substr(0, 40);
            while (!text.empty() && isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
            out.write(separator);
            out.write(text);
            return;
        }
    }

    // Changes closer than twice the context share a hunk.
    void for_each_hunk(auto print) {
        for (size_t begin = 0; begin < changes_.size();) {
            size_t end = begin + 1;
            while (end < changes_.size() &&
                   changes_[end].first_begin - changes_[end - 1].first_end <= 2 * settings_.context)
                ++end;
            const Change &head = changes_[begin], &tail = changes_[end - 1];
            size_t before = std::min(settings_.context, std::min(head.first_begin, head.second_begin));
            size_t first_after = std::min(settings_.context, first_.lines.size() - tail.first_end);
            size_t second_after = std::min(settings_.context, second_.lines.size() - tail.second_end);
            print(begin, end,
                  Change{head.first_begin - before, tail.first_end + first_after, head.second_begin - before,
                         tail.second_end + second_after});
            begin = end;
        }
    }

    void context_side(size_t begin, size_t end, const Change& around, bool first_side) {
        bool any = false;
        for (size_t i = begin; i < end; ++i)
            any = any || (first_side ? changes_[i].first_end > changes_[i].first_begin
                                     : changes_[i].second_end > changes_[i].second_begin);
        if (!any) return;
        const TextFile& file = first_side ? first_ : second_;
        size_t at = first_side ? around.first_begin : around.second_begin;
        for (size_t i = begin; i < end; ++i) {
            const Change& change = changes_[i];
            bool both = change.first_end > change.first_begin && change.second_end > change.second_begin;
            size_t from = first_side ? change.first_begin : change.second_begin,
                   to = first_side ? change.first_end : change.second_end;
            for (; at < from; ++at) line(" ", true, file, at);
            for (; at < to; ++at)
                line(both ? "!" : first_side ? "-" : "+", true, file, at, first_side ? kRemoved : kAdded);
        }
        size_t stop = first_side ? around.first_end : around.second_end;
        for (; at < stop; ++at) line(" ", true, file, at);
    }

    const TextFile& first_;
    const TextFile& second_;
    const std::vector<Change>& changes_;
    const FormatSettings& settings_;
};

void print_header(const char* mark, const Header& header, const FormatSettings& settings) {
    const char* end = settings.color ? "\033[0m\n" : "\n";
    out.print("%s%s ", settings.color ? "\033[1m" : "", mark);
    if (header.labelled) {
        out.print("%s%s", header.label.c_str(), end);
        return;
    }
    tm broken;
    char text[64], zone[16];
    localtime_r(&header.modified.tv_sec, &broken);
    // POSIX has the time in the form of ctime for -c; the precise form serves both here, as GNU's does.
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &broken);
    strftime(zone, sizeof zone, "%z", &broken);
    out.print("%s\t%s.%09ld %s%s", shown_name(header.name).c_str(), text, header.modified.tv_nsec, zone, end);
}

} // namespace

void print_changes(const TextFile& first, const TextFile& second, const std::vector<Change>& changes,
                   const Header& first_header, const Header& second_header, const FormatSettings& settings) {
    Printer printer(first, second, changes, settings);
    if (settings.form == Form::unified || settings.form == Form::context) {
        bool unified = settings.form == Form::unified;
        print_header(unified ? "---" : "***", first_header, settings);
        print_header(unified ? "+++" : "---", second_header, settings);
    }
    switch (settings.form) {
    case Form::side_by_side:
        printer.side_by_side();
        break;
    case Form::merged:
        printer.merged();
        break;
    case Form::normal:
        printer.normal();
        break;
    case Form::unified:
        printer.unified();
        break;
    case Form::context:
        printer.context();
        break;
    case Form::ed:
        printer.ed();
        break;
    case Form::forward_ed:
        printer.forward_ed();
        break;
    case Form::rcs:
        printer.rcs();
        break;
    }
}

} // namespace coreutils::diff
