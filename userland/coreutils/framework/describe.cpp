// `coreutils --describe`: the tables of all tools as lines of fields that tabs separate.
// scripts/make_manual.py makes the manual pages and the shell's list of options from it.
//
//   tool NAME SUMMARY STATUS-OF-WRONG-USE STATUS-OF-FAILED-OUTPUT
//   synopsis FORM
//   option LETTER LONG-NAME ARGUMENT HELP      absent fields are empty, LETTER is NUM for -NUM
//   note LINE
#include "framework/output.h"
#include "framework/tool.h"

#include <string_view>

namespace coreutils {
namespace {

const char* or_empty(const char* text) { return text ? text : ""; }

void print_lines(const char* kind, std::string_view text) {
    while (true) {
        size_t end = text.find('\n');
        out.print("%s\t%.*s\n", kind, static_cast<int>(text.substr(0, end).size()), text.data());
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + 1);
    }
}

} // namespace

void describe_tool(const Tool& tool) {
    out.print("tool\t%s\t%s\t%d\t%d\n", tool.name, tool.summary, tool.usage_status, tool.failure_status);
    print_lines("synopsis", tool.synopsis);
    for (const Option& option : tool.options) {
        bool has_letter = option.id > 0 && option.id < kLongOnly;
        const char letter[] = {static_cast<char>(has_letter ? option.id : 0), '\0'};
        out.print("option\t%s\t%s\t%s\t%s\n", option.id == kNumberOption ? "NUM" : letter,
                  or_empty(option.long_name), or_empty(option.argument), or_empty(option.help));
    }
    if (tool.notes) print_lines("note", tool.notes);
}

} // namespace coreutils
