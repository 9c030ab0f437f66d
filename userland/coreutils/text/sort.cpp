// sort: POSIX.1-2017 and GNU: the options, and -c. Sorting and merging: sort_files.cpp.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "text/sort_line.h"

#include <algorithm>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <unistd.h>
#include <vector>

namespace coreutils::sort {
namespace {

enum : int { kSort = kLongOnly, kFilesFrom, kParallel, kCheck, kBatch, kCompress };

constexpr Option kOptions[] = {
    {'b', "ignore-leading-blanks", nullptr, "ignore leading blanks"},
    {'d', "dictionary-order", nullptr, "consider only blanks and alphanumeric characters"},
    {'f', "ignore-case", nullptr, "fold lower case to upper case characters"},
    {'g', "general-numeric-sort", nullptr, "compare according to general numerical value"},
    {'h', "human-numeric-sort", nullptr, "compare human readable numbers (e.g., 2K 1G)"},
    {'i', "ignore-nonprinting", nullptr, "consider only printable characters"},
    {'M', "month-sort", nullptr, "compare (unknown) < 'JAN' < ... < 'DEC'"},
    {'n', "numeric-sort", nullptr, "compare according to string numerical value"},
    {'R', "random-sort", nullptr, "shuffle, but group identical keys"},
    {'r', "reverse", nullptr, "reverse the result of comparisons"},
    {'V', "version-sort", nullptr, "natural sort of (version) numbers within text"},
    {kSort, "sort", "WORD", "general-numeric, human-numeric, month, numeric, random, version"},
    {'c', nullptr, nullptr, "check for sorted input; do not sort"},
    {'C', nullptr, nullptr, "like -c, but do not report first bad line"},
    {kCheck, "check", "[HOW]", "diagnose-first (-c), quiet or silent (-C)"},
    {kFilesFrom, "files0-from", "F", "read NUL-ended names of input files from file F"},
    {'k', "key", "KEYDEF", "sort via a key: F[.C][OPTS][,F[.C][OPTS]]"},
    {'m', "merge", nullptr, "merge already sorted files; do not sort"},
    {'o', "output", "FILE", "write result to FILE instead of standard output"},
    {'s', "stable", nullptr, "stabilize sort by disabling last-resort comparison"},
    {'S', "buffer-size", "SIZE", "keep at most SIZE (in KiB; b: bytes, %: of the memory) of lines in memory"},
    {'t', "field-separator", "SEP", "use SEP instead of non-blank to blank transition"},
    {'T', "temporary-directory", "DIR", "use DIR for temporaries, not $TMPDIR or /tmp; may be repeated"},
    {'u', "unique", nullptr, "output only the first of an equal run; with -c, check for strict ordering"},
    {'z', "zero-terminated", nullptr, "line delimiter is NUL, not newline"},
    {kParallel, "parallel", "N", nullptr},
    {kBatch, "batch-size", "N", "merge at most N inputs at once; for more use temporary files"},
    {kCompress, "compress-program", "PROG", "compress temporaries with PROG, decompress them with PROG -d"},
};

int check_file(const Settings& settings, const char* name) {
    Comparer comparer(settings);
    Input input;
    if (!input.open(name)) die_errno(2, name);
    std::string before;
    unsigned long long number = 0;
    while (auto text = input.next_line(settings.delimiter)) {
        ++number;
        Line line{text->data(), text->size(), comparer.rank(*text)};
        Line previous{before.data(), before.size(), comparer.rank(before)};
        if (number > 1 && comparer.compare(previous, line) > (settings.unique ? -1 : 0)) {
            if (settings.check == 'c')
                warn("%s:%llu: disorder: %.*s", name, number, static_cast<int>(text->size()), text->data());
            return 1;
        }
        before = *text;
    }
    if (input.error()) die_errno(2, input_label(name), input.error());
    return 0;
}

constexpr size_t kLeastMemory = 64 * 1024;
constexpr size_t kMostSources = 512; // each has a descriptor and a buffer

void take_word(Settings& settings, const char* word) {
    struct Name {
        const char* name;
        char letter;
    };
    for (Name name : {Name{"general-numeric", 'g'},
                      {"human-numeric", 'h'},
                      {"month", 'M'},
                      {"numeric", 'n'},
                      {"random", 'R'},
                      {"version", 'V'}})
        if (strncmp(name.name, word, strlen(word)) == 0 && *word) {
            settings.modifiers.add(name.letter, false);
            return;
        }
    usage_error("invalid argument '%s' for '--sort'", word);
}

void take_separator(Settings& settings, const char* text) {
    if (!*text) die(2, "empty tab");
    if (strcmp(text, "\\0") == 0)
        settings.separator = 0;
    else if (text[1])
        die(2, "multi-character tab '%s'", text);
    else
        settings.separator = static_cast<unsigned char>(*text);
}

// The value of -S: KiB without a suffix, bytes with b, a share of the memory with %.
size_t parse_memory(const char* text) {
    std::string number = text;
    char last = number.empty() ? '\0' : number.back();
    uint64_t unit = 1;
    if (last == '%' || last == 'b') {
        number.pop_back();
        if (last == '%')
            unit = static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                   static_cast<uint64_t>(sysconf(_SC_PAGESIZE)) / 100;
    } else if (last >= '0' && last <= '9') {
        unit = 1024;
    }
    auto value = last == '%' || last == 'b' ? parse_unsigned(number) : parse_size(number);
    if (!value) die(2, "invalid --buffer-size argument '%s'", text);
    uint64_t bytes;
    if (__builtin_mul_overflow(*value, unit, &bytes)) bytes = SIZE_MAX / 2;
    return static_cast<size_t>(std::max<uint64_t>(bytes, kLeastMemory));
}

void take_option(Settings& settings, int id, const char* value) {
    switch (id) {
    case kSort:
        take_word(settings, value);
        break;
    case 'c':
    case 'C':
        settings.check = static_cast<char>(id);
        break;
    case kCheck:
        settings.check = value && (strcmp(value, "quiet") == 0 || strcmp(value, "silent") == 0) ? 'C' : 'c';
        break;
    case 'k': {
        const char* problem = nullptr;
        auto key = parse_key(value, problem);
        if (!key) die(2, "%s: invalid field specification '%s'", problem, value);
        settings.keys.push_back(*key);
        break;
    }
    case 'm':
        settings.merge = true;
        break;
    case 'o':
        if (settings.output && strcmp(settings.output, value) != 0) die(2, "multiple output files specified");
        settings.output = value;
        break;
    case 's':
        settings.stable = true;
        break;
    case 'S':
        settings.memory_bytes = parse_memory(value);
        break;
    case 'T':
        settings.temporary_directories.push_back(value);
        break;
    case kBatch:
        settings.batch = static_cast<size_t>(unsigned_or_die(value, "--batch-size argument"));
        if (settings.batch < 2) die(2, "minimum --batch-size argument is '2'");
        settings.batch = std::min(settings.batch, kMostSources);
        break;
    case kParallel:
        if (unsigned_or_die(value, "number of threads") == 0) die(2, "number in parallel must be nonzero");
        break;
    case kCompress:
        settings.compressor = value;
        break;
    case 't':
        take_separator(settings, value);
        break;
    case 'u':
        settings.unique = true;
        break;
    case 'z':
        settings.delimiter = '\0';
        break;
    case 'b':
        settings.modifiers.skip_start_blanks = settings.modifiers.skip_end_blanks = true;
        break;
    default:
        if (id < kLongOnly) settings.modifiers.add(static_cast<char>(id), false);
    }
}

int run(Arguments& arguments) {
    Settings settings;
    const char* list = nullptr;
    while (auto option = arguments.next_option()) {
        if (*option == kFilesFrom)
            list = arguments.value();
        else
            take_option(settings, *option, arguments.value());
    }
    // A key without modifiers of its own takes the global ones.
    for (Key& key : settings.keys)
        if (key.modifiers.is_default()) key.modifiers = settings.modifiers;
    std::vector<char*> names(arguments.operands().begin(), arguments.operands().end());
    std::vector<std::string> listed;
    if (list) {
        if (!names.empty())
            usage_error("extra operand '%s': file operands cannot be combined with --files0-from", names[0]);
        Input input;
        if (!input.open(list)) die_errno(2, list);
        while (auto name = input.next_line('\0')) listed.emplace_back(*name);
        for (std::string& name : listed) names.push_back(name.data());
        if (names.empty()) die(2, "no input from '%s'", list);
    }
    static char dash[] = "-";
    if (names.empty()) names.push_back(dash);
    if (settings.check) {
        if (names.size() > 1)
            usage_error("extra operand '%s' not allowed with -%c", names[1], settings.check);
        return check_file(settings, names[0]);
    }
    if (settings.merge)
        merge_files(settings, names);
    else
        sort_files(settings, names);
    return 0;
}

constexpr Tool kTool = {
    .name = "sort",
    .synopsis = "[OPTION]... [FILE]...\n[OPTION]... --files0-from=F",
    .summary = "Write sorted concatenation of all files to standard output.",
    .options = kOptions,
    .run = run,
    .usage_status = 2,
    .failure_status = 2,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils::sort
