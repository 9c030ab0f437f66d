// Which virtual terminal is active, for /sys/class/tty/tty0/active.
#pragma once
#include "sync/wait_queue.h"

namespace martlet {

/// 0 without a screen.
u32 active_virtual_terminal();

/// What changes when the active terminal does: a count, and who waits for it.
struct ActiveTerminalChanges {
    std::atomic<u32> count = 0;
    WaitQueue queue;
};
ActiveTerminalChanges& active_terminal_changes();

} // namespace martlet
