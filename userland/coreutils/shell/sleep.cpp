// sleep: POSIX.1-2017, with GNU's fractions and suffixes.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "lib/duration.h"

namespace coreutils {
namespace {

int run(Arguments& arguments) {
    while (arguments.next_option()) {
    }
    if (arguments.operands().empty()) missing_operand();
    double seconds = 0;
    for (const char* operand : arguments.operands()) {
        auto part = parse_duration(operand);
        if (!part) usage_error("invalid time interval '%s'", operand);
        seconds += *part;
    }
    sleep_seconds(seconds);
    return 0;
}

constexpr Tool kTool = {
    .name = "sleep",
    .synopsis = "NUMBER[smhd]...",
    .summary = "Pause for the sum of the given times, in seconds unless a suffix says otherwise.",
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
