// Starting a service's program in a process of its own.
#pragma once
#include <sys/types.h>

#include "unit.h"

namespace init {

/// Forks a child that makes itself a session and becomes the unit's program: terminal or log as its standard
/// streams, limits, user, directory, environment. `log_fd` is the write end of its log. The child writes why
/// it could not to `status_fd`, which is closed on exec, and ends with status 127. Answers its number, or -1
/// with errno.
pid_t launch(const Unit& unit, int log_fd, int status_fd);

/// Remembers init's own limit of descriptors as what services get, before init raises its own.
void raise_own_descriptor_limit();

} // namespace init
