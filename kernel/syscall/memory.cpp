// mmap(2) and its kin: unpacking, files and limits. The work is AddressSpace's.
#include "syscall/memory.h"

#include "fs/tmpfs/memfd.h"
#include "mm/address_space.h"
#include "proc/pidfd.h"
#include "proc/process.h"
#include "proc/process_info.h"
#include "proc/resource_limits.h"
#include "syscall/file_support.h"
#include "proc/task.h"
#include "vfs/anonymous.h"
#include "vfs/fd_table.h"
#include "vfs/mount.h"

namespace martlet {

namespace {

AddressSpace& current_space() { return *current_task().address_space(); }

bool is_on_noexec_mount(const File& file) {
    if (!file.path() || &file.path().mount().super_block() == anonymous_super_block()) return false;
    return (file.path().mount().flags() & kMountNoExec) != 0;
}

/// What it does at once; what mprotect(2) may do later is kept with the mapping.
Rights rights_to_map(const MapRequest& request) {
    Rights needed = Rights::Map | Rights::Read;
    bool is_private = (request.flags & kMapTypeMask) == kMapPrivate;
    if ((request.protection & kProtWrite) && !is_private) needed = needed | Rights::Write;
    if (request.protection & kProtExec) needed = needed | Rights::Execute;
    return needed;
}

} // namespace

Result<u64> sys_mmap(u64 address, u64 size, u64 protection, u64 flags, int fd, u64 offset) {
    if (offset & (kPageSize - 1)) return Error(Errno::EINVAL);
    MapRequest request;
    request.address = address;
    request.size_bytes = size;
    request.protection = static_cast<u32>(protection);
    request.flags = static_cast<u32>(flags);
    request.offset_bytes = offset;
    if (!(flags & kMapAnonymous)) {
        Descriptor mapped = TRY(current_task().files().descriptor(fd, rights_to_map(request)));
        request.file = std::move(mapped.file);
        if (request.file->flags() & kOpenPath) return Error(Errno::EBADF);
        request.forbids_exec = is_on_noexec_mount(*request.file) || !includes(mapped.rights, Rights::Execute);
        request.forbids_write = !includes(mapped.rights, Rights::Write);
    }
    return current_space().map(request, current_memory_limits());
}

Result<void> sys_munmap(u64 address, u64 size) { return current_space().unmap(address, size); }

Result<void> sys_mprotect(u64 address, u64 size, u64 protection) {
    return current_space().protect(address, size, static_cast<u32>(protection), current_memory_limits());
}

Result<u64> sys_mremap(u64 old_address, u64 old_size, u64 new_size, u64 flags, u64 new_address) {
    return current_space().remap(old_address, old_size, new_size, static_cast<u32>(flags), new_address,
                                 current_memory_limits());
}

Result<u64> sys_brk(u64 address) { return current_space().set_break(address, current_memory_limits()); }

Result<void> sys_madvise(u64 address, u64 size, int advice) { return current_space().advise(address, size, advice); }

Result<u64> sys_process_madvise(int fd, u64 vectors, u64 count, int advice, u32 flags) {
    constexpr int kWillNeed = 3, kCold = 20, kPageOut = 21; // what harms nobody
    if (flags != 0) return Error(Errno::EINVAL);
    VectorArgument ranges;
    TRY(ranges.load(vectors, count));
    Ref<Process> process = TRY(process_of_descriptor(fd, Rights::Manage));
    if (advice != kWillNeed && advice != kCold && advice != kPageOut) return Error(Errno::EINVAL);
    if (process.get() != &current_process()) {
        if (!may_inspect(*process)) return Error(Errno::EPERM);
        if (!current_task().credentials().has(Capability::SysNice)) return Error(Errno::EPERM);
    }
    Ref<AddressSpace> space = process_address_space(*process);
    if (!space) return Error(Errno::ESRCH);
    u64 advised = 0;
    for (const UserIoVector& range : ranges.vectors()) {
        if (Result<void> result = space->advise(range.address, range.size, advice); !result) {
            if (advised != 0) break;
            return Error(result.error());
        }
        advised += range.size;
    }
    return advised;
}

Result<void> sys_mincore(u64 address, u64 size, UserPtr<u8> vector) {
    if (address & (kPageSize - 1)) return Error(Errno::EINVAL);
    if (address > kUserEnd || size > kUserEnd - address) return Error(Errno::ENOMEM);
    u64 pages = page_align_up(size) >> kPageShift;
    if (vector.address() > kUserEnd || pages > kUserEnd - vector.address()) return Error(Errno::EFAULT);
    u8 part[512];
    for (u64 done = 0; done < pages;) {
        u64 count = pages - done < sizeof(part) ? pages - done : sizeof(part);
        TRY(current_space().resident(address + (done << kPageShift), count << kPageShift, {part, count}));
        TRY((vector + done).store_array({part, count}));
        done += count;
    }
    return {};
}

Result<void> sys_mlock(u64 address, u64 size) {
    return current_space().lock(address, size, AddressSpace::LockMode::Now, current_memory_limits());
}

Result<void> sys_mlock2(u64 address, u64 size, int flags) {
    constexpr int kOnFault = 1;
    if (flags & ~kOnFault) return Error(Errno::EINVAL);
    auto mode = (flags & kOnFault) ? AddressSpace::LockMode::OnFault : AddressSpace::LockMode::Now;
    return current_space().lock(address, size, mode, current_memory_limits());
}

Result<void> sys_munlock(u64 address, u64 size) { return current_space().unlock(address, size); }

Result<void> sys_mlockall(int flags) {
    constexpr int kCurrent = 1, kFuture = 2, kOnFault = 4;
    if (flags == 0 || (flags & ~(kCurrent | kFuture | kOnFault)) || flags == kOnFault) return Error(Errno::EINVAL);
    auto mode = (flags & kOnFault) ? AddressSpace::LockMode::OnFault : AddressSpace::LockMode::Now;
    return current_space().lock_all((flags & kCurrent) != 0, (flags & kFuture) != 0, mode, current_memory_limits());
}

Result<void> sys_munlockall() { return current_space().unlock_all(); }

Result<void> sys_remap_file_pages(u64 address, u64 size, u64 protection, u64 page_index, u64 flags) {
    // Only 0 is a valid protection: no bit of it may be lost.
    u32 any_protection = protection != 0 ? 1 : 0;
    return current_space().remap_file_pages(address, size, any_protection, page_index, static_cast<u32>(flags),
                                            current_memory_limits());
}

/// Without protection keys in the processor none can be allocated, and only "no key" can be given.
Result<int> sys_pkey_alloc(u64 flags, u64 rights) {
    constexpr u64 kAccessRights = 3; // PKEY_DISABLE_ACCESS, PKEY_DISABLE_WRITE
    if (flags != 0 || (rights & ~kAccessRights)) return Error(Errno::EINVAL);
    return Error(Errno::ENOSPC);
}

Result<void> sys_pkey_free(int) { return Error(Errno::EINVAL); }

Result<void> sys_pkey_mprotect(u64 address, u64 size, u64 protection, int key) {
    if (key != -1) return Error(Errno::EINVAL);
    return sys_mprotect(address, size, protection);
}

Result<int> sys_memfd_create(UserString name, u32 flags) {
    constexpr u32 kCloseOnExec = 1, kAllowSealing = 2, kHugeTlb = 4;
    if (flags & ~(kCloseOnExec | kAllowSealing | (flags & kHugeTlb ? ~0u << 26 | kHugeTlb : 0)))
        return Error(Errno::EINVAL);
    String text = TRY(copy_user_string(name, kMaximumMemfdName, Errno::EINVAL));
    if (flags & kHugeTlb) return Error(Errno::ENOSYS); // no file system of large pages
    Ref<File> file = TRY(create_memfd(text, flags & kAllowSealing ? Sealing::Allowed : Sealing::Forbidden));
    CloseOnExec close_on_exec = flags & kCloseOnExec ? CloseOnExec::Yes : CloseOnExec::No;
    return current_task().files().install(std::move(file), close_on_exec, current_limit(Resource::OpenFiles));
}

Result<void> sys_msync(u64 address, u64 size, int flags) { return current_space().sync(address, size, flags); }

} // namespace martlet
