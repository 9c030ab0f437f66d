// tee: POSIX.1-2017. A file that fails is reported, the others go on.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "lib/write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

enum : int { kOutputError = kLongOnly };

constexpr Option kOptions[] = {
    {'a', "append", nullptr, "append to the given files, do not overwrite"},
    {'i', "ignore-interrupts", nullptr, "ignore interrupt signals"},
    {kOutputError, "output-error", "[MODE]",
     "what a failed write does: warn (default), warn-nopipe, exit, exit-nopipe"},
    {'p', nullptr, nullptr, "the same as --output-error=warn-nopipe"},
};

struct Sink {
    int fd;
    const char* name;
    bool usable = true;
};

int run(Arguments& arguments) {
    bool append = false, ignores_pipes = false, ends_at_error = false;
    while (auto option = arguments.next_option()) {
        if (*option == 'a') append = true;
        if (*option == 'i') signal(SIGINT, SIG_IGN);
        if (*option != 'p' && *option != kOutputError) continue;
        std::string_view mode = *option == 'p'      ? "warn-nopipe"
                                : arguments.value() ? arguments.value()
                                                    : "warn";
        ignores_pipes = mode.ends_with("-nopipe");
        if (ignores_pipes) mode.remove_suffix(7);
        if (mode != "warn" && mode != "exit")
            usage_error("invalid argument '%s' for '--output-error'", arguments.value());
        ends_at_error = mode == "exit";
        signal(SIGPIPE, SIG_IGN);
    }
    int status = 0;
    std::vector<Sink> sinks = {{STDOUT_FILENO, "standard output"}};
    for (const char* name : arguments.operands()) {
        int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC), 0666);
        if (fd < 0) {
            warn_errno(name);
            status = 1;
            if (ends_at_error) return status;
        } else {
            sinks.push_back({fd, name});
        }
    }
    Input input(STDIN_FILENO);
    for (std::string_view block; !(block = input.next_block()).empty();) {
        bool any = false;
        for (Sink& sink : sinks) {
            if (sink.usable && !write_all(sink.fd, block)) {
                sink.usable = false;
                if (errno == EPIPE && ignores_pipes) continue;
                warn_errno(sink.name);
                status = 1;
                if (ends_at_error) return status;
            }
            any = any || sink.usable;
        }
        if (!any) return status;
    }
    if (input.error()) {
        warn_errno("standard input", input.error());
        status = 1;
    }
    for (Sink& sink : sinks)
        if (sink.fd != STDOUT_FILENO && close(sink.fd) != 0 && sink.usable) {
            warn_errno(sink.name);
            status = 1;
        }
    return status;
}

constexpr Tool kTool = {
    .name = "tee",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Copy standard input to each FILE, and also to standard output.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
