// whoami: the name of the effective user.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/identity.h"

#include <string>
#include <unistd.h>

namespace coreutils {
namespace {

int run(Arguments& arguments) {
    while (arguments.next_option()) {
    }
    if (!arguments.operands().empty()) extra_operand(arguments.operands()[0]);
    uid_t uid = geteuid();
    if (user_name(uid) == std::to_string(uid)) die(1, "cannot find name for user ID %u", uid);
    out.print("%s\n", user_name(uid).c_str());
    return 0;
}

constexpr Tool kTool = {
    .name = "whoami",
    .synopsis = "",
    .summary = "Print the user name of the current effective user ID.",
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
