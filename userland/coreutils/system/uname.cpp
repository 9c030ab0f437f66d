// uname: POSIX.1-2017, with GNU's -i -o -p.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"

#include <string.h>
#include <string>
#include <sys/utsname.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'a', "all", nullptr, "print all information, except omit -p and -i if unknown"},
    {'s', "kernel-name", nullptr, "print the kernel name"},
    {'n', "nodename", nullptr, "print the network node hostname"},
    {'r', "kernel-release", nullptr, "print the kernel release"},
    {'v', "kernel-version", nullptr, "print the kernel version"},
    {'m', "machine", nullptr, "print the machine hardware name"},
    {'p', "processor", nullptr, "print the processor type"},
    {'i', "hardware-platform", nullptr, "print the hardware platform"},
    {'o', "operating-system", nullptr, "print the operating system"},
};

int run(Arguments& arguments) {
    std::string wanted;
    while (auto option = arguments.next_option()) wanted.push_back(static_cast<char>(*option));
    if (!arguments.operands().empty()) extra_operand(arguments.operands()[0]);
    if (wanted.empty()) wanted = "s";
    if (wanted.contains('a')) wanted = "snrvmo";
    utsname names;
    if (uname(&names) != 0) die_errno(1, "cannot get system name");
    const char* separator = "";
    auto print = [&](char letter, const char* value) {
        if (!wanted.contains(letter)) return;
        out.print("%s%s", separator, value);
        separator = " ";
    };
    print('s', names.sysname);
    print('n', names.nodename);
    print('r', names.release);
    print('v', names.version);
    print('m', names.machine);
    print('p', "unknown");
    print('i', "unknown");
    // What the kernel calls itself is also the name of the ABI's family, as on GNU/Linux.
    print('o', strcmp(names.sysname, "Linux") == 0 ? "GNU/Linux" : names.sysname);
    out.put('\n');
    return 0;
}

constexpr Tool kTool = {
    .name = "uname",
    .synopsis = "[OPTION]...",
    .summary = "Print system information.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
