// The PC's keyboard controller, an Intel 8042 or what stands for it (IBM PC/AT technical reference).
//
// Nothing here waits longer than a bounded number of port reads, and a machine without the controller is
// recognised by its floating bus at the first of them.
#pragma once
#include <optional>

#include "base/types.h"

namespace martlet::ps2 {

/// Makes the first port deliver translated scan codes by interrupt 1, and the second, if there is one, its bytes by
/// interrupt 12. False: there is no controller, or it is broken.
bool init_ports();

struct Received {
    u8 byte;
    bool is_from_mouse;
};
/// A byte from either port, if one has arrived.
std::optional<Received> read();
/// A byte to the device on the port. False if the controller does not take it.
bool write_keyboard(u8 byte);
bool write_mouse(u8 byte);

} // namespace martlet::ps2
