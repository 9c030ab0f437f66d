// basename: POSIX.1-2017, with GNU's -a -s -z.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/output.h"
#include "lib/path.h"

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'a', "multiple", nullptr, "support multiple arguments and treat each as a NAME"},
    {'s', "suffix", "SUFFIX", "remove a trailing SUFFIX; implies -a"},
    {'z', "zero", nullptr, "end each output line with NUL, not newline"},
};

int run(Arguments& arguments) {
    bool multiple = false;
    std::string_view suffix;
    char end = '\n';
    while (auto option = arguments.next_option()) {
        if (*option == 'a') multiple = true;
        if (*option == 's') multiple = true, suffix = arguments.value();
        if (*option == 'z') end = '\0';
    }
    auto operands = arguments.operands();
    if (operands.empty()) missing_operand();
    if (!multiple && operands.size() > 2) extra_operand(operands[2]);
    if (!multiple && operands.size() == 2) {
        suffix = operands[1];
        operands = operands.first(1);
    }
    for (const char* operand : operands) {
        std::string_view name = base_name(operand);
        if (name.size() > suffix.size() && name.ends_with(suffix)) name.remove_suffix(suffix.size());
        out.write(name);
        out.put(end);
    }
    return 0;
}

constexpr Tool kTool = {
    .name = "basename",
    .synopsis = "NAME [SUFFIX]\nOPTION... NAME...",
    .summary = "Print NAME with any leading directory components removed.",
    .options = kOptions,
    .run = run,
    .order = OperandOrder::options_first,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
