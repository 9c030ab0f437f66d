// vi: the screen editor of POSIX.1-2017, with visual mode, unlimited undo and UTF-8.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "vi/editor.h"

#include <string.h>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'c', nullptr, "COMMAND", "run the ex command COMMAND first"},
    {'e', nullptr, nullptr, "ex: commands from standard input, no screen"},
    {'R', nullptr, nullptr, "read only: writing needs :w!"},
    {'r', nullptr, nullptr, "recover what was kept of FILE when vi was killed"},
    {'s', nullptr, nullptr, "the same as -e, silently"},
};

int run(Arguments& raw) {
    static Tool tool = current_tool();
    tool.order = OperandOrder::permute;
    std::string first;
    std::vector<char*> line = {const_cast<char*>(tool.name)};
    for (char* word : raw.operands()) {
        if (word[0] == '+') // +, +N, +/PATTERN: what -c would run
            first = word[1] ? word + 1 : "$";
        else
            line.push_back(word);
    }
    Arguments arguments(tool, line);
    bool read_only = false, recovers = false, ex = strcmp(tool.name, "ex") == 0;
    while (auto option = arguments.next_option()) {
        if (*option == 'c')
            first = arguments.value();
        else if (*option == 'R')
            read_only = true;
        else if (*option == 'r')
            recovers = true;
        else
            ex = true;
    }
    RawTerminal terminal(ex ? RawTerminal::Screen::none : RawTerminal::Screen::alternate);
    if (!ex && !terminal.usable()) die(1, "no terminal");
    vi::Editor editor(terminal);
    editor.open_files({arguments.operands().begin(), arguments.operands().end()}, read_only);
    if (recovers && !arguments.operands().empty()) editor.recover(arguments.operands()[0]);
    if (!first.empty()) editor.run_first(first);
    return ex ? editor.run_ex() : editor.run();
}

constexpr Tool kTool = {
    .name = "vi",
    .synopsis = "[-eRrs] [-c COMMAND] [+COMMAND] [FILE]...",
    .summary = "Edit text files on the screen.",
    .options = kOptions,
    .run = run,
    .order = OperandOrder::raw,
    .notes = "i inserts, Esc ends that, :w writes, :q leaves, ZZ does both, u takes back, /TEXT searches.",
};
MARTLET_REGISTER_TOOL(kTool);

constexpr Tool kExTool = {
    .name = "ex",
    .synopsis = "[-Rrs] [-c COMMAND] [+COMMAND] [FILE]...",
    .summary = "Edit text files by commands from standard input.",
    .options = kOptions,
    .run = run,
    .order = OperandOrder::raw,
    .notes = "The commands are those that vi takes behind a colon; see vi.",
};
MARTLET_REGISTER_TOOL(kExTool);

} // namespace
} // namespace coreutils
