// Which terminals are consoles.
#include "dev/console/console.h"

#include "base/log.h"
#include "boot/command_line.h"

namespace martlet {
namespace {

struct Selection {
    std::string_view names[kMaxConsoles];
    usize count = 0;

    void add(std::string_view value) {
        std::string_view name = value.substr(0, value.find(','));
        if (name == "tty" || name == "tty0") name = "tty1";
        if (count < kMaxConsoles && !name.empty()) names[count++] = name;
    }
};

// Written while drivers start, on the boot processor, before any program runs.
Tty* terminals[kMaxConsoles];
usize terminal_count = 0;

/// In order of preference: the last is the preferred one.
const Selection& selection() {
    static Selection chosen;
    static bool is_ready = false;
    if (!is_ready) {
        for_each_command_line_option(
            "console",
            [](void* context, std::string_view value) { static_cast<Selection*>(context)->add(value); },
            &chosen);
        if (chosen.count == 0) {
            chosen.add("tty1");
            chosen.add("ttyS0");
        }
        is_ready = true;
    }
    return chosen;
}

} // namespace

bool is_console_selected(std::string_view name) {
    const Selection& chosen = selection();
    for (usize index = 0; index < chosen.count; ++index)
        if (chosen.names[index] == name) return true;
    return false;
}

void add_console(Tty& tty, LogSink& sink, LogReplay replay) {
    if (terminal_count == kMaxConsoles) return;
    tty.acquire(); // terminals of consoles live for ever
    terminals[terminal_count++] = &tty;
    if (is_console_selected(tty.name())) register_log_sink(sink, replay);
}

Tty* find_terminal(std::string_view name) {
    for (usize index = 0; index < terminal_count; ++index)
        if (terminals[index]->name() == name) return terminals[index];
    return nullptr;
}

Tty* preferred_console() {
    const Selection& chosen = selection();
    for (usize index = chosen.count; index-- > 0;)
        if (Tty* tty = find_terminal(chosen.names[index])) return tty;
    return nullptr;
}

usize other_consoles(const Tty* except, std::span<Tty*> consoles) {
    usize count = 0;
    for (usize index = 0; index < terminal_count && count < consoles.size(); ++index)
        if (terminals[index] != except && is_console_selected(terminals[index]->name()))
            consoles[count++] = terminals[index];
    return count;
}

} // namespace martlet
