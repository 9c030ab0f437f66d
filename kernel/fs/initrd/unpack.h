// The RAM root: filled from the initrd that the loader left in memory.
#pragma once
#include <span>

#include "base/types.h"
#include "vfs/path.h"

namespace martlet {

/// Unpacks the tar archive at `archive` (frames Reserved, in the direct map) below `root`. Page-aligned
/// bodies keep their frames; what is left over is given back. Panics, saying what and where, when the archive
/// is damaged.
void unpack_tar(std::span<u8> archive, const Path& root);

/// Whether `archive` begins as a Linux initramfs does: a newc cpio archive, or one compressed by any known method.
bool is_initramfs(std::span<const u8> archive);
/// Unpacks a Linux initramfs in the same way (Linux,
/// Documentation/driver-api/early-userspace/buffer-format.rst): any number of cpio archives, each plain or
/// gzip, with zeros between. As on Linux, damage is an error in the log and what came before it stays.
void unpack_initramfs(std::span<u8> archive, const Path& root);

} // namespace martlet
