// What initialisation and statistics need of the frame allocator beyond mm/frame.h.
#pragma once
#include "mm/boot_memory.h"
#include "mm/frame.h"

namespace martlet {

/// Hands the free ranges to the buddy allocator; [reserved_start, reserved_end) (the initrd) becomes Reserved frames.
/// The frame table is mapped for every 4 MiB block that holds memory.
void frame_allocator_init(std::span<const BootMemory::Range> free, u64 reserved_start, u64 reserved_end);

/// Makes the frames of [start, end), part of the kernel image, ready to be mapped into address spaces: in use for ever,
/// outside the statistics.
void keep_image_frames(u64 start, u64 end);

} // namespace martlet
