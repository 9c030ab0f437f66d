// kill: POSIX.1-2017, with procps' -L. Its options look like operands and the other way round (-9, -1), so it
// reads them itself.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/numbers.h"
#include "lib/signals.h"

#include <signal.h>
#include <string.h>
#include <sys/types.h>

namespace coreutils {
namespace {

int list_signals(std::span<char*> operands, bool table) {
    if (operands.empty()) {
        int column = 0;
        for (int number = 1; number <= last_signal(); ++number) {
            std::string name = signal_name(number);
            if (name[0] >= '0' && name[0] <= '9') continue; // reserved by the C library
            if (table)
                out.print("%2d %-10s%s", number, name.c_str(), ++column % 6 == 0 ? "\n" : " ");
            else
                out.print("%s\n", name.c_str());
        }
        if (table && column % 6 != 0) out.put('\n');
        return 0;
    }
    int status = 0;
    for (const char* operand : operands) {
        auto number = parse_unsigned(operand);
        if (number && *number < 256) {
            // POSIX: also an exit status of the shell, from which 128 is taken.
            int signal_number = static_cast<int>(*number > 128 ? *number - 128 : *number);
            if (signal_number <= last_signal()) {
                out.print("%s\n", signal_name(signal_number).c_str());
                continue;
            }
        } else if (auto named = parse_signal(operand)) {
            out.print("%d\n", *named);
            continue;
        }
        warn("%s: invalid signal", operand);
        status = 1;
    }
    return status;
}

int signal_or_die(const char* text) {
    auto number = parse_signal(text);
    if (!number) usage_error("%s: invalid signal", text);
    return *number;
}

int run(Arguments& arguments) {
    auto words = arguments.operands();
    int number = SIGTERM;
    if (!words.empty()) {
        const char* first = words[0];
        auto after = [&](const char* prefix) -> const char* {
            size_t length = strlen(prefix);
            return strncmp(first, prefix, length) == 0 ? first + length : nullptr;
        };
        size_t used = 1;
        if (strcmp(first, "-l") == 0 || strcmp(first, "--list") == 0)
            return list_signals(words.subspan(1), false);
        if (strcmp(first, "-L") == 0 || strcmp(first, "--table") == 0)
            return list_signals(words.subspan(1), true);
        if (strcmp(first, "-s") == 0 || strcmp(first, "-n") == 0 || strcmp(first, "--signal") == 0) {
            if (words.size() < 2) usage_error("option requires an argument -- '%s'", first + 1);
            number = signal_or_die(words[1]);
            used = 2;
        } else if (const char* value = after("--signal=")) {
            number = signal_or_die(value);
        } else if (const char* attached = after("-s"); attached && !parse_signal(first + 1)) {
            number = signal_or_die(attached);
        } else if (strcmp(first, "--") == 0) {
            used = 0;
        } else if (first[0] == '-' && first[1]) {
            number = signal_or_die(first + 1);
        } else {
            used = 0;
        }
        words = words.subspan(used);
        if (!words.empty() && strcmp(words[0], "--") == 0) words = words.subspan(1);
    }
    if (words.empty()) usage_error("no process given");
    int status = 0;
    for (const char* operand : words) {
        auto process = parse_signed(operand);
        if (!process || *process < INT32_MIN || *process > INT32_MAX) {
            warn("%s: not a process number", operand);
            status = 1;
        } else if (kill(static_cast<pid_t>(*process), number) != 0) {
            warn_errno(operand);
            status = 1;
        }
    }
    return status;
}

constexpr Tool kTool = {
    .name = "kill",
    .synopsis = "[-s SIGNAL | -SIGNAL] PID...\n-l [SIGNAL | EXIT_STATUS]...\n-L",
    .summary = "Send a signal to processes.",
    .run = run,
    .order = OperandOrder::raw,
    .notes =
        "  -s, -n, --signal=SIGNAL  the signal to send, by name or number (default TERM)\n"
        "  -l, --list               list the names of signals, or convert between names and numbers\n"
        "  -L, --table              list names and numbers in a table\n\n"
        "A PID of 0 is the sender's process group, -1 every process, another negative number that group.",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
