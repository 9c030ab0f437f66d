#include "boot/command_line.h"

#include "base/log.h"
#include "boot/boot_info.h"
#include "boot/command_line_parser.h"

namespace martlet {

std::string_view command_line() { return boot_info().command_line; }

std::optional<std::string_view> command_line_option(std::string_view name) {
    std::optional<std::string_view> found;
    for_each_command_line_option(
        name,
        [](void* to, std::string_view value) { *static_cast<std::optional<std::string_view>*>(to) = value; },
        &found);
    return found;
}

void for_each_command_line_option(std::string_view name, void (*visit)(void*, std::string_view), void* context) {
    CommandLineWords words(command_line());
    while (std::optional<CommandLineWord> word = words.next()) {
        if (word->is_for_init) return;
        if (word->name == name) visit(context, word->value);
    }
}

void warn_about_unknown_options() {
    CommandLineWords words(command_line());
    while (std::optional<CommandLineWord> word = words.next()) {
        if (is_word_for_init(*word) || is_known_kernel_option(*word)) continue;
        log_warning("unknown kernel option \"%.*s\", passed to the first program",
                    static_cast<int>(word->whole.size()), word->whole.data());
    }
}

} // namespace martlet
