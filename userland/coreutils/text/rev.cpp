// rev: the characters of each line in reverse order (util-linux); characters are UTF-8's.
#include "framework/arguments.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/utf8.h"

#include <string>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'0', "zero", nullptr, "line delimiter is NUL, not newline"},
};

int run(Arguments& arguments) {
    char delimiter = '\n';
    while (arguments.next_option()) delimiter = '\0';
    std::string reversed;
    return for_each_input(arguments.operands(), [&](Input& input, const char*) {
        bool ended = true;
        while (auto line = input.next_line(delimiter, &ended)) {
            reversed.resize(line->size());
            size_t end = line->size();
            for (std::string_view rest = *line; !rest.empty();) {
                size_t length = decode_utf8(rest).length;
                end -= length;
                rest.copy(reversed.data() + end, length);
                rest.remove_prefix(length);
            }
            out.write(reversed);
            if (ended) out.put(delimiter);
        }
    });
}

constexpr Tool kTool = {
    .name = "rev",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Print lines with their characters in reverse order.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
