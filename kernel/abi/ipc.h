// Structures of System V IPC (shmctl(2), semctl(2), msgctl(2)).
#pragma once
#include "base/types.h"

namespace martlet::abi {

struct IpcPermission { // struct ipc64_perm
    i32 key;
    u32 user_id, group_id, creator_user_id, creator_group_id, mode;
    u16 sequence, padding = 0;
    u32 padding_end = 0;
    u64 unused[2] = {};
};
static_assert(sizeof(IpcPermission) == 48);

struct SharedMemoryStatus { // struct shmid64_ds
    IpcPermission permission;
    u64 size;
    i64 attach_time, detach_time, change_time;
    i32 creator_process, last_process;
    u64 attach_count;
    u64 unused[2] = {};
};
static_assert(sizeof(SharedMemoryStatus) == 112);

struct SharedMemoryLimits { // struct shminfo64
    u64 size_max, size_min, count_max, per_process_max, pages_max;
    u64 unused[4] = {};
};

struct SharedMemoryUse { // struct shm_info
    i32 used_ids, padding = 0;
    u64 total_pages, resident_pages, swapped_pages = 0, swap_attempts = 0, swap_successes = 0;
};
static_assert(sizeof(SharedMemoryUse) == 48);

struct SemaphoreOperation { // struct sembuf
    u16 number;
    i16 change;
    i16 flags;
};

struct SemaphoreSetStatus { // struct semid64_ds
    IpcPermission permission;
    i64 operation_time, unused1 = 0, change_time, unused2 = 0;
    u64 count;
    u64 unused[2] = {};
};
static_assert(sizeof(SemaphoreSetStatus) == 104);

struct SemaphoreLimits { // struct seminfo
    i32 map, sets_max, semaphores_max, undo_max, per_set_max, operations_max, undo_entries_max, undo_size,
        value_max, adjust_max;
};

struct MessageQueueStatus { // struct msqid64_ds
    IpcPermission permission;
    i64 send_time, receive_time, change_time;
    u64 bytes, count, bytes_max;
    i32 last_sender, last_receiver;
    u64 unused[2] = {};
};
static_assert(sizeof(MessageQueueStatus) == 120);

struct MessageLimits { // struct msginfo
    i32 pool, map, size_max, bytes_max, queues_max, segment_size, messages_max;
    u16 segments;
};
static_assert(sizeof(MessageLimits) == 32);

struct QueueAttributes { // struct mq_attr
    i64 flags, messages_max, message_size, messages;
    i64 reserved[4] = {};
};
static_assert(sizeof(QueueAttributes) == 64);

struct QueueNotification { // struct sigevent, as mq_notify(2) takes it
    u64 value;
    i32 signal, notify;
    i32 padding[12] = {};
};
static_assert(sizeof(QueueNotification) == 64);

} // namespace martlet::abi
