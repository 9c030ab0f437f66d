// hostname: prints or sets the name of this machine.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"

#include <string>
#include <unistd.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
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

int run(Arguments& arguments) {
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

constexpr Tool kTool = {
    .name = "hostname",
    .synopsis = "[-s|-d|-f]\nNAME\n-F FILE",
    .summary = "Print or set the name of this machine.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
