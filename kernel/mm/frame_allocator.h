// What initialisation and statistics need of the frame allocator beyond mm/frame.h.
#pragma once
#include "mm/boot_memory.h"
#include "mm/frame.h"

namespace martlet {

/// Hands the free ranges to the buddy allocator; [reserved_start, reserved_end) (the initrd) becomes Reserved frames.
/// The frame table is mapped for every 4 MiB block that holds memory.
void frame_allocator_init(std::span<const BootMemory::Range> free, u64 reserved_start, u64 reserved_end);

} // namespace martlet
