// yes: GNU and BSD.
#include "framework/arguments.h"
#include "framework/input.h"
#include "framework/output.h"

#include <string>

namespace coreutils {
namespace {

int run(Arguments& arguments) {
    while (arguments.next_option()) {
    }
    std::string line;
    for (const char* operand : arguments.operands()) line.append(line.empty() ? "" : " ").append(operand);
    if (arguments.operands().empty()) line = "y";
    line.push_back('\n');
    std::string block;
    while (block.size() + line.size() <= kBlockBytes / 4 || block.empty()) block += line;
    for (;;) out.write(block); // ends when the output does
}

constexpr Tool kTool = {
    .name = "yes",
    .synopsis = "[STRING]...",
    .summary = "Repeatedly output a line with all specified STRINGs, or 'y'.",
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
