// ELF64 structures and the auxiliary vector (System V ABI, gABI chapter 4 and 5; getauxval(3)).
#pragma once
#include "base/types.h"

namespace martlet::abi {

struct ElfHeader {
    u8 identification[16];
    u16 type, machine;
    u32 version;
    u64 entry, program_header_offset, section_header_offset;
    u32 flags;
    u16 header_size, program_header_size, program_header_count, section_header_size, section_header_count, name_section;
};
static_assert(sizeof(ElfHeader) == 64);

struct ElfProgramHeader {
    u32 type, flags;
    u64 offset, virtual_address, physical_address, file_size, memory_size, alignment;
};
static_assert(sizeof(ElfProgramHeader) == 56);

inline constexpr u16 kElfExecutable = 2, kElfDynamic = 3, kElfMachineX86_64 = 62;
inline constexpr u32 kElfLoad = 1, kElfInterpreter = 3, kElfProgramHeaders = 6, kElfGnuStack = 0x6474e551;
inline constexpr u32 kElfExecute = 1, kElfWrite = 2, kElfRead = 4;

inline constexpr u64 kAtNull = 0, kAtPhdr = 3, kAtPhent = 4, kAtPhnum = 5, kAtPageSize = 6, kAtBase = 7, kAtFlags = 8,
                     kAtEntry = 9, kAtUid = 11, kAtEuid = 12, kAtGid = 13, kAtEgid = 14, kAtPlatform = 15,
                     kAtHwcap = 16, kAtClockTick = 17, kAtSecure = 23, kAtRandom = 25, kAtHwcap2 = 26, kAtExecFn = 31,
                     kAtSysinfoEhdr = 33, kAtMinSignalStackSize = 51;

} // namespace martlet::abi
