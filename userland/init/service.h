// A program that init runs for one inittab entry.
#pragma once
#include <sys/types.h>
#include <time.h>

#include "inittab.h"

namespace init {

struct Service {
    Entry entry;
    pid_t pid = -1;         // -1: not running
    timespec started = {};  // monotonic
    int quick_deaths = 0;   // in a row, each within kQuickDeathSeconds of the start
    time_t not_before = 0;  // monotonic seconds: do not start again earlier
};

inline constexpr int kQuickDeathSeconds = 2;

/// Starts the entry's command in a session of its own on its terminal. -1 and a message if that fails.
pid_t start(const Entry& entry);
/// Starts it and waits for its end, reaping others meanwhile.
void run_and_wait(const Entry& entry);
/// Notes that the service ended; one that keeps ending at once is started again later and later (up to a minute).
void note_exit(Service& service);

time_t monotonic_seconds();
/// The whole text of a file; empty if it cannot be read.
std::string read_file(const char* path);
/// Writes "init: <message>" to the console in one piece.
void report(const std::string& message);

} // namespace init
