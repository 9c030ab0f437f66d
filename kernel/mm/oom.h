// What a fault does when no page can be had.
#pragma once

namespace martlet {

/// Has a process killed to get memory and gives it time to go. False: the caller's own task was chosen (or is dying
/// anyway) and should return to its signals instead of trying again. Sleeps; call without locks.
bool wait_for_memory();

} // namespace martlet
