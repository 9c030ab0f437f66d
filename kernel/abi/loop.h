// Structures and commands of loop devices (loop(4), <linux/loop.h>).
#pragma once
#include "base/types.h"

namespace martlet::abi {

inline constexpr u32 kLoopSetFd = 0x4c00, kLoopClearFd = 0x4c01, kLoopSetStatusOld = 0x4c02,
                     kLoopGetStatusOld = 0x4c03, kLoopSetStatus = 0x4c04, kLoopGetStatus = 0x4c05,
                     kLoopChangeFd = 0x4c06, kLoopSetCapacity = 0x4c07, kLoopSetDirect = 0x4c08,
                     kLoopSetBlockSize = 0x4c09, kLoopConfigure = 0x4c0a;
inline constexpr u32 kLoopControlAdd = 0x4c80, kLoopControlRemove = 0x4c81, kLoopControlGetFree = 0x4c82;
inline constexpr u32 kLoopReadOnly = 1, kLoopAutoclear = 4, kLoopPartitionScan = 8, kLoopDirect = 16;

struct LoopInfo { // struct loop_info64
    u64 device, inode, special_device, offset, size_limit;
    u32 number, encryption_type, encryption_key_size, flags;
    u8 file_name[64], crypt_name[64], encryption_key[32];
    u64 init[2];
};
static_assert(sizeof(LoopInfo) == 232);

struct LoopInfoOld { // struct loop_info
    i32 number;
    u32 padding;
    u64 device, inode;
    u64 special_device;
    i32 offset, encryption_type, encryption_key_size, flags;
    char name[64];
    u8 encryption_key[32];
    u64 init[2];
    char reserved[4], padding_end[4];
};
static_assert(sizeof(LoopInfoOld) == 168);

struct LoopConfig { // struct loop_config
    u32 fd, block_size;
    LoopInfo info;
    u64 reserved[8];
};
static_assert(sizeof(LoopConfig) == 304);

} // namespace martlet::abi
