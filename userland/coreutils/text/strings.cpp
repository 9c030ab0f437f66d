// strings: POSIX.1-2017, with GNU's -n -o -t -f and -w. Printable bytes of ASCII and tabs.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"

#include <string>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'a', "all", nullptr, "scan the entire file (always done)"},
    {'f', "print-file-name", nullptr, "print the name of the file before each string"},
    {'n', "bytes", "NUMBER", "print sequences of at least NUMBER characters (default 4)"},
    {'o', nullptr, nullptr, "an alias for -t o"},
    {'t', "radix", "d|o|x", "print the offset in the file in base 10, 8 or 16"},
    {'w', "include-all-whitespace", nullptr, "include all whitespace as valid string characters"},
    {kNumberOption, nullptr, "NUM", "the same as -n NUM"},
};

struct Settings {
    uint64_t least = 4;
    char radix = 0;
    bool names = false, whitespace = false;

    bool is_text(unsigned char byte) const {
        return (byte >= ' ' && byte <= '~') || byte == '\t' || (whitespace && byte >= '\n' && byte <= '\r');
    }
};

void scan(Input& input, const char* name, const Settings& settings) {
    std::string held; // the beginning of a sequence, until it is long enough
    bool printing = false;
    uint64_t offset = 0;
    for (std::string_view block; !(block = input.next_block()).empty();) {
        for (char byte : block) {
            ++offset;
            if (!settings.is_text(static_cast<unsigned char>(byte))) {
                if (printing) out.put('\n');
                printing = false;
                held.clear();
            } else if (printing) {
                out.put(byte);
            } else {
                held.push_back(byte);
                if (held.size() < settings.least) continue;
                auto start = static_cast<unsigned long long>(offset - held.size());
                if (settings.names) out.print("%s: ", input_label(name));
                if (settings.radix)
                    out.print(settings.radix == 'd'   ? "%7llu "
                              : settings.radix == 'o' ? "%7llo "
                                                      : "%7llx ",
                              start);
                out.write(held);
                held.clear();
                printing = true;
            }
        }
    }
    if (printing) out.put('\n');
}

int run(Arguments& arguments) {
    Settings settings;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'a':
            break;
        case 'f':
            settings.names = true;
            break;
        case 'o':
            settings.radix = 'o';
            break;
        case 't':
            settings.radix = arguments.value()[0];
            if (arguments.value()[1] ||
                (settings.radix != 'd' && settings.radix != 'o' && settings.radix != 'x'))
                usage_error("invalid radix: '%s'", arguments.value());
            break;
        case 'w':
            settings.whitespace = true;
            break;
        default:
            settings.least = unsigned_or_die(arguments.value(), "minimum string length");
            if (settings.least == 0) usage_error("invalid minimum string length: '%s'", arguments.value());
        }
    }
    return for_each_input(arguments.operands(),
                          [&](Input& input, const char* name) { scan(input, name, settings); });
}

constexpr Tool kTool = {
    .name = "strings",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Print the sequences of printable characters in files.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
