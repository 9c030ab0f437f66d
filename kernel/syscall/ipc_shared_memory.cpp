// shmget, shmat, shmdt, shmctl.
#include "ipc/shared_memory.h"
#include "mm/address_space.h"
#include "mm/vma.h"
#include "proc/resource_limits.h"
#include "proc/task.h"
#include "syscall/ipc.h"

namespace martlet {
namespace {

constexpr u32 kReadOnly = 010000, kRound = 020000, kRemap = 040000, kExecute = 0100000; // SHM_…
constexpr u32 kLock = 11, kUnlock = 12, kStatusByIndex = 13, kUse = 14, kStatusAny = 15;
constexpr u32 kHugePages = 04000; // SHM_HUGETLB

/// One mapping of a segment found below an address.
struct Attachment {
    u64 address; // what shmdt was given
    SharedMemory* segment = nullptr;
    u64 start = 0, end = 0;
};

/// The next mapping that belongs to the attachment which begins at `address`: the first of it, then those of the same
/// segment at the offset that the address says.
AddressSpace::Visit find_attachment(void* context, const AddressSpace::MappingView& view) {
    using Visit = AddressSpace::Visit;
    auto& wanted = *static_cast<Attachment*>(context);
    SharedMemory* segment = view.file ? view.file->shared_memory() : nullptr;
    if (!segment || view.start < wanted.address || view.start - wanted.address != view.offset_bytes)
        return Visit::Continue;
    if (wanted.segment && wanted.segment != segment) return Visit::Continue;
    wanted.segment = segment;
    wanted.start = view.start;
    wanted.end = view.end;
    return Visit::Stop;
}

Result<int> status(SharedMemory& segment, u64 argument, bool any, int answer) {
    if (!any) TRY(segment.check_access(0444));
    TRY(UserPtr<abi::SharedMemoryStatus>(argument).store(segment.status()));
    return answer;
}

} // namespace

Result<int> sys_shmget(int key, usize size, u32 flags) {
    auto check = [&](SharedMemory& segment) -> Result<void> {
        if (segment.size() < size) return Error(Errno::EINVAL);
        return {};
    };
    auto create = [&]() -> Result<Ref<SharedMemory>> {
        if (size == 0 || size > shared_memory_size_max.load(std::memory_order_relaxed)) return Error(Errno::EINVAL);
        if (flags & kHugePages) return Error(Errno::ENOMEM); // no huge pages are set aside
        return SharedMemory::create(key, flags, size);
    };
    return shared_memory_table.get(key, flags, check, create);
}

Result<u64> sys_shmat(int id, u64 address, u32 flags) {
    u32 map_flags = kMapShared;
    if (address & (kPageSize - 1)) {
        if (!(flags & kRound)) return Error(Errno::EINVAL);
        address &= ~(kPageSize - 1);
    }
    if (address == 0 && (flags & kRemap)) return Error(Errno::EINVAL);
    if (address != 0) map_flags |= flags & kRemap ? kMapFixed : kMapFixedNoReplace;
    Ref<SharedMemory> segment = TRY(shared_memory_table.find(id));
    bool writes = !(flags & kReadOnly);
    u32 protection = kProtRead | (writes ? kProtWrite : 0) | (flags & kExecute ? kProtExec : 0);
    TRY(segment->check_access((writes ? 0666 : 0444) | (flags & kExecute ? 0111 : 0)));
    MapRequest request;
    request.address = address;
    request.size_bytes = segment->size();
    request.protection = protection;
    request.flags = map_flags;
    request.file = TRY(segment->open(writes));
    AddressSpaceLimits limits = {.address_space_bytes = current_limit(Resource::AddressSpace)};
    auto mapped = current_task().address_space()->map(request, limits);
    if (!mapped && mapped.error() == Errno::EEXIST) return Error(Errno::EINVAL);
    return mapped;
}

Result<void> sys_shmdt(u64 address) {
    if (address & (kPageSize - 1)) return Error(Errno::EINVAL);
    AddressSpace& space = *current_task().address_space();
    Attachment found{.address = address};
    for (;;) { // mprotect may have split the attachment
        found.end = 0;
        space.for_each_mapping(find_attachment, &found);
        if (found.end == 0) break;
        TRY(space.unmap(found.start, found.end - found.start));
    }
    if (!found.segment) return Error(Errno::EINVAL);
    return {};
}

Result<int> sys_shmctl(int id, u32 command, u64 argument) {
    command &= ~kIpcVersion64;
    if (command == kIpcLimits) {
        abi::SharedMemoryLimits limits{.size_max = shared_memory_size_max.load(std::memory_order_relaxed),
                                       .size_min = 1,
                                       .count_max = static_cast<u64>(shared_memory_count_max.get()),
                                       .per_process_max = static_cast<u64>(shared_memory_count_max.get()),
                                       .pages_max = shared_memory_pages_max.load(std::memory_order_relaxed)};
        TRY(UserPtr<abi::SharedMemoryLimits>(argument).store(limits));
        return shared_memory_table.highest_index();
    }
    if (command == kUse) {
        abi::SharedMemoryUse use{.used_ids = static_cast<i32>(shared_memory_table.count()),
                                 .total_pages = shared_memory_pages(),
                                 .resident_pages = shared_memory_resident_pages()};
        TRY(UserPtr<abi::SharedMemoryUse>(argument).store(use));
        return shared_memory_table.highest_index();
    }
    bool by_index = command == kStatusByIndex || command == kStatusAny;
    Ref<SharedMemory> segment =
        by_index ? TRY(shared_memory_table.find_by_index(id)) : TRY(shared_memory_table.find(id));
    switch (command) {
    case kIpcStatus: return status(*segment, argument, false, 0);
    case kStatusByIndex: return status(*segment, argument, false, segment->id());
    case kStatusAny: return status(*segment, argument, true, segment->id());
    case kIpcSet: {
        auto wanted = TRY(UserPtr<abi::SharedMemoryStatus>(argument).load());
        TRY(segment->check_owner());
        TRY(segment->change_owner(wanted.permission));
        segment->touch_change();
        return 0;
    }
    case kIpcRemove:
        TRY(segment->check_owner());
        segment->destroy();
        return 0;
    case kLock:
    case kUnlock:
        // Nothing is swapped out: the mode only shows the wish.
        if (!current_has(Capability::IpcLock)) {
            TRY(segment->check_owner());
            if (command == kLock && current_limit(Resource::LockedMemory) == 0) return Error(Errno::EPERM);
        }
        if (command == kLock) segment->set_mode_bits(kSharedMemoryLocked);
        else segment->clear_mode_bits(kSharedMemoryLocked);
        return 0;
    default: return Error(Errno::EINVAL);
    }
}

} // namespace martlet
