// The out-of-memory killer: the last resort of the frame allocator.
#pragma once

namespace martlet {

/// Kills the process that holds the most memory (init excepted) and answers whether one was found or is already dying, so
/// that waiting and trying again makes sense. May sleep; call without locks.
bool kill_process_for_memory();

} // namespace martlet
