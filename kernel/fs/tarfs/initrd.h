// The RAM root: filled from the initrd archive that the loader left in memory.
#pragma once
#include <span>

#include "base/types.h"
#include "vfs/path.h"

namespace martlet {

/// Unpacks the archive at `archive` (frames Reserved, in the direct map) below `root`. Page-aligned bodies keep their
/// frames; what is left over is given back. Panics, saying what and where, when the archive is damaged.
void unpack_initrd(std::span<u8> archive, const Path& root);

} // namespace martlet
