// The multi-call program: runs the tool by whose name it was called, or `coreutils TOOL ARGUMENT...`.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "framework/tool.h"
#include "lib/order.h"

#include <algorithm>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <string.h>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace coreutils {
namespace {

int run_multicall(Arguments& arguments);

constexpr int kList = kLongOnly, kDescribe = kLongOnly + 1;

constexpr Option kOptions[] = {
    {kList, "list", nullptr, "print the name of every tool, one on each line"},
    {kDescribe, "describe", nullptr, "print the options and texts of every tool, for programs to read"},
};

constexpr Tool kMulticall = {
    .name = "coreutils",
    .synopsis = "TOOL [ARGUMENT]...\n--list\n--describe",
    .summary = "Run one of the tools that this program contains.",
    .options = kOptions,
    .run = run_multicall,
    .order = OperandOrder::options_first,
};

std::vector<const Tool*> sorted_tools() {
    std::vector<const Tool*> tools(all_tools().begin(), all_tools().end());
    sort_items(tools, [](const Tool* a, const Tool* b) { return strcmp(a->name, b->name) < 0; });
    return tools;
}

int run_multicall(Arguments& arguments) {
    if (auto option = arguments.next_option()) {
        for (const Tool* tool : sorted_tools())
            if (*option == kDescribe) describe_tool(*tool);
            else out.print("%s\n", tool->name);
        return 0;
    }
    if (arguments.operands().empty()) usage_error("missing tool name");
    usage_error("unknown tool '%s'", arguments.operands()[0]);
}

// A closed standard descriptor would be taken by the next open(), and that file written to by mistake.
// One that fails with EBADF as before takes its place.
void occupy_standard_descriptors() {
    pollfd descriptors[3] = {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}};
    if (poll(descriptors, 3, 0) <= 0) return;
    for (const pollfd& descriptor : descriptors)
        if (descriptor.revents & POLLNVAL) open("/dev/null", descriptor.fd == 0 ? O_WRONLY : O_RDONLY);
}

[[noreturn]] void run_tool(const Tool& tool, char** argv) {
    set_current_tool(tool);
    int count = 0;
    while (argv[count]) ++count;
    Arguments arguments(tool, std::span<char*>(argv, static_cast<size_t>(count)));
    finish(tool.run(arguments));
}

} // namespace

[[noreturn]] void multicall_main(char** argv) {
    occupy_standard_descriptors();
    setlocale(LC_ALL, "C.UTF-8");
    static char program_name[] = "coreutils";
    static char* no_arguments[] = {program_name, nullptr};
    if (!argv[0]) argv = no_arguments;
    const char* slash = strrchr(argv[0], '/');
    const char* name = slash ? slash + 1 : argv[0];
    if (*name == '-') ++name; // a login shell's dash
    if (const Tool* tool = find_tool(name)) run_tool(*tool, argv);
    if (argv[1])
        if (const Tool* tool = find_tool(argv[1])) run_tool(*tool, argv + 1);
    run_tool(kMulticall, argv);
}

} // namespace coreutils

int main(int, char** argv) { coreutils::multicall_main(argv); }
