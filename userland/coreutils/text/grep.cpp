// grep, egrep, fgrep: POSIX.1-2017 and GNU's options except -P. Input is searched in whole buffers; lines are
// looked at one by one only where the patterns or -v make that necessary. Long because of its forty options;
// what is sought is in grep_matcher.cpp.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/path.h"
#include "lib/walk.h"
#include "text/grep_matcher.h"

#include <algorithm>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

namespace coreutils::grep {
namespace {

enum : int {
    kColor = kLongOnly,
    kInclude,
    kExclude,
    kExcludeFrom,
    kExcludeDir,
    kBinaryFiles,
    kLabel,
    kLineBuffered,
    kNoIgnoreCase,
    kDirectories,
    kDevices,
};

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

enum class Names { automatic, always, never };
enum class Binary { report, text, without_match };
enum class Listing { lines, count, files_with, files_without, nothing };
enum class Directories { read, skip, recurse, recurse_follow };

struct Settings {
    MatchSettings match;
    Names names = Names::automatic;
    Binary binary = Binary::report;
    Listing listing = Listing::lines;
    Directories directories = Directories::read;
    bool invert = false, only_matching = false, line_numbers = false, byte_offsets = false;
    bool silent_errors = false, null_after_name = false, initial_tab = false, color = false,
         line_buffered = false;
    bool skip_devices = false, devices_given = false;
    uint64_t after = 0, before = 0, most = UINT64_MAX;
    const char* label = "(standard input)";
    struct Rule {
        const char* glob;
        bool include;
    };
    std::vector<Rule> file_rules;
    std::vector<const char*> excluded_directories;
};

class Search {
public:
    Search(const Settings& settings, const Matcher& matcher, bool with_names)
        : settings_(settings), matcher_(matcher), with_names_(with_names) {}

    // True when the file has selected lines.
    bool run(Input& input, const char* name);

private:
    Span next_selected(std::string_view lines, size_t from);
    bool select(std::string_view lines, Span line);
    void print_before(std::string_view lines, size_t line_begin);
    void print_after(std::string_view lines, size_t from, size_t limit);
    void print_line(std::string_view lines, Span line, char separator);
    void print_matches(std::string_view lines, Span line);
    void print_prefix(uint64_t offset, char separator);
    void put_colored(const char* color, std::string_view text);
    void put_separator(char separator);
    void count_to(std::string_view lines, size_t offset);
    size_t keep_from(std::string_view lines) const;

    const Settings& settings_;
    const Matcher& matcher_;
    bool with_names_;
    static inline bool group_printed_ = false; // over all files

    const char* name_ = nullptr;
    uint64_t region_offset_ = 0;
    uint64_t line_number_ = 1; // of the line at counted_
    size_t counted_ = 0;
    size_t printed_to_ = 0; // offset in the region behind the last line printed
    bool printed_any_ = false;
    uint64_t selected_ = 0;
    uint64_t pending_after_ = 0;
    bool is_binary_ = false;
    bool ended_ = false; // nothing more to look for
};

Span Search::next_selected(std::string_view lines, size_t from) {
    if (!settings_.invert) return matcher_.find_line(lines, from);
    while (from < lines.size()) {
        size_t end = lines.find(settings_.match.delimiter, from);
        if (end == std::string_view::npos) end = lines.size();
        if (!matcher_.find(lines.substr(from, end - from)).found()) return {from, end};
        from = end + 1;
    }
    return {};
}

void Search::count_to(std::string_view lines, size_t offset) {
    if (!settings_.line_numbers) return;
    line_number_ += static_cast<uint64_t>(
        std::count(lines.data() + counted_, lines.data() + offset, settings_.match.delimiter));
    counted_ = offset;
}

void Search::put_colored(const char* color, std::string_view text) {
    if (!settings_.color) return out.write(text);
    out.print("\033[%sm\033[K", color);
    out.write(text);
    out.write("\033[m\033[K");
}

void Search::put_separator(char separator) { put_colored("36", {&separator, 1}); }

void Search::print_prefix(uint64_t offset, char separator) {
    if (with_names_) {
        put_colored("35", name_);
        if (settings_.null_after_name)
            out.put('\0');
        else
            put_separator(separator);
    }
    auto number = [&](uint64_t value, int width) {
        std::string text = std::to_string(value);
        if (settings_.initial_tab && text.size() < static_cast<size_t>(width))
            text.insert(0, static_cast<size_t>(width) - text.size(), ' ');
        put_colored("32", text);
        put_separator(separator);
    };
    if (settings_.line_numbers) number(line_number_, 2);
    if (settings_.byte_offsets) number(region_offset_ + offset, 2);
    if (settings_.initial_tab && (with_names_ || settings_.line_numbers || settings_.byte_offsets))
        out.put('\t');
}

void Search::print_matches(std::string_view lines, Span line) {
    std::string_view text = lines.substr(line.begin, line.end - line.begin);
    for (size_t from = 0; from <= text.size();) {
        Span match = matcher_.find(text, from);
        if (!match.found()) break;
        if (match.end == match.begin) {
            from = match.end + 1;
            continue;
        }
        print_prefix(line.begin + match.begin, ':');
        put_colored("01;31", text.substr(match.begin, match.end - match.begin));
        out.put(settings_.match.delimiter);
        from = match.end;
    }
}

void Search::print_line(std::string_view lines, Span line, char separator) {
    count_to(lines, line.begin);
    bool selected = separator == ':';
    if (selected && settings_.only_matching) {
        if (!settings_.invert) print_matches(lines, line);
    } else if (!settings_.only_matching) {
        print_prefix(line.begin, separator);
        std::string_view text = lines.substr(line.begin, line.end - line.begin);
        // Matches are marked in selected lines, with -v in the others.
        bool mark = settings_.color && selected != settings_.invert;
        size_t from = 0;
        while (mark && from < text.size()) {
            Span match = matcher_.find(text, from);
            if (!match.found()) break;
            if (match.end == match.begin) {
                out.write(text.substr(from, match.begin + 1 - from));
                from = match.begin + 1;
                continue;
            }
            out.write(text.substr(from, match.begin - from));
            put_colored("01;31", text.substr(match.begin, match.end - match.begin));
            from = match.end;
        }
        if (from < text.size()) out.write(text.substr(from));
        out.put(settings_.match.delimiter);
    }
    if (settings_.line_buffered) out.flush();
    printed_to_ = line.end + 1;
    printed_any_ = true;
}

void Search::print_before(std::string_view lines, size_t line_begin) {
    size_t begin = line_begin;
    for (uint64_t i = 0; i < settings_.before && begin > printed_to_; ++i) {
        size_t previous =
            begin >= 2 ? lines.rfind(settings_.match.delimiter, begin - 2) : std::string_view::npos;
        begin = previous == std::string_view::npos ? 0 : previous + 1;
        if (begin < printed_to_) begin = printed_to_;
    }
    bool context = settings_.before || settings_.after;
    bool gap = !printed_any_ ? true : begin > printed_to_;
    if (context && gap && group_printed_) {
        put_colored("36", "--");
        out.put('\n');
    }
    while (begin < line_begin) {
        size_t end = lines.find(settings_.match.delimiter, begin);
        print_line(lines, {begin, end}, '-');
        begin = end + 1;
    }
}

// Trailing context, up to the next selected line at `limit`.
void Search::print_after(std::string_view lines, size_t from, size_t limit) {
    while (pending_after_ > 0 && from < limit) {
        size_t end = lines.find(settings_.match.delimiter, from);
        if (end == std::string_view::npos) end = lines.size();
        print_line(lines, {from, end}, '-');
        --pending_after_;
        from = end + 1;
    }
}

// Takes a selected line; false when the file needs no further look.
bool Search::select(std::string_view lines, Span line) {
    ++selected_;
    switch (settings_.listing) {
    case Listing::nothing:
    case Listing::files_with:
    case Listing::files_without:
        return false;
    case Listing::count:
        return selected_ < settings_.most;
    case Listing::lines:
        break;
    }
    if (is_binary_) {
        warn("%s: binary file matches", name_);
        return false;
    }
    print_before(lines, line.begin);
    print_line(lines, line, ':');
    group_printed_ = true;
    pending_after_ = settings_.after;
    return selected_ < settings_.most;
}

// Where the lines begin that may still be printed as leading context.
size_t Search::keep_from(std::string_view lines) const {
    size_t begin = lines.size();
    for (uint64_t i = 0; i < settings_.before && begin > printed_to_; ++i) {
        size_t previous =
            begin >= 2 ? lines.rfind(settings_.match.delimiter, begin - 2) : std::string_view::npos;
        begin = previous == std::string_view::npos ? 0 : previous + 1;
    }
    return std::max(begin, std::min(printed_to_, lines.size()));
}

bool Search::run(Input& input, const char* name) {
    name_ = name;
    size_t scanned = 0;
    bool first = true, more = true;
    std::string last_line; // the last line, when its delimiter is missing
    while (more && !ended_) {
        more = input.fill_more();
        std::string_view block = input.buffered();
        if (first && settings_.binary != Binary::text && settings_.match.delimiter == '\n' &&
            block.contains('\0')) {
            if (settings_.binary == Binary::without_match) return false;
            is_binary_ = true;
        }
        first = false;
        if (!more && !block.empty() && !block.ends_with(settings_.match.delimiter)) {
            last_line.assign(block).push_back(settings_.match.delimiter);
            block = last_line;
        }
        size_t end = block.rfind(settings_.match.delimiter);
        if (end == std::string_view::npos) continue; // the line goes on
        std::string_view lines = block.substr(0, end + 1);
        if (!is_binary_ && settings_.binary == Binary::report && settings_.match.delimiter == '\n' &&
            memchr(lines.data() + scanned, '\0', lines.size() - scanned)) {
            is_binary_ = true;
        }
        size_t at = scanned;
        while (at < lines.size()) {
            if (selected_ >= settings_.most) {
                print_after(lines, at, lines.size());
                if (pending_after_ == 0) ended_ = true;
                break;
            }
            Span line = next_selected(lines, at);
            if (pending_after_ > 0) print_after(lines, at, line.found() ? line.begin : lines.size());
            if (!line.found()) break;
            at = line.end + 1;
            if (!select(lines, line) && pending_after_ == 0) {
                ended_ = true;
                break;
            }
        }
        if (ended_) break;
        size_t keep = keep_from(lines);
        count_to(lines, keep);
        if (last_line.empty()) {
            input.consume(keep);
        }
        scanned = lines.size() - keep;
        region_offset_ += keep;
        counted_ -= settings_.line_numbers ? keep : 0;
        printed_to_ = printed_to_ > keep ? printed_to_ - keep : 0;
        if (selected_ >= settings_.most && pending_after_ == 0) ended_ = true;
    }
    auto print_name = [&] {
        put_colored("35", name_);
        out.put(settings_.null_after_name ? '\0' : '\n');
    };
    if (settings_.listing == Listing::count) {
        if (with_names_) {
            put_colored("35", name_);
            settings_.null_after_name ? out.put('\0') : put_separator(':');
        }
        out.print("%llu\n", static_cast<unsigned long long>(selected_));
    }
    if (settings_.listing == Listing::files_with && selected_ > 0) print_name();
    if (settings_.listing == Listing::files_without && selected_ == 0) print_name();
    return selected_ > 0; // also with -L: what counts is whether a line was selected
}

class Grep {
public:
    Grep(const Settings& settings, const Matcher& matcher) : settings_(settings), matcher_(matcher) {}
    int run(std::span<char*> operands);

private:
    // The file `name` relative to the directory `fd`, called `path` in messages and output.
    void search_file(const char* path, bool on_command_line, int fd = AT_FDCWD, const char* name = nullptr);
    void search_tree(const char* root, bool implied);
    void search_open(Input& input, const char* name);
    bool is_excluded(const char* name, bool on_command_line) const;
    bool is_excluded_directory(const char* name) const;
    void problem(std::string_view name, int error);
    bool recursive() const {
        return settings_.directories == Directories::recurse ||
               settings_.directories == Directories::recurse_follow;
    }

    const Settings& settings_;
    const Matcher& matcher_;
    bool with_names_ = false;
    bool selected_ = false, failed_ = false;
};

void Grep::problem(std::string_view name, int error) {
    failed_ = true;
    if (!settings_.silent_errors) warn_errno(name, error);
}

bool Grep::is_excluded(const char* name, bool on_command_line) const {
    // The last rule that matches decides; with only includes, what none of them names is out.
    const char* base = strrchr(name, '/') ? strrchr(name, '/') + 1 : name;
    bool excluded = !settings_.file_rules.empty() && settings_.file_rules.front().include;
    for (const Settings::Rule& rule : settings_.file_rules)
        if (fnmatch(rule.glob, base, 0) == 0 || fnmatch(rule.glob, name, 0) == 0) excluded = !rule.include;
    return excluded;
}

bool Grep::is_excluded_directory(const char* name) const {
    std::string_view trimmed = name;
    while (trimmed.size() > 1 && trimmed.ends_with('/')) trimmed.remove_suffix(1);
    std::string text(trimmed);
    const char* base = strrchr(text.c_str(), '/') ? strrchr(text.c_str(), '/') + 1 : text.c_str();
    for (const char* glob : settings_.excluded_directories) {
        std::string pattern = glob;
        while (pattern.size() > 1 && pattern.ends_with('/')) pattern.pop_back();
        if (fnmatch(pattern.c_str(), base, 0) == 0 || fnmatch(pattern.c_str(), text.c_str(), 0) == 0)
            return true;
    }
    return false;
}

void Grep::search_open(Input& input, const char* name) {
    Search search(settings_, matcher_, with_names_);
    bool found = search.run(input, name);
    selected_ = selected_ || found;
    if (input.error()) problem(name, input.error());
    if (found && settings_.listing == Listing::nothing) finish(0);
    // The next reader goes on behind the last selected line.
    if (settings_.most != UINT64_MAX && input.fd() == STDIN_FILENO && !input.buffered().empty())
        lseek(STDIN_FILENO, -static_cast<off_t>(input.buffered().size()), SEEK_CUR);
}

void Grep::search_file(const char* path, bool on_command_line, int fd, const char* name) {
    if (!name) name = path;
    if (strcmp(path, "-") == 0 && on_command_line) {
        Input input(STDIN_FILENO);
        return search_open(input, settings_.label);
    }
    if (is_excluded(path, on_command_line)) return;
    struct stat info;
    bool careful = settings_.directories == Directories::skip || settings_.skip_devices ||
                   (!on_command_line && !settings_.devices_given);
    if (careful && fstatat(fd, name, &info, 0) == 0) {
        if (S_ISDIR(info.st_mode) && settings_.directories == Directories::skip) return;
        bool device = S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode) || S_ISFIFO(info.st_mode) ||
                      S_ISSOCK(info.st_mode);
        if (device && (settings_.skip_devices || !on_command_line)) return;
    }
    int file = openat(fd, name, O_RDONLY | O_CLOEXEC);
    if (file < 0) return problem(path, errno);
    Input input(file);
    search_open(input, path);
}

void Grep::search_tree(const char* root, bool implied) {
    Walk walk(settings_.directories == Directories::recurse_follow ? Follow::always : Follow::roots);
    walk.start(root);
    while (walk.next()) {
        // Without operands names have no "./" in front.
        const char* path = walk.path().c_str();
        if (implied && strncmp(path, "./", 2) == 0) path += 2;
        switch (walk.visit()) {
        case Walk::Visit::directory:
            if (!(implied && walk.depth() == 0) &&
                is_excluded_directory(walk.depth() == 0 ? path : walk.name()))
                walk.skip();
            break;
        case Walk::Visit::directory_done:
            break;
        case Walk::Visit::cycle:
            warn("%s: warning: recursive directory loop", path);
            break;
        case Walk::Visit::failed:
            problem(path, walk.error());
            break;
        case Walk::Visit::file:
            // -r does not follow links met on the way.
            if (walk.depth() > 0 && walk.type() == DT_LNK && settings_.directories == Directories::recurse)
                break;
            search_file(path, walk.depth() == 0, walk.directory_fd(), walk.name());
            break;
        }
    }
}

int Grep::run(std::span<char*> operands) {
    with_names_ = settings_.names == Names::always ||
                  (settings_.names == Names::automatic && (operands.size() > 1 || recursive()));
    static char dash[] = "-", here[] = ".";
    static char* standard_input[] = {dash};
    static char* this_directory[] = {here};
    bool implied = operands.empty() && recursive();
    if (operands.empty())
        operands = recursive() ? std::span<char*>(this_directory) : std::span<char*>(standard_input);
    // One file under -r is named only when it turns out to be a directory.
    bool only_file = settings_.names == Names::automatic && operands.size() == 1 && recursive() && !implied;
    if (only_file && strcmp(operands[0], "-") != 0) with_names_ = is_directory(operands[0]);
    if (only_file && strcmp(operands[0], "-") == 0) with_names_ = false;
    for (const char* operand : operands) {
        if (recursive() && strcmp(operand, "-") != 0)
            search_tree(operand, implied);
        else
            search_file(operand, true);
    }
    if (failed_) return selected_ && settings_.listing == Listing::nothing ? 0 : 2;
    return selected_ ? 0 : 1;
}

void add_patterns(std::vector<std::string>& patterns, std::string_view text) {
    for (;;) {
        size_t end = text.find('\n');
        patterns.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
    }
}

void add_patterns_of_file(std::vector<std::string>& patterns, const char* name) {
    Input input;
    if (!input.open(name)) die_errno(2, name);
    while (auto line = input.next_line()) patterns.emplace_back(*line);
    if (input.error()) die_errno(2, name, input.error());
}

uint64_t context_length(const char* text) {
    auto value = parse_unsigned(text);
    if (!value && *text && text[strspn(text, "0123456789")] == '\0') return UINT64_MAX / 2;
    if (!value) die(2, "%s: invalid context length argument", text);
    return *value;
}

struct Request {
    Settings settings;
    std::vector<std::string> patterns;
    bool have_patterns = false;
    const char* after = nullptr;
    const char* before = nullptr;
    const char* context = nullptr;
};

bool take_matching_option(Request& request, int id, const char* value) {
    Settings& settings = request.settings;
    switch (id) {
    case 'E':
        settings.match.kind = PatternKind::extended;
        return true;
    case 'F':
        settings.match.kind = PatternKind::fixed;
        return true;
    case 'G':
        settings.match.kind = PatternKind::basic;
        return true;
    case 'e':
        add_patterns(request.patterns, value), request.have_patterns = true;
        return true;
    case 'f':
        add_patterns_of_file(request.patterns, value), request.have_patterns = true;
        return true;
    case 'i':
    case 'y':
        settings.match.ignore_case = true;
        return true;
    case kNoIgnoreCase:
        settings.match.ignore_case = false;
        return true;
    case 'v':
        settings.invert = true;
        return true;
    case 'w':
        settings.match.whole_word = true;
        return true;
    case 'x':
        settings.match.whole_line = true;
        return true;
    case 'z':
        settings.match.delimiter = '\0';
        return true;
    case 'm': {
        auto most = parse_signed(value);
        if (!most) die(2, "invalid max count");
        settings.most = *most < 0 ? UINT64_MAX : static_cast<uint64_t>(*most);
        return true;
    }
    }
    return false;
}

bool take_output_option(Request& request, int id, const char* value) {
    Settings& settings = request.settings;
    switch (id) {
    case 'A':
        request.after = value;
        return true;
    case 'B':
        request.before = value;
        return true;
    case 'C':
    case kNumberOption: {
        static std::string kept;
        kept = value;
        request.context = kept.c_str();
        return true;
    }
    case 'b':
        settings.byte_offsets = true;
        return true;
    case 'c':
        if (settings.listing == Listing::lines) settings.listing = Listing::count;
        return true;
    case 'l':
        if (settings.listing != Listing::nothing) settings.listing = Listing::files_with;
        return true;
    case 'L':
        if (settings.listing != Listing::nothing) settings.listing = Listing::files_without;
        return true;
    case 'q':
        settings.listing = Listing::nothing;
        return true;
    case 'H':
        settings.names = Names::always;
        return true;
    case 'h':
        settings.names = Names::never;
        return true;
    case 'n':
        settings.line_numbers = true;
        return true;
    case 'o':
        settings.only_matching = true;
        return true;
    case 'T':
        settings.initial_tab = true;
        return true;
    case 'Z':
        settings.null_after_name = true;
        return true;
    case kLabel:
        settings.label = value;
        return true;
    case kLineBuffered:
        settings.line_buffered = true;
        return true;
    case kColor:
        settings.color = !value || strcmp(value, "always") == 0 ||
                         ((strcmp(value, "auto") == 0 || strcmp(value, "tty") == 0) && out.is_terminal());
        return true;
    }
    return false;
}

void take_file_option(Request& request, int id, const char* value) {
    Settings& settings = request.settings;
    switch (id) {
    case 'a':
        settings.binary = Binary::text;
        break;
    case 'I':
        settings.binary = Binary::without_match;
        break;
    case kBinaryFiles:
        if (strcmp(value, "text") == 0)
            settings.binary = Binary::text;
        else if (strcmp(value, "without-match") == 0)
            settings.binary = Binary::without_match;
        else if (strcmp(value, "binary") == 0)
            settings.binary = Binary::report;
        else
            die(2, "invalid argument '%s' for '--binary-files'", value);
        break;
    case 'd':
        if (strcmp(value, "read") == 0)
            settings.directories = Directories::read;
        else if (strcmp(value, "skip") == 0)
            settings.directories = Directories::skip;
        else if (strcmp(value, "recurse") == 0)
            settings.directories = Directories::recurse;
        else
            die(2, "invalid argument '%s' for '--directories'", value);
        break;
    case 'D':
        settings.devices_given = true;
        settings.skip_devices = strcmp(value, "skip") == 0;
        if (!settings.skip_devices && strcmp(value, "read") != 0) die(2, "unknown devices method");
        break;
    case 'r':
        settings.directories = Directories::recurse;
        break;
    case 'R':
        settings.directories = Directories::recurse_follow;
        break;
    case 's':
        settings.silent_errors = true;
        break;
    case kInclude:
        settings.file_rules.push_back({value, true});
        break;
    case kExclude:
        settings.file_rules.push_back({value, false});
        break;
    case kExcludeDir:
        settings.excluded_directories.push_back(value);
        break;
    case kExcludeFrom: {
        static std::vector<std::unique_ptr<std::string>> globs;
        std::vector<std::string> lines;
        add_patterns_of_file(lines, value);
        for (std::string& line : lines) {
            globs.push_back(std::make_unique<std::string>(std::move(line)));
            settings.file_rules.push_back({globs.back()->c_str(), false});
        }
        break;
    }
    }
}

int run_as(Arguments& arguments, PatternKind kind) {
    Request request;
    request.settings.match.kind = kind;
    while (auto option = arguments.next_option()) {
        if (!take_matching_option(request, *option, arguments.value()) &&
            !take_output_option(request, *option, arguments.value()))
            take_file_option(request, *option, arguments.value());
    }
    Settings& settings = request.settings;
    if (request.context) settings.after = settings.before = context_length(request.context);
    if (request.after) settings.after = context_length(request.after);
    if (request.before) settings.before = context_length(request.before);
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
