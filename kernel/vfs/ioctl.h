// ioctl(2) numbers that mean the same for every kind of file.
#pragma once
#include "base/types.h"

namespace martlet {

inline constexpr u32 kIoctlBytesReadable = 0x541b; // FIONREAD
inline constexpr u32 kIoctlNonBlock = 0x5421;      // FIONBIO
inline constexpr u32 kIoctlAsync = 0x5452;         // FIOASYNC
// FIOSETOWN, SIOCSPGRP, FIOGETOWN, SIOCGPGRP: of sockets only.
inline constexpr u32 kIoctlSetOwner = 0x8901, kIoctlSetGroup = 0x8902, kIoctlGetOwner = 0x8903, kIoctlGetGroup = 0x8904;
inline constexpr u32 kIoctlNoCloseOnExec = 0x5450; // FIONCLEX
inline constexpr u32 kIoctlCloseOnExec = 0x5451;   // FIOCLEX
inline constexpr u32 kIoctlBlockMap = 1, kIoctlBlockSize = 2; // FIBMAP, FIGETBSZ
// FIFREEZE, FITHAW, FS_IOC_FIEMAP, FICLONE, FICLONERANGE
inline constexpr u32 kIoctlFreeze = 0xc004'5877, kIoctlThaw = 0xc004'5878, kIoctlExtentMap = 0xc020'660b,
                     kIoctlClone = 0x4004'9409, kIoctlCloneRange = 0x4020'940d;
inline constexpr u32 kIoctlQuerySize = 0x5460;     // FIOQSIZE

} // namespace martlet
