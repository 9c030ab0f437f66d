// env: POSIX.1-2017, with GNU's -0 -u -C -S -v and what it does to signals.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/signals.h"
#include "lib/spawn.h"

#include <algorithm>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace coreutils {
namespace {

enum : int { kBlock = kLongOnly, kDefault, kIgnore, kList };

constexpr Option kOptions[] = {
    {'i', "ignore-environment", nullptr, "start with an empty environment"},
    {'0', "null", nullptr, "end each output line with NUL, not newline"},
    {'u', "unset", "NAME", "remove variable from the environment"},
    {'C', "chdir", "DIR", "change working directory to DIR"},
    {'S', "split-string", "S", "process and split S into separate arguments"},
    {kBlock, "block-signal", "[SIG]",
     "block delivery of SIG, or of all signals; SIG may be a list with commas"},
    {kDefault, "default-signal", "[SIG]", "reset handling of SIG to the default"},
    {kIgnore, "ignore-signal", "[SIG]", "set handling of SIG to do nothing"},
    {kList, "list-signal-handling", nullptr, "list what is blocked or ignored to standard error"},
    {'v', "debug", nullptr, "print verbose information for each processing step"},
};

struct Settings {
    bool empty = false, null_ended = false, verbose = false, list_signals = false;
    const char* directory = nullptr;
    std::vector<const char*> unset;
};

// False when that cannot be done to the signal.
bool change_signal(int number, int option) {
    if (option != kBlock) return signal(number, option == kIgnore ? SIG_IGN : SIG_DFL) != SIG_ERR;
    sigset_t set;
    sigemptyset(&set);
    return sigaddset(&set, number) == 0 && sigprocmask(SIG_BLOCK, &set, nullptr) == 0;
}

// Changes the signals of the list, or without one all that let themselves be changed.
void change_signals(const char* list, int option) {
    for (int number = 1; !list && number <= last_signal(); ++number) change_signal(number, option);
    for (std::string_view rest = list ? list : ""; !rest.empty();) {
        std::string word(rest.substr(0, rest.find(',')));
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        auto number = parse_signal(word);
        if (!number || *number == 0) usage_error("'%s': invalid signal", word.c_str());
        if (!change_signal(*number, option))
            die(125, "failed to set signal action for signal %d: %m", *number);
    }
}

void list_signals() {
    sigset_t blocked;
    sigprocmask(SIG_BLOCK, nullptr, &blocked);
    for (int number = 1; number <= last_signal(); ++number) {
        struct sigaction action = {};
        bool ignores = sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
        bool blocks = sigismember(&blocked, number) == 1;
        if (ignores || blocks)
            dprintf(STDERR_FILENO, "%-10s (%2d): %s%s%s\n", signal_name(number).c_str(), number,
                    blocks ? "BLOCK" : "", blocks && ignores ? "," : "", ignores ? "IGNORE" : "");
    }
}

[[noreturn]] void bad_split(const char* reason) { die(125, "-S: %s", reason); }

// Appends one escape of -S outside single quotes to `word`; false for \c, which ends the string.
bool split_escape(std::string& word, char letter, bool quoted) {
    constexpr std::string_view kLetters = "fnrtv", kValues = "\f\n\r\t\v";
    if (size_t at = kLetters.find(letter); at != std::string_view::npos)
        word.push_back(kValues[at]);
    else if (letter == '_' && quoted)
        word.push_back(' ');
    else if (strchr("\"#$'\\", letter) && letter)
        word.push_back(letter);
    else if (letter == 'c' && !quoted)
        return false;
    else
        bad_split(letter ? "invalid sequence after backslash" : "invalid backslash at end of string");
    return true;
}

// ${NAME} at `text` (which begins behind the dollar sign); returns the end of it.
const char* split_variable(std::string& word, const char* text) {
    const char* close = *text == '{' ? strchr(text, '}') : nullptr;
    if (!close) bad_split("only ${VARNAME} expansion is supported");
    std::string name(text + 1, close);
    if (const char* value = getenv(name.c_str())) word.append(value);
    return close + 1;
}

// Words of a #! line: blanks separate, quotes and backslashes protect.
void split_words(const char* text, std::vector<std::string>& words) {
    std::string word;
    bool started = false;
    char quote = '\0';
    for (; *text; ++text) {
        char byte = *text;
        if (quote == '\'' ? byte == '\'' : quote && byte == quote) {
            quote = '\0';
        } else if (quote == '\'') {
            word.push_back(byte);
        } else if (byte == '\\' && text[1] == '_' && !quote) {
            ++text;
            if (started) words.push_back(std::move(word));
            word.clear();
            started = false;
        } else if (byte == '\\') {
            started = true;
            if (!split_escape(word, *++text, quote != '\0')) break;
        } else if (byte == '$') {
            started = true;
            text = split_variable(word, text + 1) - 1;
        } else if (!quote && (byte == '\'' || byte == '"')) {
            quote = byte;
            started = true;
        } else if (!quote && strchr(" \t\n\v\f\r", byte)) {
            if (started) words.push_back(std::move(word));
            word.clear();
            started = false;
        } else if (!quote && !started && byte == '#') {
            break;
        } else {
            word.push_back(byte);
            started = true;
        }
    }
    if (quote) bad_split("no terminating quote");
    if (started) words.push_back(std::move(word));
}

int run_environment(const Settings& settings, std::span<char*> operands) {
    static char* nothing[] = {nullptr};
    if (settings.empty) environ = nothing;
    for (const char* name : settings.unset)
        if (unsetenv(name) != 0) die_errno(125, std::string("cannot unset '") + name + "'");
    while (!operands.empty() && strchr(operands[0], '=')) {
        char* equals = strchr(operands[0], '=');
        // Any string with an equals sign, as execve(2) passes it on: the name may even be empty.
        if (putenv(operands[0]) != 0) die_errno(125, "cannot set '" + std::string(operands[0], equals) + "'");
        operands = operands.subspan(1);
    }
    if (operands.empty()) {
        if (settings.directory) usage_error("must specify command with --chdir (-C)");
        for (char** variable = environ; variable && *variable; ++variable) {
            out.write(*variable);
            out.put(settings.null_ended ? '\0' : '\n');
        }
        return 0;
    }
    if (settings.null_ended) usage_error("cannot specify --null (-0) with command");
    if (settings.list_signals) list_signals();
    if (settings.directory && chdir(settings.directory) != 0)
        die_errno(125, std::string("cannot change directory to '") + settings.directory + "'");
    std::vector<char*> command(operands.begin(), operands.end());
    command.push_back(nullptr);
    if (settings.verbose)
        for (char* word : operands) warn("argument: %s", word);
    execute(command.data());
}

// Reads options; -S restarts with its words in front of the arguments left.
int process(Arguments& arguments, Settings& settings) {
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'i':
            settings.empty = true;
            break;
        case '0':
            settings.null_ended = true;
            break;
        case 'u':
            settings.unset.push_back(arguments.value());
            break;
        case 'C':
            settings.directory = arguments.value();
            break;
        case 'v':
            settings.verbose = true;
            break;
        case kList:
            settings.list_signals = true;
            break;
        case kBlock:
        case kDefault:
        case kIgnore:
            change_signals(arguments.value(), *option);
            break;
        case 'S': {
            static std::vector<std::string> words;
            words.clear();
            words.emplace_back("env");
            split_words(arguments.value(), words);
            // What follows -S stays as it is: `--` is not needed, options of env may still come in the
            // string.
            while (arguments.next_option()) usage_error("options after -S must be part of its string");
            std::vector<char*> line;
            for (std::string& word : words) line.push_back(word.data());
            for (char* operand : arguments.operands()) line.push_back(operand);
            Arguments again(current_tool(), line);
            return process(again, settings);
        }
        }
    }
    auto operands = arguments.operands();
    if (!operands.empty() && strcmp(operands[0], "-") == 0) {
        settings.empty = true;
        operands = operands.subspan(1);
    }
    return run_environment(settings, operands);
}

int run(Arguments& arguments) {
    Settings settings;
    return process(arguments, settings);
}

constexpr Tool kTool = {
    .name = "env",
    .synopsis = "[OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]",
    .summary = "Run a command in a changed environment, or print the environment.",
    .options = kOptions,
    .run = run,
    .order = OperandOrder::options_first,
    .usage_status = 125,
    .failure_status = 125,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
