// tput (POSIX.1-2017): what a terminal needs to hear. Every console of the system speaks the same xterm
// subset, so the answers are those, whatever TERM says; only TERM=dumb has none.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/numbers.h"

#include <algorithm>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'T', nullptr, "TYPE", "the terminal's type instead of $TERM"},
    {'S', nullptr, nullptr, "read the names from standard input"},
    {'x', nullptr, nullptr, nullptr},
};

// %1 and %2 are the arguments, with 1 added where a ^ follows.
struct Capability {
    const char *name, *text;
};
constexpr Capability kCapabilities[] = {
    {"clear", "\033[H\033[2J\033[3J"},
    {"init", "\033[!p\033[?3;4l\033[4l\033>"},
    {"reset", "\033c\033[!p\033[?3;4l\033[4l\033>"},
    {"longname", "xterm subset of the consoles"},
    {"bold", "\033[1m"},
    {"dim", "\033[2m"},
    {"sitm", "\033[3m"},
    {"ritm", "\033[23m"},
    {"smul", "\033[4m"},
    {"rmul", "\033[24m"},
    {"blink", "\033[5m"},
    {"rev", "\033[7m"},
    {"smso", "\033[7m"},
    {"rmso", "\033[27m"},
    {"invis", "\033[8m"},
    {"sgr0", "\033(B\033[m"},
    {"op", "\033[39;49m"},
    {"bel", "\a"},
    {"cr", "\r"},
    {"home", "\033[H"},
    {"cup", "\033[%1^;%2^H"},
    {"hpa", "\033[%1^G"},
    {"vpa", "\033[%1^d"},
    {"cuu", "\033[%1A"},
    {"cud", "\033[%1B"},
    {"cuf", "\033[%1C"},
    {"cub", "\033[%1D"},
    {"cuu1", "\033[A"},
    {"cud1", "\n"},
    {"cuf1", "\033[C"},
    {"cub1", "\b"},
    {"el", "\033[K"},
    {"el1", "\033[1K"},
    {"ed", "\033[J"},
    {"il", "\033[%1L"},
    {"dl", "\033[%1M"},
    {"il1", "\033[L"},
    {"dl1", "\033[M"},
    {"ich", "\033[%1@"},
    {"dch", "\033[%1P"},
    {"ech", "\033[%1X"},
    {"csr", "\033[%1^;%2^r"},
    {"sc", "\0337"},
    {"rc", "\0338"},
    {"ind", "\n"},
    {"ri", "\033M"},
    {"smcup", "\033[?1049h\033[22;0;0t"},
    {"rmcup", "\033[?1049l\033[23;0;0t"},
    {"civis", "\033[?25l"},
    {"cnorm", "\033[?12l\033[?25h"},
    {"cvvis", "\033[?12;25h"},
    {"smkx", "\033[?1h\033="},
    {"rmkx", "\033[?1l\033>"},
    {"kcuu1", "\033OA"},
    {"kcud1", "\033OB"},
    {"kcuf1", "\033OC"},
    {"kcub1", "\033OD"},
    {"khome", "\033OH"},
    {"kend", "\033OF"},
    {"kdch1", "\033[3~"},
    {"kich1", "\033[2~"},
    {"kpp", "\033[5~"},
    {"knp", "\033[6~"},
    {"kbs", "\177"},
};
constexpr const char* kFlags[] = {"am", "bce", "km", "mir", "msgr", "xenl", "npc"};

std::string color_text(const char* value, int base) {
    unsigned number = static_cast<unsigned>(unsigned_or_die(value, "colour"));
    if (number < 8) return "\033[" + std::to_string(base + static_cast<int>(number)) + "m";
    if (number < 16) return "\033[" + std::to_string(base + 60 + static_cast<int>(number) - 8) + "m";
    return "\033[" + std::to_string(base + 8) + ";5;" + std::to_string(number) + "m";
}

std::string expanded(const char* text, const std::vector<const char*>& values) {
    std::string result;
    for (; *text; ++text) {
        if (*text != '%' || (text[1] != '1' && text[1] != '2')) {
            result.push_back(*text);
            continue;
        }
        size_t index = static_cast<size_t>(*++text - '1');
        uint64_t number = index < values.size() ? unsigned_or_die(values[index], "parameter") : 0;
        if (text[1] == '^') {
            ++number;
            ++text;
        }
        result += std::to_string(number);
    }
    return result;
}

int lines_of_terminal() {
    winsize size;
    for (int fd : {STDOUT_FILENO, STDERR_FILENO, STDIN_FILENO})
        if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0) return size.ws_row;
    return 24;
}
int columns_of_terminal() {
    winsize size;
    for (int fd : {STDOUT_FILENO, STDERR_FILENO, STDIN_FILENO})
        if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

// POSIX's statuses: 4 for an unknown operand, 1 for a flag that is not there.
int put_capability(const char* name, const std::vector<const char*>& values, bool dumb) {
    std::string_view wanted = name;
    if (wanted == "lines" || wanted == "cols" || wanted == "colors") {
        out.print("%d\n", wanted == "lines"  ? lines_of_terminal()
                          : wanted == "cols" ? columns_of_terminal()
                          : dumb             ? -1
                                             : 256);
        return 0;
    }
    if ((wanted == "setaf" || wanted == "setab") && !values.empty()) {
        if (!dumb) out.write(color_text(values[0], wanted == "setaf" ? 30 : 40));
        return 0;
    }
    for (const char* flag : kFlags)
        if (wanted == flag) return dumb ? 1 : 0;
    for (const Capability& known : kCapabilities) {
        if (wanted != known.name) continue;
        bool plain = wanted == "cr" || wanted == "bel" || wanted == "cud1" || wanted == "ind";
        if (dumb && !plain) return wanted == "init" || wanted == "reset" ? 0 : 1;
        out.write(expanded(known.text, values));
        return 0;
    }
    warn("unknown terminfo capability '%s'", name);
    return 4;
}

int run(Arguments& arguments) {
    const char* type = getenv("TERM");
    bool from_input = false;
    while (auto option = arguments.next_option()) {
        if (*option == 'T') type = arguments.value();
        from_input |= *option == 'S';
    }
    bool dumb = type && strcmp(type, "dumb") == 0;
    if (from_input) {
        int status = 0;
        char name[64], first[32], second[32], line[256];
        while (fgets(line, sizeof line, stdin)) {
            int count = sscanf(line, "%63s %31s %31s", name, first, second);
            if (count < 1) continue;
            std::vector<const char*> values;
            if (count > 1) values.push_back(first);
            if (count > 2) values.push_back(second);
            status = std::max(status, put_capability(name, values, dumb));
        }
        return status;
    }
    auto operands = arguments.operands();
    if (operands.empty()) usage_error("missing operand");
    return put_capability(operands[0], {operands.begin() + 1, operands.end()}, dumb);
}

constexpr Tool kTool = {
    .name = "tput",
    .synopsis = "[-T TYPE] CAPABILITY [PARAMETER]...\n-S",
    .summary = "Print what makes the terminal do something, or how large it is.",
    .options = kOptions,
    .run = run,
    .order = OperandOrder::options_first,
    .usage_status = 2,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
