// Maps the vDSO (kernel/vdso) and the clock's data page into a new program: vdso(7).
#pragma once
#include "mm/address_space.h"

namespace martlet {

/// Maps [vvar] and right above it [vdso], at `hint` if that is free, else where mmap chooses. Answers the
/// address of the ELF image, for AT_SYSINFO_EHDR. ENOMEM.
Result<u64> map_vdso(AddressSpace& space, u64 hint);
/// What both take.
u64 vdso_size_bytes();

} // namespace martlet
