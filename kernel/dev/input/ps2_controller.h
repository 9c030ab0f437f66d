// The PC's keyboard controller, an Intel 8042 or what stands for it (IBM PC/AT technical reference).
//
// Nothing here waits longer than a bounded number of port reads, and a machine without the controller is recognised by its
// floating bus at the first of them.
#pragma once
#include <optional>

#include "base/types.h"

namespace martlet::ps2 {

/// Makes the first port deliver translated scan codes by interrupt 1. False: there is no controller, or it is broken.
bool init_keyboard_port();
/// A byte from the keyboard, if one has arrived; what a mouse sent is dropped.
std::optional<u8> read_keyboard();
/// A byte to the keyboard. False if the controller does not take it.
bool write_keyboard(u8 byte);

} // namespace martlet::ps2
