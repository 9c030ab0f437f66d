// less: shows files a screenful at a time, forwards and backwards, with the commands and options of the pager
// of that name that people use. Without a terminal it copies, as cat.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "less/help.h"
#include "less/pager.h"
#include "lib/numbers.h"
#include "lib/path.h"

#include <algorithm>
#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace coreutils::less {
namespace {

constexpr Option kOptions[] = {
    {'e', "quit-at-eof", nullptr, "exit the second time the end of the file is reached"},
    {'E', "QUIT-AT-EOF", nullptr, "exit the first time the end of the file is reached"},
    {'F', "quit-if-one-screen", nullptr, "exit when everything fits on the first screen"},
    {'g', "hilite-search", nullptr, nullptr},
    {'G', "HILITE-SEARCH", nullptr, "do not highlight what a search found"},
    {'i', "ignore-case", nullptr, "searches ignore case, unless the pattern has capitals"},
    {'I', "IGNORE-CASE", nullptr, "searches ignore case"},
    {'m', "long-prompt", nullptr, "a prompt with the percentage"},
    {'M', "LONG-PROMPT", nullptr, "a prompt with name, lines and percentage"},
    {'n', "line-numbers", nullptr, "no line numbers"},
    {'N', "LINE-NUMBERS", nullptr, "show line numbers"},
    {'p', "pattern", "PATTERN", "start at the first match of PATTERN"},
    {'r', "raw-control-chars", nullptr, "pass control characters as they are"},
    {'R', "RAW-CONTROL-CHARS", nullptr, "pass the sequences for colours"},
    {'s', "squeeze-blank-lines", nullptr, "show several blank lines as one"},
    {'S', "chop-long-lines", nullptr, "cut long lines instead of wrapping them"},
    {'x', "tabs", "N", "tab stops every N columns"},
    {'X', "no-init", nullptr, "leave the text on the screen at the end"},
    {'#', "shift", "N", "columns to move sideways"},
    {'f', "force", nullptr, nullptr},
    {'q', "quiet", nullptr, nullptr},
    {'Q', "QUIET", nullptr, nullptr},
    {'K', "quit-on-intr", nullptr, "exit on an interrupt"},
    {'~', "tilde", nullptr, "do not mark the lines behind the end"},
    {'w', "hilite-unread", nullptr, nullptr},
    {'c', "clear-screen", nullptr, nullptr},
};

void set_option(int option, const char* value, Settings& settings) {
    switch (option) {
    case 'e':
        settings.quit_at_end = true;
        break;
    case 'E':
        settings.quit_at_first_end = true;
        break;
    case 'F':
        settings.one_screen = true;
        break;
    case 'G':
        settings.appearance.highlight = false;
        break;
    case 'i':
        settings.ignore_case = true;
        break;
    case 'I':
        settings.ignore_always = true;
        break;
    case 'm':
        settings.prompt = 1;
        break;
    case 'M':
        settings.prompt = 2;
        break;
    case 'n':
        settings.appearance.numbers = false;
        break;
    case 'N':
        settings.appearance.numbers = true;
        break;
    case 'p':
        settings.start_pattern = value;
        break;
    case 'r':
        settings.appearance.raw = true;
        break;
    case 'R':
        settings.appearance.colors = true;
        break;
    case 's':
        settings.squeeze = true;
        break;
    case 'S':
        settings.appearance.chop = true;
        break;
    case 'x':
        settings.appearance.tab =
            std::max<size_t>(static_cast<size_t>(unsigned_or_die(value, "tab width")), 1);
        break;
    case 'X':
        settings.no_init = true;
        break;
    case '#':
        settings.shift_step = static_cast<size_t>(unsigned_or_die(value, "number of columns"));
        break;
    case 'K':
        settings.quit_on_interrupt = true;
        break;
    case '~':
        settings.tilde = false;
        break;
    }
}

// Options of the environment: "-FRX", "FRX" or words of them.
void read_environment(Settings& settings) {
    const char* variable = getenv("LESS");
    if (!variable) return;
    static std::string letters;
    std::vector<std::string> words;
    for (std::string_view rest = variable; !rest.empty();) {
        size_t end = std::min(rest.find_first_of(" $"), rest.size());
        if (end > 0)
            words.emplace_back(rest[0] == '-' ? rest.substr(0, end) : "-" + std::string(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    static char name[] = "less";
    std::vector<char*> line = {name};
    for (std::string& word : words) line.push_back(strdup(word.c_str())); // values may point there
    Arguments arguments(current_tool(), line);
    while (auto option = arguments.next_option()) set_option(*option, arguments.value(), settings);
}

// +G, +F, +123, +/pattern
void take_start_command(const char* word, Settings& settings) {
    if (*word == '/') {
        settings.start_pattern = word + 1;
    } else if (*word) {
        settings.start_commands = word;
        if (isdigit(static_cast<unsigned char>(settings.start_commands.back())))
            settings.start_commands.push_back('g');
    }
}

int copy_all(std::span<char*> operands) {
    return for_each_input(operands, [](Input& input, const char*) {
        for (std::string_view block; !(block = input.next_block()).empty();) out.write(block);
    });
}

// -F: writes the only file when it fits on the screen.
bool show_if_small(std::vector<File>& files, Settings& settings) {
    if (files.size() != 1) return false;
    int fd = files[0].name == "-" ? STDIN_FILENO : open(files[0].name.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0 || is_directory(files[0].name.c_str())) return false;
    files[0].text = std::make_unique<Text>(fd);
    winsize window = {};
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &window);
    size_t limit = window.ws_row ? window.ws_row : 24;
    if (window.ws_col) settings.appearance.columns = window.ws_col;
    std::vector<std::string> all;
    for (size_t line = 0; files[0].text->have(line); ++line) {
        for (std::string& row : make_rows(files[0].text->line(line), line + 1, settings.appearance, nullptr))
            all.push_back(std::move(row));
        if (all.size() >= limit) return false;
    }
    for (const std::string& row : all) {
        out.write(row);
        out.put('\n');
    }
    return true;
}

int run(Arguments& arguments) {
    Settings settings;
    read_environment(settings);
    while (auto option = arguments.next_option()) set_option(*option, arguments.value(), settings);
    std::vector<char*> names;
    for (char* operand : arguments.operands()) {
        if (*operand == '+')
            take_start_command(operand + 1, settings);
        else
            names.push_back(operand);
    }
    if (names.empty() && isatty(STDIN_FILENO)) usage_error("missing filename");
    if (!out.is_terminal()) return copy_all(names);
    std::vector<File> files;
    static char dash[] = "-";
    if (names.empty()) names.push_back(dash);
    for (char* name : names) {
        files.emplace_back();
        files.back().name = name;
    }
    if (settings.one_screen && show_if_small(files, settings)) return 0;
    RawTerminal terminal(settings.no_init ? RawTerminal::Screen::normal : RawTerminal::Screen::alternate);
    if (!terminal.usable()) return copy_all(names);
    if (settings.no_init) out.write("\033[H\033[2J");
    return Pager(settings, terminal, files).run();
}

constexpr Tool kTool = {
    .name = "less",
    .synopsis = "[OPTION]... [+COMMAND] [FILE]...",
    .summary = "Show files a screenful at a time, forwards and backwards.",
    .options = kOptions,
    .run = run,
    .notes = kHelp,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils::less
