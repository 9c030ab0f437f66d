// --help and --version, made from a tool's table.
#include "framework/output.h"
#include "framework/tool.h"

#include <string.h>
#include <string>
#include <string_view>

namespace coreutils {
namespace {

constexpr size_t kHelpColumn = 30;

std::string option_heading(const Option& option) {
    std::string text = "  ";
    bool optional = option.argument_is_optional();
    std::string_view argument = option.argument ? option.argument : "";
    if (optional) argument = argument.substr(1, argument.size() - 2);
    if (option.id == kNumberOption) return "  -NUM";
    bool has_letter = option.id > 0 && option.id < kLongOnly;
    if (has_letter) text.append(1, '-').append(1, static_cast<char>(option.id));
    if (!option.long_name) {
        if (option.argument) text.append(optional ? "[" : " ").append(argument).append(optional ? "]" : "");
        return text;
    }
    text.append(has_letter ? ", --" : "    --").append(option.long_name);
    if (option.argument) text.append(optional ? "[=" : "=").append(argument).append(optional ? "]" : "");
    return text;
}

void print_row(std::string_view heading, std::string_view help) {
    out.write(heading);
    size_t width = heading.size();
    if (width + 2 > kHelpColumn) {
        out.put('\n');
        width = 0;
    }
    out.fill(' ', kHelpColumn - width);
    out.write(help);
    out.put('\n');
}

} // namespace

void print_help(const Tool& tool) {
    std::string_view synopsis = tool.synopsis;
    const char* lead = "Usage: ";
    while (true) {
        size_t end = synopsis.find('\n');
        std::string_view form = synopsis.substr(0, end);
        out.print("%s%s%s%.*s\n", lead, tool.name, form.empty() ? "" : " ", static_cast<int>(form.size()),
                  form.data());
        if (end == std::string_view::npos) break;
        synopsis.remove_prefix(end + 1);
        lead = "  or:  ";
    }
    out.print("%s\n\n", tool.summary);
    for (const Option& option : tool.options)
        if (option.help) print_row(option_heading(option), option.help);
    print_row("      --help", "display this help and exit");
    print_row("      --version", "output version information and exit");
    if (tool.notes) out.print("\n%s\n", tool.notes);
}

void print_version(const Tool& tool) { out.print("%s (Martlet coreutils) 0.1\n", tool.name); }

} // namespace coreutils
