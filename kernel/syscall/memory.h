// System calls on the caller's address space: mmap(2) and its kin.
#pragma once
#include "base/result.h"
#include "mm/user_access.h"

namespace martlet {

Result<u64> sys_mmap(u64 address, u64 size, u64 protection, u64 flags, int fd, u64 offset);
Result<void> sys_munmap(u64 address, u64 size);
Result<void> sys_mprotect(u64 address, u64 size, u64 protection);
Result<u64> sys_mremap(u64 old_address, u64 old_size, u64 new_size, u64 flags, u64 new_address);
Result<u64> sys_brk(u64 address);
Result<void> sys_madvise(u64 address, u64 size, int advice);
Result<u64> sys_process_madvise(int fd, u64 vectors, u64 count, int advice, u32 flags);
Result<void> sys_mincore(u64 address, u64 size, UserPtr<u8> vector);
Result<void> sys_mlock(u64 address, u64 size);
Result<void> sys_mlock2(u64 address, u64 size, int flags);
Result<void> sys_munlock(u64 address, u64 size);
Result<void> sys_mlockall(int flags);
Result<void> sys_munlockall();
Result<void> sys_remap_file_pages(u64 address, u64 size, u64 protection, u64 page_index, u64 flags);
Result<int> sys_pkey_alloc(u64 flags, u64 rights);
Result<void> sys_pkey_free(int key);
Result<void> sys_pkey_mprotect(u64 address, u64 size, u64 protection, int key);
Result<int> sys_memfd_create(UserString name, u32 flags);
Result<void> sys_msync(u64 address, u64 size, int flags);

} // namespace martlet
