// dirname: POSIX.1-2017, with GNU's -z and several operands.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/path.h"

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'z', "zero", nullptr, "end each output line with NUL, not newline"},
};

int run(Arguments& arguments) {
    char end = '\n';
    while (arguments.next_option()) end = '\0';
    if (arguments.operands().empty()) missing_operand();
    for (const char* operand : arguments.operands()) {
        out.write(directory_name(operand));
        out.put(end);
    }
    return 0;
}

constexpr Tool kTool = {
    .name = "dirname",
    .synopsis = "[OPTION] NAME...",
    .summary = "Print each NAME with its last component and trailing slashes removed.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
