// System calls of System V IPC and POSIX message queues.
#pragma once
#include "abi/ipc.h"
#include "abi/time.h"
#include "mm/user_access.h"

namespace martlet {

// ipc_shared_memory.cpp
Result<int> sys_shmget(int key, usize size, u32 flags);
Result<u64> sys_shmat(int id, u64 address, u32 flags);
Result<void> sys_shmdt(u64 address);
Result<int> sys_shmctl(int id, u32 command, u64 argument);
// ipc_semaphores.cpp
Result<int> sys_semget(int key, int count, u32 flags);
Result<void> sys_semop(int id, UserPtr<abi::SemaphoreOperation> operations, usize count);
Result<void> sys_semtimedop(int id, UserPtr<abi::SemaphoreOperation> operations, usize count,
                            UserPtr<abi::TimeSpec> timeout);
Result<int> sys_semctl(int id, int number, u32 command, u64 argument);
// ipc_messages.cpp
Result<int> sys_msgget(int key, u32 flags);
Result<void> sys_msgsnd(int id, u64 message, usize size, u32 flags);
Result<usize> sys_msgrcv(int id, u64 message, usize size, i64 type, u32 flags);
Result<int> sys_msgctl(int id, u32 command, u64 argument);

// ipc_queues.cpp
Result<int> sys_mq_open(UserString name, u32 flags, u32 mode, UserPtr<abi::QueueAttributes> attributes);
Result<void> sys_mq_unlink(UserString name);
Result<void> sys_mq_timedsend(int fd, u64 message, usize size, u32 priority, UserPtr<abi::TimeSpec> timeout);
Result<usize> sys_mq_timedreceive(int fd, u64 message, usize size, UserPtr<u32> priority,
                                  UserPtr<abi::TimeSpec> timeout);
Result<void> sys_mq_notify(int fd, UserPtr<abi::QueueNotification> event);
Result<void> sys_mq_getsetattr(int fd, UserPtr<abi::QueueAttributes> attributes, UserPtr<abi::QueueAttributes> old);

} // namespace martlet
