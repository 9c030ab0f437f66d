// sed: POSIX.1-2017 and GNU's -E -i -s -z -l, commands e F Q R T v W z, addresses first~step, 0,/re/,
// addr,+N, addr,~N and the flags e I M. Here are its options; sed_script.cpp parses, sed_executor.cpp runs.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "lib/numbers.h"
#include "sed/executor.h"

#include <stdlib.h>
#include <string.h>

namespace coreutils::sed {
namespace {

enum : int { kPosix = kLongOnly, kFollow, kDebug, kSandbox };

constexpr Option kOptions[] = {
    {'n', "quiet", nullptr, "suppress automatic printing of pattern space"},
    {'n', "silent", nullptr, nullptr},
    {kDebug, "debug", nullptr, nullptr},
    {'e', "expression", "SCRIPT", "add the script to the commands to be executed"},
    {'f', "file", "FILE", "add the contents of FILE to the commands to be executed"},
    {'E', "regexp-extended", nullptr, "use extended regular expressions in the script"},
    {'r', nullptr, nullptr, "the same as -E"},
    {'i', "in-place", "[SUFFIX]", "edit files in place (makes backup if SUFFIX supplied)"},
    {'l', "line-length", "N", "specify the desired line-wrap length for the `l' command"},
    {kPosix, "posix", nullptr, "disable all GNU extensions"},
    {kFollow, "follow-symlinks", nullptr, "follow symlinks when processing in place"},
    {kSandbox, "sandbox", nullptr, "operate in sandbox mode: no e, r, w"},
    {'s', "separate", nullptr, "consider files as separate rather than as one stream"},
    {'u', "unbuffered", nullptr, "load minimal amounts of data and flush output often"},
    {'z', "null-data", nullptr, "separate lines by NUL characters"},
};

struct Request {
    Settings settings;
    ParseSettings parsing;
    std::vector<Source> sources;
    size_t expressions = 0;
};

std::string read_script_file(const char* name) {
    Input input;
    if (!input.open(name)) die_errno(1, std::string("couldn't open file ") + name);
    std::string text;
    for (std::string_view block; !(block = input.next_block()).empty();) text.append(block);
    if (input.error()) die_errno(1, name, input.error());
    if (text.ends_with('\n')) text.pop_back();
    return text;
}

void take_option(Request& request, int id, const char* value) {
    Settings& settings = request.settings;
    switch (id) {
    case 'n':
        settings.quiet = true;
        break;
    case 'e':
        request.sources.push_back({value, "-e expression #" + std::to_string(++request.expressions), false});
        break;
    case 'f':
        request.sources.push_back({read_script_file(value), std::string("file ") + value, true});
        break;
    case 'E':
    case 'r':
        request.parsing.syntax = Syntax::extended;
        break;
    case 'i':
        settings.in_place = settings.separate = true, settings.suffix = value ? value : "";
        break;
    case 'l':
        settings.line_length = unsigned_or_die(value, "line length");
        break;
    case kPosix:
        settings.posix = true;
        break;
    case kFollow:
        settings.follow_links = true;
        break;
    case kSandbox:
        settings.sandbox = true;
        break;
    case 's':
        settings.separate = true;
        break;
    case 'u':
        settings.unbuffered = true;
        break;
    case 'z':
        settings.delimiter = '\0';
        break;
    }
}

void refuse_programs_and_files(const Script& script) {
    for (const Command& command : script.commands)
        if (strchr("erRwW", command.name) ||
            (command.substitution &&
             (command.substitution->evaluate || command.substitution->output != SIZE_MAX)))
            die(1, "e/r/w commands disabled in sandbox mode");
}

int run(Arguments& arguments) {
    Request request;
    Settings& settings = request.settings;
    settings.posix = getenv("POSIXLY_CORRECT") != nullptr;
    if (const char* columns = getenv("COLS"))
        if (auto width = parse_unsigned(columns); width && *width > 1) settings.line_length = *width - 1;
    while (auto option = arguments.next_option()) take_option(request, *option, arguments.value());
    request.parsing.posix = settings.posix;
    auto operands = arguments.operands();
    if (request.sources.empty()) {
        if (operands.empty()) usage_error("missing script");
        request.sources.push_back({operands[0], "-e expression #1", false});
        operands = operands.subspan(1);
    }
    std::string problem;
    auto script = parse_script(request.sources, request.parsing, problem);
    if (!script) die(1, "%s", problem.c_str());
    if (settings.sandbox) refuse_programs_and_files(*script);
    settings.quiet = settings.quiet || script->quiet;
    static char dash[] = "-";
    static char* standard_input[] = {dash};
    if (operands.empty() && settings.in_place) die(4, "no input files");
    if (operands.empty()) operands = standard_input;
    return Executor(*script, settings, operands).run();
}

constexpr Tool kTool = {
    .name = "sed",
    .synopsis = "[OPTION]... SCRIPT [FILE]...\n[OPTION]... -e SCRIPT... | -f FILE... [FILE]...",
    .summary = "Edit a stream of text by a script.",
    .options = kOptions,
    .run = run,
    .failure_status = 4,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils::sed
