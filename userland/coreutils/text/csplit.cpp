// csplit: POSIX.1-2017, with GNU's -b, -q, -z, --suppress-matched, %REGEX% and {*}. The input is read once,
// in lines; only the lines that an offset may still reach back to are held.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/regex.h"
#include "lib/write_all.h"

#include <deque>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

enum : int { kSuppressMatched = kLongOnly };

constexpr Option kOptions[] = {
    {'b', "suffix-format", "FORMAT", "use sprintf FORMAT instead of %02d"},
    {'f', "prefix", "PREFIX", "use PREFIX instead of 'xx'"},
    {'k', "keep-files", nullptr, "do not remove output files on errors"},
    {kSuppressMatched, "suppress-matched", nullptr, "suppress the lines matching PATTERN"},
    {'n', "digits", "DIGITS", "use specified number of digits instead of 2"},
    {'s', "quiet", nullptr, "do not print counts of output file sizes"},
    {'s', "silent", nullptr, nullptr},
    {'q', nullptr, nullptr, nullptr},
    {'z', "elide-empty-files", nullptr, "suppress empty output files"},
};

struct Pattern {
    std::string text;               // as given, for messages
    std::optional<Regex> regex;     // or a line number
    uint64_t line = 0;
    int64_t offset = 0;
    bool skipped = false;           // %REGEX%: the section is not written
    uint64_t repeats = 0;
    bool for_ever = false;
};

class Splitter {
public:
    std::string prefix = "xx", format = "%02d";
    bool keep = false, suppress_matched = false, quiet = false, elide_empty = false;

    int run(const char* file, std::vector<Pattern>& patterns) {
        if (!input_.open(file)) die_errno(1, std::string("cannot open '") + file + "' for reading");
        static Splitter* active = this;
        for (int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
            signal(number, [](int caught) {
                active->remove_files();
                signal(caught, SIG_DFL);
                raise(caught);
            });
        for (Pattern& pattern : patterns)
            for (uint64_t turn = 0; pattern.for_ever || turn <= pattern.repeats; ++turn) {
                if (!pattern.regex) {
                    split_at_line(pattern, turn);
                } else if (!split_at_match(pattern, turn)) {
                    finish_file();
                    return 0;
                }
            }
        open_file();
        while (have(1)) put_first();
        finish_file();
        if (input_.error()) fail_errno(input_label(file), input_.error());
        return 0;
    }

private:
    // Whether `count` lines are in hand, read as far as needed.
    bool have(size_t count) {
        while (lines_.size() < count) {
            bool ended = true;
            auto line = input_.next_line('\n', &ended);
            if (!line && input_.error()) die_errno(1, "read error", input_.error());
            if (!line) return false;
            lines_.emplace_back(*line);
            if (ended) lines_.back().push_back('\n');
        }
        return true;
    }

    void drop_first() {
        lines_.pop_front();
        ++first_number_;
    }
    void put_first() {
        if (fd_ >= 0) write(lines_.front());
        drop_first();
    }

    [[noreturn]] void fail(const std::string& message) {
        finish_file();
        warn("%s", message.c_str());
        remove_files();
        finish(1);
    }
    [[noreturn]] void fail_errno(std::string_view operand, int error) {
        warn_errno(operand, error);
        remove_files();
        finish(1);
    }

    void remove_files() {
        if (keep) return;
        for (unsigned index = 0; index < made_; ++index) unlink(name_of(index).c_str());
    }

    std::string name_of(unsigned index) const {
        char number[64];
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral" // checked by check_format()
        snprintf(number, sizeof number, format.c_str(), index);
#pragma clang diagnostic pop
        return prefix + number;
    }

    void open_file() {
        name_ = name_of(made_);
        fd_ = open(name_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (fd_ < 0) fail_errno(name_, errno);
        ++made_;
        bytes_ = 0;
    }

    void write(std::string_view bytes) {
        bytes_ += bytes.size();
        if (!write_all(fd_, bytes)) fail_errno(name_, errno);
    }

    void finish_file() {
        if (fd_ < 0) return;
        int fd = fd_;
        fd_ = -1;
        if (close(fd) != 0) fail_errno(name_, errno);
        if (bytes_ == 0 && elide_empty) {
            unlink(name_.c_str());
            --made_;
        } else if (!quiet) {
            out.print("%llu\n", static_cast<unsigned long long>(bytes_));
        }
    }

    // The lines before number `line` become a file. A repeated number counts from the last one.
    void split_at_line(const Pattern& pattern, uint64_t turn) {
        uint64_t line = pattern.line * (turn + 1);
        open_file();
        if (first_number_ > line) fail_range(pattern, turn);
        while (first_number_ < line) {
            if (!have(1)) fail_range(pattern, turn);
            put_first();
        }
        finish_file();
        // A line behind the last one is no place to split; its file is there all the same.
        if (!have(1)) fail_range(pattern, turn);
        if (suppress_matched) drop_first();
    }

    bool split_at_match(const Pattern& pattern, uint64_t turn) {
        if (!pattern.skipped) open_file();
        // The line at which the last file began is not looked at again.
        size_t at = searched_ >= first_number_ ? static_cast<size_t>(searched_ - first_number_ + 1) : 0;
        for (;; ++at) {
            // What no negative offset reaches any more goes out.
            uint64_t held = pattern.offset < 0 ? static_cast<uint64_t>(-pattern.offset) : 0;
            while (at > held) {
                put_first();
                --at;
            }
            if (!have(at + 1)) {
                if (pattern.for_ever) {
                    while (have(1)) put_first();
                    return false;
                }
                while (have(1)) put_first();
                fail("'" + pattern.text + "': match not found" + on_repetition(turn));
            }
            std::string_view line = lines_[at];
            if (line.ends_with('\n')) line.remove_suffix(1);
            if (pattern.regex->search(line, 0, matches_)) break;
        }
        searched_ = first_number_ + at;
        int64_t count = static_cast<int64_t>(at) + pattern.offset;
        if (count < 0) {
            fail("'" + pattern.text + "': line number out of range" + on_repetition(turn));
        }
        for (; count > 0; --count) {
            if (!have(1)) fail("'" + pattern.text + "': line number out of range" + on_repetition(turn));
            put_first();
        }
        finish_file();
        if (suppress_matched && have(1)) drop_first();
        return true;
    }

    static std::string on_repetition(uint64_t turn) {
        return turn ? " on repetition " + std::to_string(turn) : "";
    }
    [[noreturn]] void fail_range(const Pattern& pattern, uint64_t turn) {
        while (have(1)) put_first();
        fail("'" + pattern.text + "': line number out of range" + on_repetition(turn));
    }

    Input input_;
    std::deque<std::string> lines_;
    uint64_t first_number_ = 1, searched_ = 0;
    unsigned made_ = 0;
    int fd_ = -1;
    std::string name_;
    uint64_t bytes_ = 0;
    std::vector<regmatch_t> matches_;
};

Pattern parse_match(const char* operand) {
    Pattern pattern;
    pattern.text = operand;
    char delimiter = operand[0];
    pattern.skipped = delimiter == '%';
    std::string_view text = operand + 1;
    size_t end = text.rfind(delimiter);
    if (end == std::string_view::npos) die(1, "%s: closing delimiter '%c' missing", operand, delimiter);
    std::string expression;
    for (size_t at = 0; at < end; ++at) {
        if (text[at] == '\\' && at + 1 < end && text[at + 1] == delimiter) ++at;
        expression.push_back(text[at]);
    }
    std::string problem;
    pattern.regex = Regex::compile(expression, Syntax::basic, 0, problem);
    if (!pattern.regex) die(1, "%s: invalid regular expression: %s", operand, problem.c_str());
    std::string_view offset = text.substr(end + 1);
    if (offset.empty()) return pattern;
    auto value = parse_signed(offset.starts_with('+') ? offset.substr(1) : offset);
    if (!value) die(1, "%s: integer expected after delimiter", operand);
    pattern.offset = *value;
    return pattern;
}

void parse_repeat(const char* operand, Pattern& pattern) {
    std::string_view text = operand + 1;
    if (!text.ends_with('}')) die(1, "%s: '}' is required in repeat count", operand);
    text.remove_suffix(1);
    if (text == "*") {
        pattern.for_ever = true;
        return;
    }
    auto count = parse_unsigned(text);
    if (!count)
        die(1, "%s}: integer required between '{' and '}'", std::string(operand, text.size() + 1).c_str());
    pattern.repeats = *count;
}

std::vector<Pattern> parse_patterns(std::span<char*> operands) {
    std::vector<Pattern> patterns;
    uint64_t last_line = 0;
    for (const char* operand : operands) {
        if (*operand == '/' || *operand == '%') {
            patterns.push_back(parse_match(operand));
        } else if (*operand == '{' && !patterns.empty()) {
            parse_repeat(operand, patterns.back());
        } else {
            auto line = parse_unsigned(operand);
            if (!line) die(1, "%s: invalid pattern", operand);
            if (*line == 0) die(1, "%s: line number must be greater than zero", operand);
            if (*line < last_line)
                die(1, "line number '%s' is smaller than preceding line number, %llu", operand,
                    static_cast<unsigned long long>(last_line));
            if (*line == last_line)
                warn("warning: line number '%s' is the same as preceding line number", operand);
            last_line = *line;
            Pattern pattern;
            pattern.text = operand;
            pattern.line = *line;
            patterns.push_back(std::move(pattern));
        }
    }
    return patterns;
}

// One conversion of an integer and nothing else that printf(3) would read.
void check_format(std::string& format) {
    bool found = false;
    for (size_t at = 0; at < format.size(); ++at) {
        if (format[at] != '%') continue;
        if (format[at + 1] == '%') {
            ++at;
            continue;
        }
        size_t letter = format.find_first_not_of("-+ #0'123456789.", at + 1);
        if (letter == std::string::npos) die(1, "missing conversion specifier in suffix");
        if (!std::string_view("diuoxX").contains(format[letter]))
            die(1, "invalid conversion specifier in suffix: %c", format[letter]);
        if (found) die(1, "too many %% conversion specifications in suffix");
        if (letter - at > 8) die(1, "invalid format width in suffix");
        if (format[letter] == 'i' || format[letter] == 'd') format[letter] = 'u';
        found = true;
        at = letter;
    }
    if (!found) die(1, "missing %% conversion specification in suffix");
}

int run(Arguments& arguments) {
    Splitter splitter;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'b':
            splitter.format = arguments.value();
            check_format(splitter.format);
            break;
        case 'f':
            splitter.prefix = arguments.value();
            break;
        case 'k':
            splitter.keep = true;
            break;
        case kSuppressMatched:
            splitter.suppress_matched = true;
            break;
        case 'n': {
            auto digits = parse_unsigned(arguments.value());
            if (!digits || *digits > 50) die(1, "invalid number: '%s'", arguments.value());
            splitter.format = "%0" + std::to_string(*digits) + "u";
            break;
        }
        case 's':
        case 'q':
            splitter.quiet = true;
            break;
        case 'z':
            splitter.elide_empty = true;
            break;
        }
    }
    auto operands = arguments.operands();
    if (operands.empty()) missing_operand();
    if (operands.size() < 2) usage_error("missing operand after '%s'", operands[0]);
    std::vector<Pattern> patterns = parse_patterns(operands.subspan(1));
    return splitter.run(operands[0], patterns);
}

constexpr Tool kTool = {
    .name = "csplit",
    .synopsis = "[OPTION]... FILE PATTERN...",
    .summary = "Write pieces of FILE separated by PATTERN(s) to files xx00, xx01, ...",
    .options = kOptions,
    .run = run,
    .notes = "PATTERN: NUMBER (up to that line), /REGEX/[OFFSET] (up to a match), %REGEX%[OFFSET] (skip to a "
             "match),\n"
             "{NUMBER} (repeat the one before that many times), {*} (as often as possible).",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
