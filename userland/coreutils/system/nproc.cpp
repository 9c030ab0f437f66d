// nproc: the processors that this process may use, as GNU's.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/numbers.h"

#include <optional>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <string_view>
#include <unistd.h>

namespace coreutils {
namespace {

enum : int { kAll = kLongOnly, kIgnore };

constexpr Option kOptions[] = {
    {kAll, "all", nullptr, "print the number of installed processors"},
    {kIgnore, "ignore", "N", "if possible, exclude N processing units"},
};

uint64_t available_processors() {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<uint64_t>(CPU_COUNT(&set));
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? static_cast<uint64_t>(online) : 1;
}

int run(Arguments& arguments) {
    bool all = false;
    uint64_t ignored = 0;
    while (auto option = arguments.next_option()) {
        if (*option == kAll) all = true;
        if (*option == kIgnore) ignored = unsigned_or_die(arguments.value(), "number");
    }
    if (!arguments.operands().empty()) extra_operand(arguments.operands()[0]);
    uint64_t count = 0;
    if (all) {
        long installed = sysconf(_SC_NPROCESSORS_CONF);
        count = installed > 0 ? static_cast<uint64_t>(installed) : 1;
    } else {
        count = available_processors();
        auto variable = [](const char* name) -> uint64_t {
            const char* text = getenv(name);
            auto value =
                text ? parse_unsigned(std::string_view(text).substr(0, strcspn(text, ","))) : std::nullopt;
            return value ? *value : 0;
        };
        if (uint64_t threads = variable("OMP_NUM_THREADS")) count = threads;
        if (uint64_t limit = variable("OMP_THREAD_LIMIT"); limit && limit < count) count = limit;
    }
    count = count > ignored ? count - ignored : 1;
    out.print("%llu\n", static_cast<unsigned long long>(count));
    return 0;
}

constexpr Tool kTool = {
    .name = "nproc",
    .synopsis = "[OPTION]...",
    .summary = "Print the number of processing units available to this process.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
