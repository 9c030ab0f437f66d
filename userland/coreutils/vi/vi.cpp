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
    {'R', nullptr, nullptr, "read only: writing needs :w!"},
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
    bool read_only = false;
    while (auto option = arguments.next_option()) {
        if (*option == 'c')
            first = arguments.value();
        else
            read_only = true;
    }
    RawTerminal terminal(RawTerminal::Screen::alternate);
    if (!terminal.usable()) die(1, "no terminal");
    vi::Editor editor(terminal);
    editor.open_files({arguments.operands().begin(), arguments.operands().end()}, read_only);
    if (!first.empty()) editor.run_first(first);
    return editor.run();
}

constexpr Tool kTool = {
    .name = "vi",
    .synopsis = "[-R] [-c COMMAND] [+COMMAND] [FILE]...",
    .summary = "Edit text files on the screen.",
    .options = kOptions,
    .run = run,
    .order = OperandOrder::raw,
    .notes = "i inserts, Esc ends that, :w writes, :q leaves, ZZ does both, u takes back, /TEXT searches.",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
