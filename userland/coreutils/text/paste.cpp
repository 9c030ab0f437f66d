// paste: POSIX.1-2017, with GNU's -z.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/utf8.h"

#include <memory>
#include <string.h>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'d', "delimiters", "LIST", "reuse characters from LIST instead of TABs"},
    {'s', "serial", nullptr, "paste one file at a time instead of in parallel"},
    {'z', "zero-terminated", nullptr, "line delimiter is NUL, not newline"},
};

struct Settings {
    std::vector<std::string> delimiters = {"\t"};
    bool serial = false;
    char end_of_line = '\n';
    const std::string& delimiter(size_t index) const { return delimiters[index % delimiters.size()]; }
};

// \n \t \\ \b \f \r \v; \0 is no delimiter at all; any other escaped character stands for itself.
std::vector<std::string> parse_delimiters(std::string_view list) {
    constexpr std::string_view kLetters = "ntbfrv", kValues = "\n\t\b\f\r\v";
    std::vector<std::string> delimiters;
    while (!list.empty()) {
        if (list[0] == '\\') {
            list.remove_prefix(1);
            if (list.empty()) die(1, "delimiter list ends with an unescaped backslash");
            size_t at = kLetters.find(list[0]);
            if (at != std::string_view::npos || list[0] == '0') {
                delimiters.push_back(list[0] == '0' ? "" : std::string(1, kValues[at]));
                list.remove_prefix(1);
                continue;
            }
        }
        size_t length = decode_utf8(list).length;
        delimiters.emplace_back(list.substr(0, length));
        list.remove_prefix(length);
    }
    if (delimiters.empty()) delimiters.emplace_back();
    return delimiters;
}

int paste_serial(std::span<char*> names, const Settings& settings) {
    return for_each_input(names, [&](Input& input, const char*) {
        size_t count = 0;
        while (auto part = input.next_part(settings.end_of_line)) {
            if (part->begins && count > 0) out.write(settings.delimiter(count - 1));
            out.write(part->text);
            count += part->begins;
        }
        out.put(settings.end_of_line);
    });
}

int paste_parallel(std::span<char*> names, const Settings& settings) {
    std::vector<std::unique_ptr<Input>> inputs;
    std::vector<Input*> columns; // the same stream for every "-"
    Input* standard = nullptr;
    for (char* name : names) {
        bool is_standard = strcmp(name, "-") == 0;
        if (is_standard && standard) {
            columns.push_back(standard);
            continue;
        }
        inputs.push_back(std::make_unique<Input>());
        if (!inputs.back()->open(name)) die_errno(1, name);
        if (is_standard) standard = inputs.back().get();
        columns.push_back(inputs.back().get());
    }
    std::vector<bool> finished(columns.size());
    int status = 0;
    std::string delimiters; // not printed unless a file has a line
    for (;;) {
        delimiters.clear();
        bool any = false;
        for (size_t index = 0; index < columns.size(); ++index) {
            if (index > 0) delimiters.append(settings.delimiter(index - 1));
            if (finished[index]) continue;
            auto part = columns[index]->next_part(settings.end_of_line);
            if (!part) {
                finished[index] = true;
                if (columns[index]->error()) {
                    warn_errno(input_label(names[index]), columns[index]->error());
                    status = 1;
                }
                continue;
            }
            any = true;
            out.write(delimiters);
            delimiters.clear();
            out.write(part->text);
            while (!part->ends && (part = columns[index]->next_part(settings.end_of_line)))
                out.write(part->text);
        }
        if (!any) return status;
        out.write(delimiters);
        out.put(settings.end_of_line);
    }
}

int run(Arguments& arguments) {
    Settings settings;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'd':
            settings.delimiters = parse_delimiters(arguments.value());
            break;
        case 's':
            settings.serial = true;
            break;
        case 'z':
            settings.end_of_line = '\0';
            break;
        }
    }
    static char dash[] = "-";
    static char* standard_input[] = {dash};
    auto names = arguments.operands();
    if (names.empty()) names = standard_input;
    return settings.serial ? paste_serial(names, settings) : paste_parallel(names, settings);
}

constexpr Tool kTool = {
    .name = "paste",
    .synopsis = "[OPTION]... [FILE]...",
    .summary = "Merge corresponding or subsequent lines of files.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
