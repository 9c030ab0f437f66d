// The log's side towards boot and panic.
#pragma once
#include <string_view>

namespace martlet {

/// Reads loglevel=, quiet, debug, ignore_loglevel from the command line.
void configure_log();

/// Panic: brings what no console has shown yet to all of them, ignoring locks.
void flush_log_in_panic();
/// Panic: raw text to every console, or to the early serial port when there is none.
void write_on_every_console(std::string_view text);

/// Before the machine stops in good order: all that was written to the consoles is on them. Process context.
void drain_consoles();

/// Interrupt context: does what log() had to put off (busy consoles, sleeping readers).
void run_deferred_log_work();

} // namespace martlet
