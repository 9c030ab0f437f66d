// Physical memory as the boot page tables show it: the first 4 GiB. Valid until mm has switched to its own tables.
#pragma once
#include "boot/loader_formats.h"
#include "mm/address.h"

namespace martlet {

class BootMemoryWindow final : public PhysicalMemory {
public:
    const u8* read(u64 address, u64 size) const override {
        constexpr u64 kLimit = 4 * kGiB;
        if (address == 0 || size > kLimit || address > kLimit - size) return nullptr;
        return static_cast<const u8*>(direct_map({address}));
    }
};

} // namespace martlet
