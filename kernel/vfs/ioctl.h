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
inline constexpr u32 kIoctlQuerySize = 0x5460;     // FIOQSIZE

} // namespace martlet
