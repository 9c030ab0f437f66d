// The end of a process, for the semaphores that it changed with SEM_UNDO (ipc/semaphore_set.h).
#pragma once

namespace martlet {

/// Called when a process ends: cheap when nobody uses SEM_UNDO.
void release_semaphore_undo(int process_id);

} // namespace martlet
