// System calls on open files: opening, reading, writing, descriptors, waiting for readiness.
#pragma once
#include "abi/file.h"
#include "mm/user_access.h"

namespace martlet {

// file_open.cpp
Result<int> sys_open(UserString path, u32 flags, u32 mode);
Result<int> sys_openat(int directory, UserString path, u32 flags, u32 mode);
Result<int> sys_openat2(int directory, UserString path, u64 how, usize size);
Result<int> sys_creat(UserString path, u32 mode);
Result<void> sys_pipe(UserPtr<int> ends);
Result<void> sys_pipe2(UserPtr<int> ends, u32 flags);
// file_io.cpp
Result<usize> sys_read(int fd, u64 buffer, usize count);
Result<usize> sys_write(int fd, u64 buffer, usize count);
Result<usize> sys_pread64(int fd, u64 buffer, usize count, i64 offset);
Result<usize> sys_pwrite64(int fd, u64 buffer, usize count, i64 offset);
Result<usize> sys_readv(int fd, u64 vectors, u64 count);
Result<usize> sys_writev(int fd, u64 vectors, u64 count);
Result<usize> sys_preadv(int fd, u64 vectors, u64 count, u64 offset_low, u64 offset_high);
Result<usize> sys_pwritev(int fd, u64 vectors, u64 count, u64 offset_low, u64 offset_high);
Result<usize> sys_preadv2(int fd, u64 vectors, u64 count, u64 offset_low, u64 offset_high, u32 flags);
Result<usize> sys_pwritev2(int fd, u64 vectors, u64 count, u64 offset_low, u64 offset_high, u32 flags);
Result<u64> sys_lseek(int fd, i64 offset, u32 whence);
Result<void> sys_fsync(int fd);
Result<void> sys_fdatasync(int fd);
Result<void> sys_sync();
Result<void> sys_syncfs(int fd);
Result<void> sys_ftruncate(int fd, i64 size);
Result<void> sys_fallocate(int fd, u32 mode, i64 offset, i64 size);
Result<void> sys_fadvise64(int fd, i64 offset, i64 size, int advice);
Result<usize> sys_readahead(int fd, i64 offset, usize count);
Result<void> sys_sync_file_range(int fd, i64 offset, i64 size, u32 flags);
// file_splice.cpp
Result<usize> sys_splice(int from_fd, UserPtr<i64> from_offset, int to_fd, UserPtr<i64> to_offset,
                         usize count, u32 flags);
Result<usize> sys_tee(int from_fd, int to_fd, usize count, u32 flags);
Result<usize> sys_vmsplice(int fd, u64 vectors, u64 count, u32 flags);
// file_handle.cpp
Result<void> sys_name_to_handle_at(int directory, UserString path, UserPtr<abi::FileHandle> handle,
                                   UserPtr<int> mount_id, u32 flags);
Result<int> sys_open_by_handle_at(int mount_fd, UserPtr<abi::FileHandle> handle, u32 flags);
// file_copy.cpp
Result<usize> sys_sendfile(int to_fd, int from_fd, UserPtr<i64> offset, usize count);
Result<usize> sys_copy_file_range(int from_fd, UserPtr<i64> from_offset, int to_fd, UserPtr<i64> to_offset,
                                  usize count, u32 flags);
// file_descriptors.cpp
Result<void> sys_close(int fd);
Result<void> sys_close_range(u32 first, u32 last, u32 flags);
Result<int> sys_dup(int fd);
Result<int> sys_dup2(int old_fd, int new_fd);
Result<int> sys_dup3(int old_fd, int new_fd, u32 flags);
Result<i64> sys_fcntl(int fd, u32 command, u64 argument);
Result<i64> sys_ioctl(int fd, u32 command, u64 argument);
Result<void> sys_flock(int fd, u32 operation);
// file_locks.cpp
Result<i64> record_lock(class File& file, u32 command, u64 argument);
// file_stat.cpp
Result<void> sys_stat(UserString path, UserPtr<abi::Stat> status);
Result<void> sys_lstat(UserString path, UserPtr<abi::Stat> status);
Result<void> sys_fstat(int fd, UserPtr<abi::Stat> status);
Result<void> sys_newfstatat(int directory, UserString path, UserPtr<abi::Stat> status, u32 flags);
Result<void> sys_statx(int directory, UserString path, u32 flags, u32 mask, UserPtr<abi::Statx> status);
Result<void> sys_statfs(UserString path, UserPtr<abi::StatFs> status);
Result<void> sys_fstatfs(int fd, UserPtr<abi::StatFs> status);
Result<void> sys_ustat(u32 device, UserPtr<abi::UStat> status);
// file_directory.cpp
Result<usize> sys_getdents(int fd, u64 buffer, u32 size);
Result<usize> sys_getdents64(int fd, u64 buffer, u32 size);
Result<usize> sys_getcwd(UserPtr<char> buffer, usize size);
Result<void> sys_chdir(UserString path);
Result<void> sys_fchdir(int fd);
Result<void> sys_chroot(UserString path);
Result<u32> sys_umask(u32 mask);
// poll.cpp
Result<i64> sys_poll(UserPtr<abi::PollDescriptor> descriptors, u32 count, int timeout_ms);
Result<i64> sys_ppoll(UserPtr<abi::PollDescriptor> descriptors, u32 count, UserPtr<abi::TimeSpec64> timeout,
                      UserPtr<const u64> mask, usize mask_size);
// select.cpp
Result<i64> sys_select(int count, u64 read_set, u64 write_set, u64 exception_set, UserPtr<abi::TimeVal> timeout);
Result<i64> sys_pselect6(int count, u64 read_set, u64 write_set, u64 exception_set,
                         UserPtr<abi::TimeSpec64> timeout, u64 mask);

} // namespace martlet
