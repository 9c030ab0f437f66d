// uname (POSIX.1-2017, with GNU's -i -o -p), hostname, nproc: what machine this is.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <string>
#include <sys/utsname.h>
#include <unistd.h>

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

int run_uname(Arguments& arguments) {
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

constexpr Tool kUname = {
    .name = "uname",
    .synopsis = "[OPTION]...",
    .summary = "Print system information.",
    .options = kOptions,
    .run = run_uname,
};
MARTLET_REGISTER_TOOL(kUname);

constexpr Option kHostnameOptions[] = {
    {'s', "short", nullptr, "print the name up to the first dot"},
    {'d', "domain", nullptr, "print what follows the first dot"},
    {'f', "fqdn", nullptr, "print the whole name"},
    {'f', "long", nullptr, nullptr},
    {'F', "file", "FILE", "set the name to the first line of FILE that is no comment"},
};

std::string read_name(const char* file) {
    Input input;
    if (!input.open(file)) die_errno(1, file);
    while (auto line = input.next_line()) {
        while (line->ends_with(' ') || line->ends_with('\t') || line->ends_with('\r')) line->remove_suffix(1);
        if (!line->empty() && !line->starts_with('#')) return std::string(*line);
    }
    die(1, "%s: contains no name", file);
}

int run_hostname(Arguments& arguments) {
    int form = 0;
    std::string name;
    while (auto option = arguments.next_option()) {
        if (*option == 'F')
            name = read_name(arguments.value());
        else
            form = *option;
    }
    auto operands = arguments.operands();
    if (operands.size() > 1) extra_operand(operands[1]);
    if (!operands.empty()) name = operands[0];
    if (!name.empty()) {
        if (sethostname(name.data(), name.size()) != 0) die_errno(1, name);
        return 0;
    }
    char buffer[256] = "";
    if (gethostname(buffer, sizeof buffer - 1) != 0) die_errno(1, "cannot get host name");
    std::string_view text = buffer;
    size_t dot = text.find('.');
    if (form == 's') text = text.substr(0, dot);
    if (form == 'd') text = dot == std::string_view::npos ? "" : text.substr(dot + 1);
    out.write(text);
    out.put('\n');
    return 0;
}

constexpr Tool kHostname = {
    .name = "hostname",
    .synopsis = "[-s|-d|-f]\nNAME\n-F FILE",
    .summary = "Print or set the name of this machine.",
    .options = kHostnameOptions,
    .run = run_hostname,
};
MARTLET_REGISTER_TOOL(kHostname);

enum : int { kAll = kLongOnly, kIgnore };

constexpr Option kNprocOptions[] = {
    {kAll, "all", nullptr, "print the number of installed processors"},
    {kIgnore, "ignore", "N", "if possible, exclude N processing units"},
};

uint64_t available_processors() {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<uint64_t>(CPU_COUNT(&set));
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? static_cast<uint64_t>(online) : 1;
}

int run_nproc(Arguments& arguments) {
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
            auto value = text ? parse_unsigned(std::string_view(text).substr(0, strcspn(text, ","))) : std::nullopt;
            return value ? *value : 0;
        };
        if (uint64_t threads = variable("OMP_NUM_THREADS")) count = threads;
        if (uint64_t limit = variable("OMP_THREAD_LIMIT"); limit && limit < count) count = limit;
    }
    count = count > ignored ? count - ignored : 1;
    out.print("%llu\n", static_cast<unsigned long long>(count));
    return 0;
}

constexpr Tool kNproc = {
    .name = "nproc",
    .synopsis = "[OPTION]...",
    .summary = "Print the number of processing units available to this process.",
    .options = kNprocOptions,
    .run = run_nproc,
};
MARTLET_REGISTER_TOOL(kNproc);

}  // namespace
}  // namespace coreutils
