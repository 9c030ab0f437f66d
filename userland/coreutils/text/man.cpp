// man, apropos, whatis: shows pages of the manual, which are files in the format of man(7), gzipped or not,
// below the directories of MANPATH. Descriptions are searched in the pages themselves: there is no index to
// be out of date.
#include "archive/gzip_format.h"
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/columns.h"
#include "lib/man_format.h"
#include "lib/numbers.h"
#include "lib/order.h"
#include "lib/regex.h"
#include "lib/spawn.h"

#include <algorithm>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr int kNotFound = 16, kFailed = 2, kPagerFailed = 3;
constexpr size_t kWidestPage = 100; // long lines are hard to read
// In this order a name is looked for; one letter or digit is a section.
constexpr std::string_view kSections = "1nl83254967";
constexpr const char* kStandardPath = "/usr/local/share/man:/usr/share/man:/usr/local/man";
constexpr const char* kStandardPager = "if command -v less >/dev/null; then exec less; else exec more; fi";

constexpr Option kManOptions[] = {
    {'a', "all", nullptr, "show all pages of that name, one after the other"},
    {'f', "whatis", nullptr, "print the one-line descriptions of the pages NAME, as whatis(1)"},
    {'k', "apropos", nullptr, "search names and descriptions for NAME, as apropos(1)"},
    {'l', "local-file", nullptr, "the operands are files"},
    {'M', "manpath", "PATH", "look in these directories instead of those of MANPATH"},
    {'P', "pager", "PROGRAM", "show pages with PROGRAM"},
    {'s', "sections", "LIST", "look only in these sections"},
    {'S', nullptr, "LIST", "the same as -s"},
    {'w', "where", nullptr, "print where the page is instead of showing it"},
    {'W', "where-cat", nullptr, nullptr},
};
constexpr Option kSearchOptions[] = {
    {'a', "and", nullptr, "all KEYWORDs must match"},
    {'e', "exact", nullptr, "a KEYWORD is the whole name or a whole word"},
    {'M', "manpath", "PATH", "look in these directories instead of those of MANPATH"},
    {'s', "sections", "LIST", "look only in these sections"},
};

struct Settings {
    bool all = false, files = false, where = false, every_keyword = false, exact = false;
    enum class Mode { show, whatis, apropos } mode = Mode::show;
    std::string path, pager, sections;
};

struct Page {
    std::string path, name, section;
};

class StringSink final : public ByteSink {
public:
    void put(std::string_view bytes) override { text.append(bytes); }
    std::string text;
};

// The text of a page; false after a message.
bool read_source(const std::string& path, std::string& text) {
    Input input;
    if (!input.open(path.c_str())) {
        warn_errno(path);
        return false;
    }
    ByteSource source(input);
    StringSink sink;
    if (source.peek().starts_with("\x1f\x8b")) {
        GzipSummary summary;
        GzipResult result = gunzip(source, sink, summary);
        if (result != GzipResult::done && !input.error()) {
            warn("%s: %s", path.c_str(), describe(result));
            return false;
        }
    } else {
        for (std::string_view piece = source.peek(); !piece.empty(); piece = source.peek()) {
            sink.put(piece);
            source.take(piece.size());
        }
    }
    if (input.error()) {
        warn_errno(path, input.error());
        return false;
    }
    text = std::move(sink.text);
    return true;
}

std::vector<std::string> split(std::string_view text, std::string_view separators) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        size_t end = text.find_first_of(separators);
        if (end != 0) parts.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return parts;
}

class Manual {
public:
    explicit Manual(Settings settings) : settings_(std::move(settings)) {
        const char* path = getenv("MANPATH");
        if (settings_.path.empty()) settings_.path = path && *path ? path : kStandardPath;
        // An empty element stands for the usual directories.
        for (std::string_view rest = settings_.path;;) {
            size_t colon = rest.find(':');
            if (colon == 0 || rest.empty())
                for (std::string& each : split(kStandardPath, ":")) directories_.push_back(std::move(each));
            else directories_.emplace_back(rest.substr(0, colon));
            if (colon == std::string_view::npos) break;
            rest.remove_prefix(colon + 1);
        }
        sections_ = split(settings_.sections, ",:");
    }

    int show(std::span<char*> names);
    int search(std::span<char*> keywords);

private:
    // The pages of all directories, or those of one name, in the order in which they are looked for.
    std::vector<Page> find_pages(const std::string* name) const;
    bool section_wanted(std::string_view section) const;
    bool show_page(const std::string& path, unsigned depth);
    bool present(const std::string& text);
    bool shows_escapes() const;
    size_t width() const;

    Settings settings_;
    std::vector<std::string> directories_, sections_;
    int pager_status_ = 0;
};

// "3" stands for "3posix" also.
bool Manual::section_wanted(std::string_view section) const {
    if (sections_.empty()) return true;
    return std::any_of(sections_.begin(), sections_.end(),
                       [&](const std::string& each) { return section.starts_with(each); });
}

// ls.1.gz: name "ls", section "1".
bool parse_file_name(std::string_view file, std::string_view& name, std::string_view& section) {
    if (file.ends_with(".gz")) file.remove_suffix(3);
    size_t dot = file.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || dot + 1 == file.size()) return false;
    name = file.substr(0, dot);
    section = file.substr(dot + 1);
    return true;
}

std::vector<Page> Manual::find_pages(const std::string* name) const {
    std::vector<Page> pages;
    for (char digit : kSections)
        for (const std::string& directory : directories_) {
            std::string folder = directory + "/man" + digit;
            DIR* stream = opendir(folder.c_str());
            if (!stream) continue;
            auto first = static_cast<ptrdiff_t>(pages.size());
            while (dirent* entry = readdir(stream)) {
                std::string_view found, section;
                if (!parse_file_name(entry->d_name, found, section) || (name && found != *name) ||
                    !section_wanted(section))
                    continue;
                pages.push_back({folder + "/" + entry->d_name, std::string(found), std::string(section)});
            }
            closedir(stream);
            sort_items(pages, [](const Page& a, const Page& b) { return a.path < b.path; }, first);
        }
    return pages;
}

size_t Manual::width() const {
    if (const char* text = getenv("MANWIDTH"))
        if (auto columns = parse_unsigned(text); columns && *columns > 0) return *columns;
    return std::min(terminal_width() - (terminal_width() > 40 ? 2 : 0), kWidestPage);
}

bool Manual::shows_escapes() const {
    const char* type = getenv("TERM");
    return out.is_terminal() && type && *type && strcmp(type, "dumb") != 0;
}

// Through the pager on a terminal.
bool Manual::present(const std::string& text) {
    if (!out.is_terminal()) {
        out.write(text);
        return true;
    }
    const char* pager = settings_.pager.empty() ? nullptr : settings_.pager.c_str();
    for (const char* variable : {"MANPAGER", "PAGER"})
        if (const char* value = getenv(variable); !pager && value && *value) pager = value;
    setenv("LESS", "-R", 0); // escape sequences are shown, not spelled
    signal(SIGPIPE, SIG_IGN);
    PipedProgram program = start_shell(pager ? pager : kStandardPager, PipeFlow::to_program);
    Output stream(program.fd);
    stream.defer_errors(); // the reader may leave before the end
    stream.write(text);
    stream.flush();
    if (program.finish() != 0) pager_status_ = kPagerFailed;
    return true;
}

// `.so man1/other.1` instead of a text refers to another page, a few times at most.
bool Manual::show_page(const std::string& path, unsigned depth) {
    std::string source;
    if (!read_source(path, source)) return false;
    if (source.starts_with(".so ") && depth < 8) {
        std::string target = source.substr(4, source.find('\n') - 4);
        std::string directory = path.substr(0, path.rfind('/', path.rfind('/') - 1));
        for (const char* suffix : {"", ".gz"})
            if (std::string file = directory + "/" + target + suffix; access(file.c_str(), R_OK) == 0)
                return show_page(file, depth + 1);
    }
    return present(format_man_page(source, width(), shows_escapes() ? ManStyle::terminal : ManStyle::plain));
}

bool is_section(std::string_view text) {
    return !text.empty() && text.size() <= 8 && kSections.contains(text[0]) &&
           (text.size() == 1 || (text[0] >= '0' && text[0] <= '9'));
}

int Manual::show(std::span<char*> names) {
    if (names.size() > 1 && is_section(names[0]) && !settings_.files) {
        sections_ = {names[0]};
        names = names.subspan(1);
    } else if (names.size() == 1 && is_section(names[0]) && strlen(names[0]) == 1 && !settings_.files) {
        warn("no name given for a page in section %s", names[0]);
        return current_tool().usage_status;
    }
    int status = 0;
    for (char* name : names) {
        if (settings_.files || strchr(name, '/')) {
            if (!show_page(name, 0)) status = kFailed;
            continue;
        }
        std::string wanted = name;
        std::vector<Page> found = find_pages(&wanted);
        // ls.1 and ls(1) name the section, too.
        if (size_t mark = wanted.find_last_of(".("); found.empty() && mark != std::string::npos && mark > 0) {
            std::string section = wanted.substr(mark + 1);
            if (section.ends_with(')')) section.pop_back();
            wanted.resize(mark);
            for (Page& page : find_pages(&wanted))
                if (page.section == section) found.push_back(std::move(page));
        }
        if (found.empty()) {
            std::string where = sections_.empty() ? "" : " in section " + sections_[0];
            warn("no manual entry for %s%s", name, where.c_str());
            status = kNotFound;
            continue;
        }
        if (!settings_.all) found.resize(1);
        for (const Page& page : found) {
            if (settings_.where) out.print("%s\n", page.path.c_str());
            else if (!show_page(page.path, 0)) status = kFailed;
        }
    }
    return status ? status : pager_status_;
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return result;
}

bool contains_word(const std::string& text, const std::string& word) {
    auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80);
    };
    for (size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
        if ((at == 0 || !is_letter(text[at - 1])) &&
            (at + word.size() == text.size() || !is_letter(text[at + word.size()])))
            return true;
    return false;
}

int Manual::search(std::span<char*> keywords) {
    std::vector<std::string> plain;
    std::vector<Regex> patterns;
    bool by_name = settings_.mode == Settings::Mode::whatis;
    for (char* keyword : keywords) {
        plain.push_back(lower(keyword));
        std::string problem;
        auto pattern = Regex::compile(keyword, Syntax::extended, REG_ICASE, problem);
        if (!pattern && !by_name) die(kFailed, "%s: %s", keyword, problem.c_str());
        if (!by_name) patterns.push_back(std::move(*pattern));
    }
    std::vector<bool> matched(plain.size());
    std::vector<std::string> lines;
    std::string source;
    for (const Page& page : find_pages(nullptr)) {
        if (!read_source(page.path, source)) continue;
        ManSummary summary = man_page_summary(source);
        if (summary.names.empty()) summary.names.push_back(page.name);
        std::vector<regmatch_t> matches;
        std::string text = lower(summary.text);
        for (const std::string& name : summary.names) {
            size_t count = 0;
            for (size_t i = 0; i < plain.size(); ++i) {
                bool here = lower(name) == plain[i];
                if (!by_name && !here)
                    here = settings_.exact ? contains_word(text, plain[i])
                                           : patterns[i].search(name, 0, matches) ||
                                                 patterns[i].search(summary.text, 0, matches);
                if (!here) continue;
                matched[i] = true;
                ++count;
            }
            if (count == 0 || (settings_.every_keyword && count < plain.size())) continue;
            std::string line = name + " (" + page.section + ")";
            if (line.size() < 20) line.append(20 - line.size(), ' ');
            lines.push_back(line + " - " + summary.text + "\n");
        }
    }
    sort_items(lines);
    lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
    for (const std::string& line : lines) out.write(line);
    for (size_t i = 0; i < plain.size(); ++i)
        if (!matched[i]) warn("%s: nothing appropriate", keywords[i]);
    return lines.empty() ? kNotFound : 0;
}

int run_man(Arguments& arguments) {
    Settings settings;
    while (auto option = arguments.next_option()) switch (*option) {
        case 'a': settings.all = true; break;
        case 'f': settings.mode = Settings::Mode::whatis; break;
        case 'k': settings.mode = Settings::Mode::apropos; break;
        case 'l': settings.files = true; break;
        case 'M': settings.path = arguments.value(); break;
        case 'P': settings.pager = arguments.value(); break;
        case 's':
        case 'S': settings.sections = arguments.value(); break;
        case 'w':
        case 'W': settings.where = true; break;
    }
    if (arguments.operands().empty()) usage_error("what manual page do you want?");
    Settings::Mode mode = settings.mode;
    Manual manual(std::move(settings));
    return mode == Settings::Mode::show ? manual.show(arguments.operands())
                                        : manual.search(arguments.operands());
}

int run_search(Arguments& arguments, Settings::Mode mode) {
    Settings settings;
    settings.mode = mode;
    while (auto option = arguments.next_option()) switch (*option) {
        case 'a': settings.every_keyword = true; break;
        case 'e': settings.exact = true; break;
        case 'M': settings.path = arguments.value(); break;
        case 's': settings.sections = arguments.value(); break;
    }
    if (arguments.operands().empty()) missing_operand();
    return Manual(std::move(settings)).search(arguments.operands());
}

int run_apropos(Arguments& arguments) { return run_search(arguments, Settings::Mode::apropos); }
int run_whatis(Arguments& arguments) { return run_search(arguments, Settings::Mode::whatis); }

constexpr const char* kNotes =
    "A page is looked for in the sections 1 8 3 2 5 4 9 6 7 of each directory of MANPATH\n"
    "(default /usr/local/share/man:/usr/share/man). It is shown with $MANPAGER, $PAGER,\n"
    "less or more, MANWIDTH columns wide.";

constexpr Tool kMan = {
    .name = "man",
    .synopsis = "[OPTION]... [SECTION] NAME...\n-k KEYWORD...\n-f NAME...",
    .summary = "Show pages of the manual.",
    .options = kManOptions,
    .run = run_man,
    .notes = kNotes,
};
MARTLET_REGISTER_TOOL(kMan);

constexpr Tool kApropos = {
    .name = "apropos",
    .synopsis = "[OPTION]... KEYWORD...",
    .summary = "Search the names and descriptions of manual pages for extended regular expressions.",
    .options = kSearchOptions,
    .run = run_apropos,
};
MARTLET_REGISTER_TOOL(kApropos);

constexpr Tool kWhatis = {
    .name = "whatis",
    .synopsis = "[OPTION]... NAME...",
    .summary = "Print the one-line descriptions of manual pages.",
    .options = kSearchOptions,
    .run = run_whatis,
};
MARTLET_REGISTER_TOOL(kWhatis);

} // namespace
} // namespace coreutils
