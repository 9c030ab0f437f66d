// echo: POSIX.1-2017 without the XSI default of escapes; -n, -e and -E as GNU and BSD have them.
#include "framework/arguments.h"
#include "framework/output.h"
#include "lib/escape.h"

#include <string.h>

namespace coreutils {
namespace {

int run(Arguments& arguments) {
    bool newline = true, escapes = false;
    auto words = arguments.operands();
    for (; !words.empty(); words = words.subspan(1)) {
        const char* word = words[0];
        // An option word has no other letters; anything else is text.
        if (word[0] != '-' || word[1] == '\0' || strspn(word + 1, "neE") != strlen(word + 1)) break;
        for (const char* letter = word + 1; *letter; ++letter) {
            if (*letter == 'n') newline = false;
            if (*letter != 'n') escapes = *letter == 'e';
        }
    }
    std::string line;
    for (size_t i = 0; i < words.size(); ++i) {
        if (i > 0) line.push_back(' ');
        if (!escapes) {
            line.append(words[i]);
        } else if (!append_unescaped(line, words[i], EscapeStyle::echo)) {
            newline = false;
            break;
        }
    }
    if (newline) line.push_back('\n');
    out.write(line);
    return 0;
}

constexpr Tool kTool = {
    .name = "echo",
    .synopsis = "[-neE] [STRING]...",
    .summary = "Display a line of text.",
    .run = run,
    .order = OperandOrder::raw,
    .notes = "  -n  do not output the trailing newline\n"
             "  -e  interpret backslash escapes\n"
             "  -E  do not interpret backslash escapes (default)\n\n"
             "With -e: \\\\ \\a \\b \\c (no further output) \\e \\f \\n \\r \\t \\v \\0NNN \\xHH \\uHHHH "
             "\\UHHHHHHHH.",
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
