// true and false: POSIX.1-2017.
#include "framework/arguments.h"

namespace coreutils {
namespace {

int run_true(Arguments&) { return 0; }
int run_false(Arguments&) { return 1; }

constexpr Tool kTrue = {
    .name = "true",
    .synopsis = "[ARGUMENT]...",
    .summary = "Do nothing, successfully.",
    .run = run_true,
    .order = OperandOrder::raw,
};
MARTLET_REGISTER_TOOL(kTrue);

constexpr Tool kFalse = {
    .name = "false",
    .synopsis = "[ARGUMENT]...",
    .summary = "Do nothing, unsuccessfully.",
    .run = run_false,
    .order = OperandOrder::raw,
};
MARTLET_REGISTER_TOOL(kFalse);

} // namespace
} // namespace coreutils
