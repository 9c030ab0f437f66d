// The list of tools: the pointers that MARTLET_REGISTER_TOOL collected in one section.
#include "framework/tool.h"

#include <string.h>

extern "C" {
extern const coreutils::Tool* const __start_martlet_tools[] __attribute__((visibility("hidden")));
extern const coreutils::Tool* const __stop_martlet_tools[] __attribute__((visibility("hidden")));
}

namespace coreutils {

std::span<const Tool* const> all_tools() {
    return {__start_martlet_tools, static_cast<size_t>(__stop_martlet_tools - __start_martlet_tools)};
}

const Tool* find_tool(const char* name) {
    for (const Tool* tool : all_tools())
        if (strcmp(tool->name, name) == 0) return tool;
    return nullptr;
}

} // namespace coreutils
