// Structures of the file calls (stat(2), statx(2), statfs(2), getdents(2), fcntl(2), poll(2)).
#pragma once
#include "abi/time.h"

namespace martlet::abi {

struct Stat {
    u64 device, inode, link_count;
    u32 mode, user_id, group_id, padding = 0;
    u64 special_device;
    i64 size, block_size, blocks;
    i64 access_seconds, access_nanoseconds, modify_seconds, modify_nanoseconds, change_seconds, change_nanoseconds;
    i64 unused[3] = {};
};
static_assert(sizeof(Stat) == 144);

struct StatxTime {
    i64 seconds;
    u32 nanoseconds;
    i32 padding = 0;
};

struct Statx {
    u32 mask, block_size;
    u64 attributes;
    u32 link_count, user_id, group_id;
    u16 mode, padding = 0;
    u64 inode, size, blocks, attributes_mask;
    StatxTime access, birth, change, modify;
    u32 special_major, special_minor, device_major, device_minor;
    u64 mount_id;
    u32 direct_memory_alignment = 0, direct_offset_alignment = 0;
    u64 spare[12] = {};
};
static_assert(sizeof(Statx) == 256);

struct StatFs {
    i64 type, block_size;
    u64 blocks, blocks_free, blocks_available, files, files_free;
    i32 id[2];
    i64 name_length, fragment_size, flags;
    i64 spare[4] = {};
};
static_assert(sizeof(StatFs) == 120);

struct FileLock { // struct flock
    i16 type, whence;
    i32 padding = 0;
    i64 start, length;
    i32 process_id;
    i32 padding_end = 0;
};
static_assert(sizeof(FileLock) == 32);

struct PollDescriptor {
    i32 descriptor;
    i16 events, returned;
};

using TimeSpec64 = TimeSpec;

struct UStat { // struct ustat
    i32 blocks_free, padding = 0;
    u64 files_free;
    char name[6] = {}, pack[6] = {};
    i32 padding_end = 0;
};
static_assert(sizeof(UStat) == 32);

struct FileHandle { // struct file_handle, without its bytes
    u32 size;
    i32 type;
};

struct OpenHow {
    u64 flags, mode, resolve;
};

} // namespace martlet::abi
