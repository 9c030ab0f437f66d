// sort: POSIX.1-2017 and GNU. Lines are copied once into blocks and sorted by merging arrays of references,
// each with the rank of its first key, so that most comparisons touch no text.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "text/sort_key.h"

#include <algorithm>
#include <errno.h>
#include <fcntl.h>
#include <memory>
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
    {'S', "buffer-size", "SIZE", nullptr},
    {'t', "field-separator", "SEP", "use SEP instead of non-blank to blank transition"},
    {'T', "temporary-directory", "DIR", nullptr},
    {'u', "unique", nullptr, "output only the first of an equal run; with -c, check for strict ordering"},
    {'z', "zero-terminated", nullptr, "line delimiter is NUL, not newline"},
    {kParallel, "parallel", "N", nullptr},
    {kBatch, "batch-size", "N", nullptr},
    {kCompress, "compress-program", "PROG", nullptr},
};

struct Settings {
    std::vector<Key> keys;
    Modifiers modifiers;
    int separator = kBlankSeparator;
    bool stable = false, unique = false, merge = false;
    char check = '\0';
    const char* output = nullptr;
    char delimiter = '\n';
};

struct Line {
    const char* text;
    size_t size;
    uint64_t rank;
    std::string_view view() const { return {text, size}; }
};

class Comparer {
public:
    explicit Comparer(const Settings& settings) : settings_(settings) {
        keys_ = settings.keys;
        whole_line_ = keys_.empty();
        if (whole_line_) keys_.push_back(Key{.modifiers = settings.modifiers});
        plain_ = whole_line_ && settings.modifiers.order == Order::text && !settings.modifiers.fold_case &&
                 !settings.modifiers.dictionary && !settings.modifiers.printable_only &&
                 !settings.modifiers.skip_start_blanks;
    }

    uint64_t rank(std::string_view line) const {
        return rank_key(plain_ ? line : find_key(line, keys_[0], settings_.separator), keys_[0].modifiers);
    }

    // By the keys alone.
    int by_keys(const Line& left, const Line& right) const {
        if (left.rank != right.rank) return (left.rank < right.rank) != keys_[0].modifiers.reverse ? -1 : 1;
        if (plain_) {
            int order = left.view().compare(right.view());
            return keys_[0].modifiers.reverse ? -order : order;
        }
        for (const Key& key : keys_) {
            int order = compare_keys(find_key(left.view(), key, settings_.separator),
                                     find_key(right.view(), key, settings_.separator), key.modifiers);
            if (order) return (order < 0) != key.modifiers.reverse ? -1 : 1;
        }
        return 0;
    }

    // With the last resort: lines whose keys are equal are ordered by all their bytes.
    int compare(const Line& left, const Line& right) const {
        int order = by_keys(left, right);
        if (order || settings_.stable || settings_.unique || plain_) return order;
        order = left.view().compare(right.view());
        return settings_.modifiers.reverse ? -order : order;
    }

private:
    const Settings& settings_;
    std::vector<Key> keys_;
    bool whole_line_ = false, plain_ = false;
};

// Keeps the text of lines in large blocks.
class TextStore {
public:
    std::string_view keep(std::string_view text) {
        if (text.size() > left_) {
            size_t size = std::max(kBlock, text.size());
            blocks_.push_back(std::unique_ptr<char[]>(new char[size]));
            at_ = blocks_.back().get();
            left_ = size;
        }
        memcpy(at_, text.data(), text.size());
        std::string_view kept(at_, text.size());
        at_ += text.size();
        left_ -= text.size();
        return kept;
    }

private:
    static constexpr size_t kBlock = 1024 * 1024;
    std::vector<std::unique_ptr<char[]>> blocks_;
    char* at_ = nullptr;
    size_t left_ = 0;
};

// Stable; runs that are in order already cost one comparison each.
void merge_sort(Line* lines, size_t count, Line* scratch, const Comparer& comparer) {
    if (count <= 8) {
        for (size_t i = 1; i < count; ++i) {
            Line line = lines[i];
            size_t at = i;
            for (; at > 0 && comparer.compare(lines[at - 1], line) > 0; --at) lines[at] = lines[at - 1];
            lines[at] = line;
        }
        return;
    }
    size_t half = count / 2;
    merge_sort(lines, half, scratch, comparer);
    merge_sort(lines + half, count - half, scratch, comparer);
    if (comparer.compare(lines[half - 1], lines[half]) <= 0) return;
    std::copy(lines, lines + half, scratch);
    Line *left = scratch, *left_end = scratch + half, *right = lines + half, *right_end = lines + count,
         *target = lines;
    while (left < left_end && right < right_end)
        *target++ = comparer.compare(*left, *right) <= 0 ? *left++ : *right++;
    std::copy(left, left_end, target);
}

void open_or_die(Input& input, const char* name) {
    if (!input.open(name)) die_errno(2, name);
}

void check_read(const Input& input, const char* name) {
    if (input.error()) die_errno(2, input_label(name), input.error());
}

// Standard output, or the file of -o, which may be one of the inputs.
class Result {
public:
    explicit Result(const Settings& settings) : settings_(settings) {
        if (!settings.output) return;
        int fd = open(settings.output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (fd < 0) die_errno(2, settings.output);
        if (dup2(fd, STDOUT_FILENO) < 0) die_errno(2, settings.output);
        close(fd);
    }
    void put(std::string_view line) {
        out.write(line);
        out.put(settings_.delimiter);
    }

private:
    const Settings& settings_;
};

int sort_files(const Settings& settings, std::span<char*> names) {
    Comparer comparer(settings);
    TextStore store;
    std::vector<Line> lines;
    for (const char* name : names) {
        Input input;
        open_or_die(input, name);
        while (auto line = input.next_line(settings.delimiter)) {
            std::string_view kept = store.keep(*line);
            lines.push_back({kept.data(), kept.size(), comparer.rank(kept)});
        }
        check_read(input, name);
    }
    std::vector<Line> scratch(lines.size() / 2 + 1);
    merge_sort(lines.data(), lines.size(), scratch.data(), comparer);
    Result result(settings);
    for (size_t i = 0; i < lines.size(); ++i)
        if (!settings.unique || i == 0 || comparer.by_keys(lines[i - 1], lines[i]) != 0)
            result.put(lines[i].view());
    return 0;
}

struct Source {
    Input input;
    const char* name;
    std::string text;
    Line line;
    size_t index;

    bool advance(const Settings& settings, const Comparer& comparer) {
        auto next = input.next_line(settings.delimiter);
        check_read(input, name);
        if (!next) return false;
        text = *next;
        line = {text.data(), text.size(), comparer.rank(text)};
        return true;
    }
};

int merge_files(const Settings& settings, std::span<char*> names) {
    Comparer comparer(settings);
    std::vector<std::unique_ptr<Source>> sources;
    for (size_t i = 0; i < names.size(); ++i) {
        auto source = std::make_unique<Source>();
        source->name = names[i];
        source->index = i;
        open_or_die(source->input, names[i]);
        if (source->advance(settings, comparer)) sources.push_back(std::move(source));
    }
    auto later = [&](const std::unique_ptr<Source>& left, const std::unique_ptr<Source>& right) {
        int order = comparer.compare(left->line, right->line);
        return order ? order > 0 : left->index > right->index;
    };
    std::make_heap(sources.begin(), sources.end(), later);
    Result result(settings);
    std::string last;
    bool any = false;
    while (!sources.empty()) {
        std::pop_heap(sources.begin(), sources.end(), later);
        Source& source = *sources.back();
        Line previous{last.data(), last.size(), any ? comparer.rank(last) : 0};
        if (!settings.unique || !any || comparer.by_keys(previous, source.line) != 0) {
            result.put(source.text);
            if (settings.unique) last = source.text;
            any = true;
        }
        if (source.advance(settings, comparer))
            std::push_heap(sources.begin(), sources.end(), later);
        else
            sources.pop_back();
    }
    return 0;
}

int check_file(const Settings& settings, const char* name) {
    Comparer comparer(settings);
    Input input;
    open_or_die(input, name);
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
    check_read(input, name);
    return 0;
}

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
        open_or_die(input, list);
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
    // With -o, a file may be input and output: it has to be read before it is written.
    if (settings.merge && settings.output) return sort_files(settings, names);
    return settings.merge ? merge_files(settings, names) : sort_files(settings, names);
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
