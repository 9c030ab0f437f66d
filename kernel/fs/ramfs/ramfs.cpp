#include "fs/ramfs/ramfs.h"

#include "fs/ramfs/directory.h"
#include "mm/frame.h"
#include "time/clock.h"
#include "vfs/limits.h"

namespace martlet {

RamSuperBlock::RamSuperBlock(u64 type_magic, Ref<PageBudget> budget, u64 inode_limit)
    : type_magic_(type_magic), budget_(std::move(budget)), inode_limit_(inode_limit) {}

Result<void> RamSuperBlock::create_root(const InodeAttributes& root) {
    root_ = TRY(create_inode(root));
    return {};
}

/// Nobody else refers to the file system any more, so its list needs no lock.
RamSuperBlock::~RamSuperBlock() NO_THREAD_SAFETY_ANALYSIS {
    for (RamInode* inode = inodes_; inode; inode = inode->next_) inode->give_up_children();
    root_ = nullptr;
    for (RamInode* inode = inodes_; inode;) {
        RamInode* next = inode->next_;
        for (u32 left = inode->references_given_up_; left > 0; --left) inode->release();
        inode = next;
    }
    DEBUG_ASSERT(!inodes_);
}

FileSystemStatistics RamSuperBlock::statistics() {
    MemoryStatistics memory = memory_statistics();
    u64 limit = budget_->limit() == ~0ull ? budget_->used() + memory.free_frames : budget_->limit();
    u64 free = limit > budget_->used() ? limit - budget_->used() : 0;
    u64 inodes = inode_limit() == ~0ull ? used_inodes() + memory.free_frames : inode_limit();
    return {.type_magic = type_magic_,
            .block_size = kPageSize,
            .blocks = limit,
            .blocks_free = free,
            .blocks_available = free,
            .files = inodes,
            .files_free = inodes > used_inodes() ? inodes - used_inodes() : 0};
}

Result<void> RamSuperBlock::reserve_inode() {
    u64 used = used_inodes();
    do {
        if (used >= inode_limit()) return Error(Errno::ENOSPC);
    } while (!used_inodes_.compare_exchange_weak(used, used + 1, std::memory_order_relaxed));
    return {};
}

Result<Ref<RamInode>> RamSuperBlock::create_inode(const InodeAttributes& attributes) {
    u64 number = next_number();
    switch (attributes.mode & kModeTypeMask) {
    case kModeDirectory: return make_inode<RamDirectory>(*this, number, attributes);
    case kModeRegular: {
        Ref<PageCache> cache = TRY(make_ref<PageCache>(budget_));
        return make_inode<RamFile>(*this, number, attributes, std::move(cache));
    }
    default: return make_inode<RamInode>(*this, number, attributes);
    }
}

void RamSuperBlock::register_inode(RamInode& inode) {
    LockGuard guard(lock_);
    inode.next_ = inodes_;
    if (inodes_) inodes_->previous_ = &inode;
    inodes_ = &inode;
}

Result<void> RamSuperBlock::keep_findable(Inode& given) {
    auto& inode = static_cast<RamInode&>(given);
    if (inode.is_findable_.load(std::memory_order_relaxed)) return {};
    RadixReserve reserve;
    for (u32 needed = 1;;) {
        TRY(reserve.fill(needed));
        LockGuard guard(lock_);
        if (inode.is_findable_.load(std::memory_order_relaxed)) return {};
        needed = findable_.nodes_needed(inode.number());
        if (needed > reserve.available()) continue;
        findable_.insert(inode.number(), &inode, reserve);
        inode.is_findable_.store(true, std::memory_order_relaxed);
        return {};
    }
}

Result<Ref<Inode>> RamSuperBlock::find_inode(u64 number) {
    LockGuard guard(lock_);
    RamInode* inode = findable_.get(number);
    if (!inode || !inode->try_acquire()) return Error(Errno::ESTALE);
    return Ref<Inode>::adopt(inode);
}

void RamSuperBlock::forget_inode(RamInode& inode) {
    return_inode();
    LockGuard guard(lock_);
    if (inode.is_findable_.load(std::memory_order_relaxed)) findable_.remove(inode.number());
    if (inode.next_) inode.next_->previous_ = inode.previous_;
    if (inode.previous_) inode.previous_->next_ = inode.next_;
    else inodes_ = inode.next_;
}

RamInode::RamInode(RamSuperBlock& super_block, u64 number, const InodeAttributes& wanted) : Inode(super_block, number) {
    attributes = wanted;
    attributes.link_count = is_directory() ? 2 : 1;
    super_block.register_inode(*this);
}

RamInode::~RamInode() { ram().forget_inode(*this); }

Result<usize> RamFile::write_at(IoCursor& from, u64 offset) {
    note_mapped_writes();
    auto count = cache_->write(from, offset);
    attributes.size = cache_->size();
    return count;
}

Result<void> RamFile::truncate(u64 size) {
    if (size > kMaxFileSize) return Error(Errno::EFBIG);
    note_mapped_writes();
    cache_->set_size(size);
    attributes.size = size;
    return {};
}

Result<void> RamFile::allocate(u32 mode, u64 offset, u64 size) {
    constexpr u32 kKeepSize = 1, kPunchHole = 2, kZeroRange = 16;
    u64 end = offset + size;
    if (mode & kPunchHole) {
        u64 stop = end < attributes.size ? end : align_up(attributes.size, kPageSize);
        if (offset < stop) cache_->punch_hole(offset, stop - offset);
        return {};
    }
    u64 old_size = attributes.size;
    if (mode & kZeroRange) {
        u64 stop = end < old_size ? end : old_size;
        if (offset < stop) cache_->punch_hole(offset, stop - offset);
    }
    TRY(cache_->allocate_range(offset, size));
    if (!(mode & kKeepSize) && end > old_size) {
        cache_->set_size(end);
        attributes.size = end;
    }
    return {};
}

Result<Ref<MemoryObject>> RamFile::mapping_object() {
    cache_->mark_mapped();
    return Ref<MemoryObject>(cache_);
}

/// The first write to a page through a mapping changes the file's times. It happens in a fault, where
/// attribute_lock cannot be taken, so that the times are set when somebody looks or changes something, under
/// that lock.
void RamFile::note_mapped_writes() {
    u64 written_ns = cache_->has_mapped_write() ? cache_->take_mapped_write_ns() : 0;
    if (written_ns == 0) return;
    TimeSpec& changed = attributes.change_time;
    TimeSpec written{static_cast<i64>(written_ns / kNanosecondsPerSecond),
                     static_cast<i64>(written_ns % kNanosecondsPerSecond)};
    attributes.modify_time = written;
    bool is_later = written.seconds > changed.seconds ||
                    (written.seconds == changed.seconds && written.nanoseconds > changed.nanoseconds);
    if (is_later) changed = written; // a rename may have come in between
}

Result<void> RamFile::prepare_change() {
    if (!cache_->has_mapped_write()) return {};
    MutexGuard guard(attribute_lock);
    note_mapped_writes();
    return {};
}

Result<void> RamFile::refresh_attributes() {
    TRY(prepare_change());
    attributes.blocks_512 = cache_->page_count() * (kPageSize / 512);
    return {};
}

} // namespace martlet
