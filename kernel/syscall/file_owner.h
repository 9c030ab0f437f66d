// The commands of fcntl(2) and ioctl(2) about whom a file signals.
#pragma once
#include "vfs/file.h"

namespace martlet {

inline constexpr u32 kSetOwner = 8, kGetOwner = 9, kSetSignal = 10, kGetSignal = 11, kSetOwnerEx = 15, kGetOwnerEx = 16,
                     kGetOwnerIds = 17; // F_…

/// EINVAL, ESRCH, EFAULT, ENOMEM.
Result<i64> file_owner_command(File& file, u32 command, u64 argument);
/// FIOSETOWN and its three relatives, which only sockets know (ENOTTY).
Result<i64> owner_ioctl(File& file, u32 command, u64 argument);
/// O_ASYNC begins; a terminal that nobody owns then belongs to its foreground group. ENOMEM.
Result<void> start_signals(File& file, int fd);

} // namespace martlet
