// Control messages: descriptors and credentials beside the bytes (cmsg(3), unix(7)).
#pragma once
#include "net/socket.h"

namespace martlet {

/// What sendmsg(2) gives: EINVAL, EBADF, EPERM, ESRCH, ETOOMANYREFS …
Result<void> load_control(u64 control, usize size, int family, Ancillary& ancillary);

/// Where control messages go.
struct ControlRoom {
    u64 address;
    usize size;
};

/// What recvmsg(2) gets: stores what fits, installs descriptors, answers the bytes used and sets MSG_CTRUNC.
Result<usize> store_control(const Socket& socket, const ControlRoom& room, u32 flags, Ancillary& ancillary,
                            u32& flags_out);

} // namespace martlet
