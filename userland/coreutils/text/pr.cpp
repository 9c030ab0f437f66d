// pr (POSIX.1-2017, with the long options of GNU): pages with headers, and columns. A page is gathered as
// rows of cells and then written; blanks wait until something follows them, so that they can become tabs.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/utf8.h"

#include <algorithm>
#include <errno.h>
#include <memory>
#include <optional>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/stat.h>
#include <time.h>
#include <vector>

namespace coreutils {
namespace {

enum : int { kColumns = kLongOnly, kPages };

constexpr Option kOptions[] = {
    {kPages, "pages", "FIRST[:LAST]", "begin (end) with page FIRST (LAST); also +FIRST[:LAST]"},
    {kColumns, "columns", "COLUMNS", "print in so many columns, downwards; also -COLUMNS"},
    {kNumberOption, nullptr, nullptr, nullptr},
    {'a', "across", nullptr, "fill the columns across"},
    {'c', "show-control-chars", nullptr, "show control characters as ^C and \\NNN"},
    {'d', "double-space", nullptr, "put an empty line behind each"},
    {'D', "date-format", "FORMAT", "the header's date"},
    {'e', "expand-tabs", "[CHAR[WIDTH]]", "expand the input's tabs (or CHARs) to WIDTH (8)"},
    {'f', "form-feed", nullptr, "end pages with a form feed instead of newlines"},
    {'F', nullptr, nullptr, nullptr},
    {'h', "header", "HEADER", "HEADER instead of the file's name"},
    {'i', "output-tabs", "[CHAR[WIDTH]]", "turn blanks into tabs (or CHARs)"},
    {'J', "join-lines", nullptr, "join whole lines: no cutting, no aligning"},
    {'l', "length", "LINES", "lines of a page (66), header and trailer included"},
    {'m', "merge", nullptr, "print the files side by side, one a column"},
    {'n', "number-lines", "[SEP[DIGITS]]", "number the lines with DIGITS (5) digits, then SEP (tab)"},
    {'N', "first-line-number", "NUMBER", "start counting with NUMBER"},
    {'o', "indent", "MARGIN", "begin each line with MARGIN blanks"},
    {'p', nullptr, nullptr, nullptr},
    {'r', "no-file-warnings", nullptr, "no message for a file that cannot be opened"},
    {'s', "separator", "[CHAR]", "separate columns by CHAR (tab) alone"},
    {'S', "sep-string", "[STRING]", "separate columns by STRING"},
    {'t', "omit-header", nullptr, "no headers and trailers"},
    {'T', "omit-pagination", nullptr, "the same, and form feeds of the input are left out"},
    {'v', "show-nonprinting", nullptr, "show characters that cannot be printed as \\NNN"},
    {'w', "width", "COLUMNS", "width of a page with columns (72)"},
    {'W', "page-width", "COLUMNS", "width of every page; longer lines are cut"},
};

struct Tabs {
    bool active = false;
    char character = '\t';
    size_t width = 8;

    // "[CHAR[WIDTH]]": a first character that is no digit is CHAR.
    void parse(const char* text) {
        active = true;
        if (!text) return;
        if (*text && (*text < '0' || *text > '9')) character = *text++;
        if (*text) width = static_cast<size_t>(unsigned_or_die(text, "tab width"));
        if (width == 0) width = 8;
    }
    size_t after(size_t column) const { return column + width - column % width; }
};

enum class Controls { raw, caret, octal };

struct Settings {
    size_t columns = 1, length = 66, width = 72, margin = 0;
    uint64_t first_page = 1, last_page = UINT64_MAX, first_number = 1;
    bool across = false, merge = false, double_space = false, headers = true, keep_form_feeds = true;
    bool form_feed = false, join = false, cut = false, quiet = false, numbered = false;
    size_t digits = 5;
    char number_separator = '\t';
    Tabs input_tabs, output_tabs;
    Controls controls = Controls::raw;
    std::optional<std::string> separator;
    const char *header = nullptr, *date_format = "%Y-%m-%d %H:%M";

    size_t number_width() const {
        return !numbered ? 0 : number_separator == '\t' ? Tabs().after(digits) : digits + 1;
    }
    size_t header_lines() const { return headers ? 5 : 0; }
    size_t trailer_lines() const { return headers ? 5 : 0; }
    size_t rows() const {
        size_t lines = length - header_lines() - trailer_lines();
        return std::max<size_t>(double_space ? lines / 2 : lines, 1);
    }
    size_t column_width() const {
        size_t used = (columns - 1) * separator->size() + (merge ? number_width() : 0);
        return width > used ? (width - used) / columns : 0;
    }
};

// Writes characters and remembers the column; blanks are held back.
class Line {
public:
    explicit Line(const Tabs& tabs) : tabs_(tabs) {}

    void pad_to(size_t column) {
        if (column > column_ + blanks_) blanks_ = column - column_;
    }
    void put(std::string_view text) {
        while (!text.empty()) {
            CodePoint point = decode_utf8(text);
            put(text.substr(0, point.length), point.value);
            text.remove_prefix(point.length);
        }
    }
    // Blanks that a separator ends with stay apart from what follows.
    void settle() { write_blanks(); }
    void end() {
        out.put('\n');
        column_ = blanks_ = 0;
    }

private:
    void put(std::string_view bytes, char32_t value) {
        if (value == ' ' && tabs_.active) {
            ++blanks_;
            return;
        }
        write_blanks();
        out.write(bytes);
        if (value == '\t')
            column_ = Tabs().after(column_);
        else if (value == '\b')
            column_ -= column_ > 0;
        else
            column_ += static_cast<size_t>(std::max(column_width(value), 0));
    }
    void write_blanks() {
        size_t goal = column_ + blanks_;
        while (tabs_.active && goal - column_ > 1 && tabs_.after(column_) <= goal) {
            out.put(tabs_.character);
            column_ = tabs_.after(column_);
        }
        out.fill(' ', goal - column_);
        column_ = goal;
        blanks_ = 0;
    }

    const Tabs& tabs_;
    size_t column_ = 0, blanks_ = 0;
};

// The lines of one file, with tabs and control characters replaced, and its page breaks.
class Text {
public:
    Text(const Settings& settings, const char* name) : settings_(settings), name_(name) {
        opened_ = input_.open(name);
    }
    bool opened() const { return opened_; }
    Input& input() { return input_; }
    const char* name() const { return name_; }

    // The next line of this page; nothing at its end.
    std::optional<std::string> next() {
        if (page_ended_) return std::nullopt;
        if (rest_.empty() && !more_) {
            auto line = input_.next_line();
            if (!line) return std::nullopt;
            rest_ = *line;
            at_start_ = true;
        }
        more_ = false;
        size_t feed = rest_.find('\f');
        std::string line = converted(std::string_view(rest_).substr(0, feed));
        if (feed == std::string::npos) {
            rest_.clear();
            return line;
        }
        bool empty = feed == 0 && at_start_;
        rest_.erase(0, feed + 1);
        more_ = !rest_.empty();
        at_start_ = true;
        if (settings_.keep_form_feeds) page_ended_ = true;
        if (empty) return settings_.keep_form_feeds ? std::nullopt : next();
        return line;
    }
    void begin_page() { page_ended_ = false; }
    bool at_page_end() const { return page_ended_; }
    // Whether anything is left for another page.
    bool has_more() { return more_ || !rest_.empty() || !input_.buffered().empty() || input_.fill_more(); }

private:
    std::string converted(std::string_view bytes) const {
        const Tabs& tabs = settings_.input_tabs;
        if (!tabs.active && settings_.controls == Controls::raw) return std::string(bytes);
        std::string line;
        size_t column = 0;
        while (!bytes.empty()) {
            CodePoint point = decode_utf8(bytes);
            std::string_view character = bytes.substr(0, point.length);
            bytes.remove_prefix(point.length);
            size_t before = line.size();
            int width = column_width(point.value);
            if (tabs.active && character[0] == tabs.character) {
                line.append(tabs.after(column) - column, ' ');
            } else if (width < 0 && point.value != '\t' && settings_.controls != Controls::raw) {
                append_control(line, static_cast<unsigned char>(character[0]));
            } else {
                line += character;
                if (point.value == '\b') column -= column > 0;
                column += static_cast<size_t>(std::max(width, 0));
                continue;
            }
            column += line.size() - before;
        }
        return line;
    }
    void append_control(std::string& line, unsigned char byte) const {
        if (settings_.controls == Controls::caret && byte < 0x80) {
            line += {'^', static_cast<char>(byte ^ 0x40)};
            return;
        }
        char text[5];
        snprintf(text, sizeof text, "\\%03o", byte);
        line += text;
    }

    const Settings& settings_;
    const char* name_;
    Input input_;
    bool opened_ = false, page_ended_ = false, at_start_ = true, more_ = false;
    std::string rest_;
};

using Row = std::vector<std::optional<std::string>>;

class Printer {
public:
    explicit Printer(const Settings& settings) : settings_(settings), line_(settings.output_tabs) {}

    // Prints the texts, one a column (-m), or the one.
    void print(std::vector<std::unique_ptr<Text>>& texts) {
        read_header(texts);
        number_ = settings_.first_number;
        uint64_t pages = print_pages(texts);
        if (pages < settings_.first_page && pages > 0)
            warn("starting page number %llu exceeds page count %llu",
                 static_cast<unsigned long long>(settings_.first_page), static_cast<unsigned long long>(pages));
    }

private:
    // How many there are, as far as they are wanted.
    uint64_t print_pages(std::vector<std::unique_ptr<Text>>& texts) {
        for (uint64_t page = 1; page <= settings_.last_page; ++page) {
            for (auto& text : texts) text->begin_page();
            std::vector<Row> rows = settings_.merge ? merged(texts) : columns_of(*texts[0]);
            bool breaks = false, more = false;
            for (auto& text : texts) {
                breaks |= text->at_page_end();
                more |= text->has_more();
            }
            if (rows.empty() && !breaks) return page - 1;
            if (page >= settings_.first_page) print_page(rows, page, breaks);
            if (!more) return page;
        }
        return settings_.last_page;
    }

    void read_header(std::vector<std::unique_ptr<Text>>& texts) {
        struct stat info;
        time_t seconds = time(nullptr);
        bool is_file = !settings_.merge && strcmp(texts[0]->name(), "-") != 0;
        if (is_file && fstat(texts[0]->input().fd(), &info) == 0) seconds = info.st_mtime;
        tm broken;
        char text[256];
        localtime_r(&seconds, &broken);
        date_.assign(text, strftime(text, sizeof text, settings_.date_format, &broken));
        title_ = settings_.header ? settings_.header : is_file ? texts[0]->name() : "";
    }

    std::string numbered(std::string line) {
        if (!settings_.numbered) return line;
        std::string digits = std::to_string(number_++);
        if (digits.size() > settings_.digits) digits.erase(0, digits.size() - settings_.digits);
        digits.insert(0, settings_.digits - digits.size(), ' ');
        if (settings_.number_separator == '\t' && settings_.columns > 1)
            digits.append(settings_.number_width() - digits.size(), ' ');
        else
            digits.push_back(settings_.number_separator);
        return digits + line;
    }

    std::vector<Row> merged(std::vector<std::unique_ptr<Text>>& texts) {
        std::vector<Row> rows;
        while (rows.size() < settings_.rows()) {
            Row row;
            bool any = false;
            for (auto& text : texts) {
                row.push_back(text->next());
                any |= row.back().has_value();
            }
            if (!any) break;
            rows.push_back(std::move(row));
        }
        return rows;
    }

    std::vector<Row> columns_of(Text& text) {
        std::vector<std::string> lines;
        size_t columns = settings_.columns, most = settings_.rows() * columns;
        while (lines.size() < most) {
            auto line = text.next();
            if (!line) break;
            lines.push_back(numbered(std::move(*line)));
        }
        std::vector<Row> rows((lines.size() + columns - 1) / columns);
        if (settings_.across || columns == 1) {
            for (size_t i = 0; i < lines.size(); ++i) rows[i / columns].push_back(std::move(lines[i]));
            return rows;
        }
        // The first columns are longer by one where the lines cannot be shared out evenly.
        for (size_t column = 0, next = 0; column < columns; ++column) {
            size_t count = lines.size() / columns + (column < lines.size() % columns);
            for (size_t row = 0; row < count; ++row) rows[row].push_back(std::move(lines[next++]));
        }
        return rows;
    }

    void print_page(const std::vector<Row>& rows, uint64_t page, bool breaks) {
        if (settings_.headers) print_header(page);
        for (const Row& row : rows) {
            print_row(row);
            if (settings_.double_space) out.put('\n');
        }
        if (settings_.headers) {
            size_t used = rows.size() * (settings_.double_space ? 2 : 1) + settings_.header_lines();
            if (settings_.form_feed)
                out.put('\f');
            else
                out.fill('\n', settings_.length > used ? settings_.length - used : 0);
        } else if (breaks && settings_.keep_form_feeds) {
            out.put('\f');
        }
    }

    void print_header(uint64_t page) {
        std::string number = "Page " + std::to_string(page);
        out.fill(' ', settings_.margin);
        out.write("\n\n");
        size_t used = display_width(date_) + display_width(title_) + number.size();
        size_t room = settings_.width > used ? settings_.width - used : 0;
        size_t left = room / 2;
        out.fill(' ', settings_.margin);
        out.write(date_);
        out.fill(' ', std::max<size_t>(left, 1));
        out.write(title_);
        out.fill(' ', std::max<size_t>(room - left, 1));
        out.write(number + "\n\n\n");
    }

    // As much of the text as fits into `width` columns.
    static std::string_view cut(std::string_view text, size_t width) {
        size_t used = 0, at = 0;
        while (at < text.size()) {
            CodePoint point = decode_utf8(text.substr(at));
            size_t next = point.value == '\t'
                              ? Tabs().after(used)
                              : used + static_cast<size_t>(std::max(column_width(point.value), 0));
            if (next > width) break;
            used = next;
            at += point.length;
        }
        return text.substr(0, at);
    }

    void print_row(const Row& row) {
        const std::string& separator = *settings_.separator;
        size_t width = settings_.column_width(), start = settings_.margin;
        line_.pad_to(start);
        if (settings_.merge && settings_.numbered) {
            line_.put(numbered({}));
            start += settings_.number_width();
        }
        std::string waiting; // separators before cells that may not come
        for (size_t column = 0; column < row.size(); ++column, waiting += separator) {
            bool aligned = settings_.cut && column > 0;
            if (!row[column] && !settings_.merge) continue;
            if (aligned) line_.pad_to(start + column * (width + separator.size()) - separator.size());
            line_.put(aligned ? separator : waiting);
            if (column > 0) line_.settle();
            waiting.clear();
            std::string_view text = row[column] ? std::string_view(*row[column]) : std::string_view();
            line_.put(settings_.cut ? cut(text, width) : text);
        }
        line_.end();
    }

    const Settings& settings_;
    Line line_;
    uint64_t number_ = 1;
    std::string date_, title_;
};

// FIRST[:LAST]; false when it is none.
bool parse_pages(std::string_view text, Settings& settings) {
    size_t colon = text.find(':');
    auto first = parse_unsigned(text.substr(0, colon));
    if (!first || *first == 0) return false;
    settings.first_page = *first;
    if (colon == std::string_view::npos) return true;
    auto last = parse_unsigned(text.substr(colon + 1));
    if (!last || *last < *first) return false;
    settings.last_page = *last;
    return true;
}

// What the options say before it is known what all of them mean together.
struct Wishes {
    bool columns = false, old_width = false, old_separator = false, page_width = false;
    std::optional<std::string> string; // -S
};

size_t positive(const char* text, const char* what) {
    uint64_t number = unsigned_or_die(text, what);
    if (number == 0 || number > 100000000) die(1, "invalid %s: '%s'", what, text);
    return static_cast<size_t>(number);
}

void take_number_format(Settings& settings, const char* text) {
    settings.numbered = true;
    if (!text) return;
    if (*text && (*text < '0' || *text > '9')) settings.number_separator = *text++;
    if (*text) settings.digits = positive(text, "number of digits");
}

void take_layout_option(Settings& settings, Wishes& wishes, int id, const char* value) {
    switch (id) {
    case kNumberOption:
    case kColumns:
        settings.columns = positive(value, "number of columns");
        wishes.columns = true;
        break;
    case 's':
        wishes.old_separator = true;
        settings.separator = value ? std::string(1, *value) : "\t";
        break;
    case 'S':
        wishes.string = value ? value : "";
        break;
    case 'w':
        wishes.old_width = true;
        settings.width = positive(value, "number of characters");
        break;
    case 'W':
        wishes.page_width = settings.cut = true;
        settings.width = positive(value, "number of characters");
        break;
    case 'l':
        settings.length = positive(value, "number of lines");
        break;
    case 'o':
        settings.margin = static_cast<size_t>(unsigned_or_die(value, "line offset"));
        break;
    case 'n':
        take_number_format(settings, value);
        break;
    case 'N':
        settings.first_number = unsigned_or_die(value, "starting line number");
        break;
    case kPages:
        if (!parse_pages(value, settings)) die(1, "invalid page range '%s'", value);
        break;
    }
}

void take_option(Settings& settings, Wishes& wishes, int id, const char* value) {
    switch (id) {
    case 'a':
        settings.across = true;
        break;
    case 'c':
        settings.controls = Controls::caret;
        break;
    case 'v':
        settings.controls = Controls::octal;
        break;
    case 'd':
        settings.double_space = true;
        break;
    case 'D':
        settings.date_format = value;
        break;
    case 'e':
        settings.input_tabs.parse(value);
        break;
    case 'i':
        settings.output_tabs.parse(value);
        break;
    case 'f':
    case 'F':
        settings.form_feed = true;
        break;
    case 'h':
        settings.header = value;
        break;
    case 'J':
        settings.join = true;
        break;
    case 'm':
        settings.merge = true;
        break;
    case 'r':
        settings.quiet = true;
        break;
    case 'T':
        settings.keep_form_feeds = false;
        [[fallthrough]];
    case 't':
        settings.headers = false;
        break;
    default:
        take_layout_option(settings, wishes, id, value);
    }
}

// POSIX: columns are aligned and cut, unless -s separates them and no width is asked for.
void settle(Settings& settings, const Wishes& wishes, size_t files) {
    if (settings.merge && wishes.columns)
        die(1, "cannot specify number of columns when printing in parallel");
    if (settings.merge && settings.across)
        die(1, "cannot specify both printing across and printing in parallel");
    if (settings.merge) settings.columns = std::max<size_t>(files, 1);
    if (settings.length <= settings.header_lines() + settings.trailer_lines()) settings.headers = false;
    bool several = settings.merge || wishes.columns;
    if (wishes.string) {
        settings.separator = wishes.string;
    } else if (wishes.old_separator) {
        settings.join |= several && !wishes.old_width && !wishes.page_width;
    } else {
        settings.separator = settings.join ? "\t" : " ";
    }
    if (settings.columns > 1 && !settings.join) {
        if (*settings.separator == "\t") settings.separator = " ";
        settings.cut = true;
    }
    if (settings.columns > 1) {
        if (*settings.separator != "\t") settings.input_tabs.active = true;
        settings.output_tabs.active = true;
    }
    settings.cut |= several && wishes.old_width;
    settings.cut &= !settings.join;
    if (settings.cut && settings.column_width() == 0) die(1, "page width too narrow");
}

int run(Arguments& arguments) {
    Settings settings;
    Wishes wishes;
    while (auto option = arguments.next_option()) take_option(settings, wishes, *option, arguments.value());
    static char dash[] = "-";
    std::vector<char*> names;
    for (char* name : arguments.operands())
        if (name[0] != '+' || !parse_pages(name + 1, settings)) names.push_back(name);
    if (names.empty()) names.push_back(dash);
    int status = 0;
    std::vector<std::vector<std::unique_ptr<Text>>> groups;
    for (const char* name : names) {
        auto text = std::make_unique<Text>(settings, name);
        if (!text->opened()) {
            if (!settings.quiet) warn_errno(name);
            status = 1;
            continue;
        }
        if (groups.empty() || !settings.merge) groups.emplace_back();
        groups.back().push_back(std::move(text));
    }
    settle(settings, wishes, settings.merge && !groups.empty() ? groups[0].size() : 1);
    Printer printer(settings);
    for (auto& group : groups) {
        printer.print(group);
        for (auto& text : group) {
            if (!text->input().error()) continue;
            warn_errno(input_label(text->name()), text->input().error());
            status = 1;
        }
    }
    return status;
}

constexpr Tool kTool = {
    .name = "pr",
    .synopsis = "[+FIRST[:LAST]] [-COLUMNS] [OPTION]... [FILE]...",
    .summary = "Paginate files or put them into columns, for printing.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
