#include "ipc/shared_memory.h"

#include "base/format.h"
#include "vfs/anonymous.h"
#include "vfs/caller.h"
#include "vfs/inode.h"

namespace martlet {

constinit Setting shared_memory_count_max("sys/kernel/shmmni", 4096, 0, kIpcCountMax);
static constinit Setting next_id("sys/kernel/shm_next_id", -1, -1, 0x7fff'ffff);
REGISTER_SETTING(shared_memory_count_max);
REGISTER_SETTING(next_id);

constinit std::atomic<u64> shared_memory_size_max = kSharedMemoryUnlimited;
constinit std::atomic<u64> shared_memory_pages_max = kSharedMemoryUnlimited;

constinit IpcTable<SharedMemory> shared_memory_table{shared_memory_count_max, next_id};

namespace {

std::atomic<u64> total_pages = 0;

/// The pages, and the link back to the segment that tells it of attachments that go.
class SegmentObject final : public MemoryObject {
public:
    SegmentObject(Ref<MemoryObject> pages, SharedMemory& owner) : pages_(std::move(pages)), owner_(&owner) {}
    Result<Frame*> get_page(u64 index, PageAccess access) override { return pages_->get_page(index, access); }
    Frame* find_page(u64 index) override { return pages_->find_page(index); }
    u64 resident_page_count() const override { return pages_->resident_page_count(); }
    void mapping_removed(u32 left) override {
        if (Ref<SharedMemory> owner = counted_owner()) owner->detached(left);
    }
    void owner_gone() { owner_.store(nullptr, std::memory_order_release); }

private:
    Ref<SharedMemory> counted_owner() {
        SharedMemory* owner = owner_.load(std::memory_order_acquire);
        return owner && owner->try_acquire() ? Ref<SharedMemory>::adopt(owner) : nullptr;
    }
    Ref<MemoryObject> pages_;
    std::atomic<SharedMemory*> owner_;
};

class SegmentInode final : public Inode {
public:
    using Inode::Inode;
};

/// One attachment: what its mappings refer to. It keeps the segment.
class SegmentFile final : public File {
public:
    SegmentFile(u32 flags, Path path, Ref<SharedMemory> segment)
        : File(flags, std::move(path)), segment_(std::move(segment)) {}
    Result<Ref<MemoryObject>> mapping_object() override { return Ref<MemoryObject>(segment_->object()); }
    SharedMemory* shared_memory() const override { return segment_.get(); }

private:
    Ref<SharedMemory> segment_;
};

} // namespace

SharedMemory::SharedMemory(int key, u32 mode, u64 size)
    : IpcObject(key, mode), size_(size), change_time_(current_time().seconds), creator_process_(current_process_id()) {
    total_pages.fetch_add(page_count(), std::memory_order_relaxed);
}

Result<Ref<SharedMemory>> SharedMemory::create(int key, u32 mode, u64 size) {
    u64 wanted = total_pages.load(std::memory_order_relaxed) + (size / kPageSize) + (size % kPageSize != 0);
    if (wanted > shared_memory_pages_max.load(std::memory_order_relaxed))
        return Error(Errno::ENOSPC);
    Ref<MemoryObject> pages = TRY(create_shared_anonymous_object(size, Promise::Yes));
    Ref<SharedMemory> segment = TRY(make_ref<SharedMemory>(key, mode, size));
    segment->object_ = TRY(make_ref<SegmentObject>(std::move(pages), *segment));
    return segment;
}

SharedMemory::~SharedMemory() {
    if (object_) static_cast<SegmentObject&>(*object_).owner_gone();
    total_pages.fetch_sub(page_count(), std::memory_order_relaxed);
}

Result<Ref<File>> SharedMemory::open(bool writable) {
    SuperBlock* block = anonymous_super_block();
    if (!block) return Error(Errno::ENOMEM);
    Ref<SegmentInode> inode = TRY(make_ref<SegmentInode>(*block, static_cast<u64>(id())));
    inode->attributes.mode = kModeRegular | (mode() & 0777);
    inode->attributes.size = size_;
    char name[40];
    usize length = format(name, "/SYSV%08x (deleted)", static_cast<u32>(key()));
    Path path = TRY(make_anonymous_path(std::move(inode), {name, length}));
    auto file = TRY(make_ref<SegmentFile>(writable ? kOpenReadWrite : kOpenReadOnly, std::move(path),
                                          Ref<SharedMemory>(*this)));
    LockGuard guard(lock_);
    attach_time_ = current_time().seconds;
    last_process_ = current_process_id();
    return file;
}

abi::SharedMemoryStatus SharedMemory::status() {
    LockGuard guard(lock_);
    return {.permission = permission(),
            .size = size_,
            .attach_time = attach_time_,
            .detach_time = detach_time_,
            .change_time = change_time_,
            .creator_process = creator_process_,
            .last_process = last_process_,
            .attach_count = object_->mapping_count()};
}

void SharedMemory::touch_change() {
    LockGuard guard(lock_);
    change_time_ = current_time().seconds;
}

void SharedMemory::destroy() {
    become_private();
    set_mode_bits(kSharedMemoryDestroyed);
    if (object_->mapping_count() == 0) shared_memory_table.remove(*this);
}

void SharedMemory::detached(u32 left) {
    {
        LockGuard guard(lock_);
        detach_time_ = current_time().seconds;
        last_process_ = current_process_id();
    }
    if (left == 0 && (mode() & kSharedMemoryDestroyed)) shared_memory_table.remove(*this);
}

SharedMemory* shared_memory_of(const File& file) { return file.shared_memory(); }
u64 shared_memory_resident_pages() {
    u64 pages = 0;
    for (usize index = 0; Ref<SharedMemory> segment = shared_memory_table.next(index); ++index)
        pages += segment->object().resident_page_count();
    return pages;
}
u64 shared_memory_pages() { return total_pages.load(std::memory_order_relaxed); }

} // namespace martlet
