// awk: POSIX.1-2017, with nextfile, fflush, delete of whole arrays, length of arrays, ** and regular
// expressions as RS.
#include "awk/interpreter.h"
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"

#include <string.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'F', "field-separator", "FS", "use FS for the input field separator"},
    {'f', "file", "PROGFILE", "read the program from PROGFILE; may be given several times"},
    {'v', "assign", "VAR=VALUE", "assign VALUE to VAR before the program begins"},
};

void append_file(std::string& program, const char* name) {
    Input input;
    if (!input.open(name)) die_errno(2, name);
    for (std::string_view block; !(block = input.next_block()).empty();) program.append(block);
    if (input.error()) die_errno(2, name, input.error());
    program.push_back('\n');
}

int run(Arguments& arguments) {
    std::string program;
    bool have_program = false;
    const char* separator = nullptr;
    std::vector<char*> assignments;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'F':
            separator = strcmp(arguments.value(), "t") == 0 ? "\t" : arguments.value();
            break;
        case 'f':
            append_file(program, arguments.value());
            have_program = true;
            break;
        case 'v':
            if (!strchr(arguments.value(), '=')) usage_error("'%s' is no assignment", arguments.value());
            assignments.push_back(arguments.value());
            break;
        }
    }
    auto operands = arguments.operands();
    if (!have_program) {
        if (operands.empty()) usage_error("no program");
        program = operands[0];
        operands = operands.subspan(1);
    }
    awk::Program parsed = awk::parse(program);
    awk::Interpreter interpreter(parsed);
    if (separator) interpreter.assign_from_command_line("FS", separator);
    for (char* assignment : assignments) {
        char* equals = strchr(assignment, '=');
        interpreter.assign_from_command_line({assignment, static_cast<size_t>(equals - assignment)},
                                             equals + 1);
    }
    interpreter.set_arguments(operands);
    return interpreter.run();
}

constexpr Tool kTool = {
    .name = "awk",
    .synopsis = "[-F FS] [-v VAR=VALUE]... 'PROGRAM' [FILE | VAR=VALUE]...\n"
                "[-F FS] [-v VAR=VALUE]... -f PROGFILE [FILE | VAR=VALUE]...",
    .summary = "Scan files for patterns and process what matches.",
    .options = kOptions,
    .run = run,
    .order = OperandOrder::options_first,
    .usage_status = 2,
    .failure_status = 2,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
