// Consoles: the terminals that the kernel log and /dev/console reach (kernel-parameters.txt, "console=").
//
// `console=ttyS0,115200n8 console=tty0` names them; with none given they are ttyS0 and tty1. tty, tty0 and
// tty1 all mean the screen. /dev/console writes to every console; it reads from, and its ioctls concern, the
// preferred one: the last given that exists, ttyS0 before tty1 if none was given. Opening it never gives a
// controlling terminal (as on Linux).
#pragma once
#include "debug/log_sink.h"
#include "dev/tty/tty.h"

namespace martlet {

inline constexpr usize kMaxConsoles = 8;

/// Called once by each driver at start. Becomes a console if it is selected; then `sink` is registered for the log.
void add_console(Tty& tty, LogSink& sink, LogReplay replay);
bool is_console_selected(std::string_view name);

/// Null if there is none.
Tty* preferred_console();
/// The terminal of that name among those added; null if there is none.
Tty* find_terminal(std::string_view name);
/// Fills `consoles` with every selected console but `except`; answers the count.
usize other_consoles(const Tty* except, std::span<Tty*> consoles);

} // namespace martlet
