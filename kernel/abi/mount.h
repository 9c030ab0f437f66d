// Structures of the mount calls (mount_setattr(2)).
#pragma once
#include "base/types.h"

namespace martlet::abi {

struct MountAttributes { // struct mount_attr
    u64 set, clear, propagation, user_name_space;
};
static_assert(sizeof(MountAttributes) == 32);

} // namespace martlet::abi
