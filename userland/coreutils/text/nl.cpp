// nl: POSIX.1-2017. Logical pages are divided by \:\:\: (header), \:\: (body) and \: (footer).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/regex.h"

#include <algorithm>
#include <string>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'b', "body-numbering", "STYLE", "use STYLE for numbering body lines (default t)"},
    {'d', "section-delimiter", "CC", "use CC for logical page delimiters"},
    {'f', "footer-numbering", "STYLE", "use STYLE for numbering footer lines (default n)"},
    {'h', "header-numbering", "STYLE", "use STYLE for numbering header lines (default n)"},
    {'i', "line-increment", "NUMBER", "line number increment at each line"},
    {'l', "join-blank-lines", "NUMBER", "group of NUMBER empty lines counted as one"},
    {'n', "number-format", "FORMAT", "ln: left, rn: right, rz: right with zeros"},
    {'p', "no-renumber", nullptr, "do not reset line numbers for each section"},
    {'s', "number-separator", "STRING", "add STRING after line number"},
    {'v', "starting-line-number", "NUMBER", "first line number for each section"},
    {'w', "number-width", "NUMBER", "use NUMBER columns for line numbers"},
};

struct Style {
    char kind = 'n'; // a, t, n or p
    std::optional<Regex> pattern;
};

class Numbering {
public:
    Style header, body, footer;
    std::string delimiter = "\\:", separator = "\t";
    int64_t start = 1, increment = 1;
    uint64_t blanks = 1, width = 6;
    char format[3] = "rn";
    bool renumber = true;

    Numbering() { body.kind = 't'; }

    void begin() {
        number_ = start;
        section_ = &body;
    }

    // What must be seen of a line to number it, in bytes.
    size_t look_ahead() const {
        bool by_pattern = header.pattern || body.pattern || footer.pattern;
        return by_pattern ? SIZE_MAX : std::max(kBlockBytes, 3 * delimiter.size() + 1);
    }

    void print(const LinePart& part) {
        if (part.begins)
            begin_line(part.text);
        else
            out.write(part.text);
        if (part.ends) out.put('\n');
    }

private:
    void begin_line(std::string_view text) {
        if (const Style* section = section_start(text)) {
            section_ = section;
            if (renumber) number_ = start; // GNU: at every section, so that each page begins anew
            return;
        }
        if (is_numbered(text)) {
            print_number();
        } else {
            out.fill(' ', static_cast<size_t>(width + separator.size()));
        }
        out.write(text);
    }

    const Style* section_start(std::string_view text) const {
        if (delimiter.empty()) return nullptr;
        size_t count = 0;
        while (text.starts_with(delimiter)) {
            text.remove_prefix(delimiter.size());
            ++count;
        }
        if (!text.empty() || count == 0 || count > 3) return nullptr;
        return count == 3 ? &header : count == 2 ? &body : &footer;
    }

    bool is_numbered(std::string_view text) {
        switch (section_->kind) {
        case 'a':
            if (!text.empty()) {
                blank_run_ = 0;
                return true;
            }
            if (++blank_run_ < blanks) return false;
            blank_run_ = 0;
            return true;
        case 't':
            return !text.empty();
        case 'p': {
            return section_->pattern->search(text, 0, matches_);
        }
        default:
            return false;
        }
    }

    void print_number() {
        if (overflowed_) die(1, "line number overflow");
        int columns = static_cast<int>(width);
        auto value = static_cast<long long>(number_);
        out.print(format[0] == 'l' ? "%-*lld" : format[1] == 'z' ? "%0*lld" : "%*lld", columns, value);
        out.write(separator);
        overflowed_ = __builtin_add_overflow(number_, increment, &number_);
    }

    int64_t number_ = 1;
    bool overflowed_ = false;
    uint64_t blank_run_ = 0;
    const Style* section_ = nullptr;
    std::vector<regmatch_t> matches_;
};

void parse_style(Style& style, const char* text) {
    if ((*text == 'a' || *text == 't' || *text == 'n') && !text[1]) {
        style.kind = *text;
    } else if (*text == 'p') {
        std::string problem;
        style.pattern = Regex::compile(text + 1, Syntax::basic, 0, problem);
        if (!style.pattern) die(1, "%s", problem.c_str());
        style.kind = 'p';
    } else {
        usage_error("invalid numbering style: '%s'", text);
    }
}

int64_t signed_or_die(const char* text, const char* what) {
    auto value = parse_signed(text);
    if (!value) usage_error("invalid %s: '%s'", what, text);
    return *value;
}

int run(Arguments& arguments) {
    Numbering numbering;
    while (auto option = arguments.next_option()) {
        const char* value = arguments.value();
        switch (*option) {
        case 'b':
            parse_style(numbering.body, value);
            break;
        case 'h':
            parse_style(numbering.header, value);
            break;
        case 'f':
            parse_style(numbering.footer, value);
            break;
        case 'd':
            numbering.delimiter = value;
            if (numbering.delimiter.size() == 1) numbering.delimiter.push_back(':');
            break;
        case 'i':
            numbering.increment = signed_or_die(value, "line number increment");
            break;
        case 'v':
            numbering.start = signed_or_die(value, "starting line number");
            break;
        case 'l':
            numbering.blanks = unsigned_or_die(value, "line number of blank lines");
            if (numbering.blanks == 0) usage_error("invalid line number of blank lines: '%s'", value);
            break;
        case 'n':
            if (std::string_view(value) != "ln" && std::string_view(value) != "rn" &&
                std::string_view(value) != "rz")
                usage_error("invalid line numbering format: '%s'", value);
            numbering.format[0] = value[0];
            numbering.format[1] = value[1];
            break;
        case 'p':
            numbering.renumber = false;
            break;
        case 's':
            numbering.separator = value;
            break;
        case 'w':
            numbering.width = unsigned_or_die(value, "line number field width");
            if (numbering.width == 0 || numbering.width > INT32_MAX)
                usage_error("invalid line number field width: '%s'", value);
            break;
        }
    }
    numbering.begin();
    return for_each_input(arguments.operands(), [&](Input& input, const char*) {
        while (auto part = input.next_part('\n', numbering.look_ahead())) numbering.print(*part);
    });
}

constexpr Tool kTool = {
    .name = "nl",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Number lines of files.",
    .options = kOptions,
    .run = run,
    .notes = "STYLE: a (all lines), t (lines that are not empty), n (no lines), pBRE (lines that match BRE).",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
