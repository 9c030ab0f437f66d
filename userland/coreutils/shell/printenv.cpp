// printenv: the values of variables, or all of the environment.
#include "framework/arguments.h"
#include "framework/output.h"

#include <stdlib.h>
#include <string.h>

extern char** environ;

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'0', "null", nullptr, "end each output line with NUL, not newline"},
};

int run(Arguments& arguments) {
    char end = '\n';
    while (arguments.next_option()) end = '\0';
    if (arguments.operands().empty()) {
        for (char** variable = environ; variable && *variable; ++variable) {
            out.write(*variable);
            out.put(end);
        }
        return 0;
    }
    int status = 0;
    for (char* name : arguments.operands()) {
        const char* value = strchr(name, '=') ? nullptr : getenv(name);
        if (value) {
            out.write(value);
            out.put(end);
        } else {
            status = 1;
        }
    }
    return status;
}

constexpr Tool kTool = {
    .name = "printenv",
    .synopsis = "[OPTION]... [VARIABLE]...",
    .summary = "Print the values of environment variables.",
    .options = kOptions,
    .run = run,
    .usage_status = 2,
    .failure_status = 2,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
