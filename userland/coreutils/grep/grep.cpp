// grep, egrep, fgrep: POSIX.1-2017 and GNU's options except -P. Here is how they are called; grep_options.cpp
// gathers the options, grep_files.cpp goes over files, grep_search.cpp searches one, grep_print.cpp prints,
// and what is sought is in grep_matcher.cpp.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "lib/numbers.h"
#include "grep/files.h"
#include "grep/options.h"

#include <string.h>

namespace coreutils::grep {

namespace {

constexpr Option kOptions[] = {
    {'A', "after-context", "NUM", "print NUM lines of trailing context"},
    {'a', "text", nullptr, "process binary files as if they were text"},
    {'B', "before-context", "NUM", "print NUM lines of leading context"},
    {'b', "byte-offset", nullptr, "print the byte offset with output lines"},
    {kBinaryFiles, "binary-files", "TYPE", "assume that binary files are binary, text, or without-match"},
    {'C', "context", "NUM", "print NUM lines of output context"},
    {kNumberOption, nullptr, "NUM", "the same as -C NUM"},
    {'c', "count", nullptr, "print only a count of selected lines per file"},
    {kColor, "color", "[WHEN]", "mark the matching strings: always, never, or auto"},
    {kColor, "colour", "[WHEN]", nullptr},
    {'d', "directories", "ACTION", "how to handle directories: read, recurse, or skip"},
    {'D', "devices", "ACTION", "how to handle devices: read or skip"},
    {'E', "extended-regexp", nullptr, "patterns are extended regular expressions"},
    {'e', "regexp", "PATTERNS", "use PATTERNS for matching"},
    {kExclude, "exclude", "GLOB", "skip files that match GLOB"},
    {kExcludeFrom, "exclude-from", "FILE", "skip files that match any pattern from FILE"},
    {kExcludeDir, "exclude-dir", "GLOB", "skip directories that match GLOB"},
    {'F', "fixed-strings", nullptr, "patterns are strings"},
    {'f', "file", "FILE", "take patterns from FILE"},
    {'G', "basic-regexp", nullptr, "patterns are basic regular expressions"},
    {'H', "with-filename", nullptr, "print file name with output lines"},
    {'h', "no-filename", nullptr, "suppress the file name prefix on output"},
    {'I', nullptr, nullptr, "equivalent to --binary-files=without-match"},
    {'i', "ignore-case", nullptr, "ignore case distinctions in patterns and data"},
    {kInclude, "include", "GLOB", "search only files that match GLOB"},
    {'L', "files-without-match", nullptr, "print only names of files with no selected lines"},
    {'l', "files-with-matches", nullptr, "print only names of files with selected lines"},
    {kLabel, "label", "LABEL", "use LABEL as the standard input file name prefix"},
    {kLineBuffered, "line-buffered", nullptr, "flush output on every line"},
    {'m', "max-count", "NUM", "stop after NUM selected lines"},
    {'n', "line-number", nullptr, "print line number with output lines"},
    {kNoIgnoreCase, "no-ignore-case", nullptr, "do not ignore case distinctions (default)"},
    {'o', "only-matching", nullptr, "show only nonempty parts of lines that match"},
    {'q', "quiet", nullptr, "suppress all normal output"},
    {'q', "silent", nullptr, nullptr},
    {'R', "dereference-recursive", nullptr, "likewise, but follow all symlinks"},
    {'r', "recursive", nullptr, "like --directories=recurse"},
    {'s', "no-messages", nullptr, "suppress error messages about files"},
    {'T', "initial-tab", nullptr, "make tabs line up (if needed)"},
    {'U', "binary", nullptr, nullptr},
    {'u', "unix-byte-offsets", nullptr, nullptr},
    {'v', "invert-match", nullptr, "select non-matching lines"},
    {'w', "word-regexp", nullptr, "match only whole words"},
    {'x', "line-regexp", nullptr, "match only whole lines"},
    {'y', nullptr, nullptr, nullptr},
    {'Z', "null", nullptr, "print 0 byte after FILE name"},
    {'z', "null-data", nullptr, "a data line ends in 0 byte, not newline"},
};

uint64_t context_length(const char* text) {
    auto value = parse_unsigned(text);
    if (!value && *text && text[strspn(text, "0123456789")] == '\0') return UINT64_MAX / 2;
    if (!value) die(2, "%s: invalid context length argument", text);
    return *value;
}

int run_as(Arguments& arguments, PatternKind kind) {
    Request request;
    request.settings.match.kind = kind;
    while (auto option = arguments.next_option()) take_option(request, *option, arguments.value());
    Settings& settings = request.settings;
    if (request.context) settings.after = settings.before = context_length(request.context);
    if (request.after) settings.after = context_length(request.after);
    if (request.before) settings.before = context_length(request.before);
    settings.grouped = request.context || request.after || request.before;
    if (settings.listing != Listing::lines) settings.after = settings.before = 0;
    auto operands = arguments.operands();
    if (!request.have_patterns) {
        if (operands.empty()) usage_error("missing pattern");
        add_patterns(request.patterns, operands[0]);
        operands = operands.subspan(1);
    }
    Matcher matcher;
    std::string problem;
    if (!matcher.compile(request.patterns, settings.match, problem)) die(2, "%s", problem.c_str());
    if (settings.most == 0) return 1;
    return Grep(settings, matcher).run(operands);
}

int run_grep(Arguments& arguments) { return run_as(arguments, PatternKind::basic); }
int run_egrep(Arguments& arguments) { return run_as(arguments, PatternKind::extended); }
int run_fgrep(Arguments& arguments) { return run_as(arguments, PatternKind::fixed); }

constexpr const char* kNotes = "Exit status: 0 if a line is selected, 1 if none is, 2 if an error occurred.";

constexpr Tool kGrep = {
    .name = "grep",
    .synopsis = "[OPTION]... PATTERNS [FILE]...",
    .summary = "Search for PATTERNS in each FILE.",
    .options = kOptions,
    .run = run_grep,
    .usage_status = 2,
    .failure_status = 2,
    .notes = kNotes,
};
MARTLET_REGISTER_TOOL(kGrep);

constexpr Tool kEgrep = {
    .name = "egrep",
    .synopsis = "[OPTION]... PATTERNS [FILE]...",
    .summary = "Search for extended regular expressions: grep -E.",
    .options = kOptions,
    .run = run_egrep,
    .usage_status = 2,
    .failure_status = 2,
    .notes = kNotes,
};
MARTLET_REGISTER_TOOL(kEgrep);

constexpr Tool kFgrep = {
    .name = "fgrep",
    .synopsis = "[OPTION]... STRINGS [FILE]...",
    .summary = "Search for fixed strings: grep -F.",
    .options = kOptions,
    .run = run_fgrep,
    .usage_status = 2,
    .failure_status = 2,
    .notes = kNotes,
};
MARTLET_REGISTER_TOOL(kFgrep);

} // namespace
} // namespace coreutils::grep
