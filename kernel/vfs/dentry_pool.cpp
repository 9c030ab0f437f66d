#include "vfs/dentry_pool.h"

#include <new>

#include "mm/frame.h"
#include "proc/memory_barrier.h"

namespace martlet {

/// The head of a page of dentries.
struct DentryPool::Page {
    static Page& of(Dentry* dentry) {
        return *reinterpret_cast<Page*>(align_down(reinterpret_cast<u64>(dentry), kPageSize));
    }

    ListNode node;
    Dentry* free_dentries = nullptr; // linked through hash_next_
    u32 live_count = 0;
};

struct DentryPool::State {
    static inline SpinLock lock{LockRank::Leaf};
    /// Pages with room: first those in use, then the empty ones.
    static inline constinit List<Page, &Page::node> usable GUARDED_BY(lock);
    static inline u64 live_count GUARDED_BY(lock) = 0, page_count GUARDED_BY(lock) = 0,
                                 empty_count GUARDED_BY(lock) = 0;
    static constexpr u64 kSparePages = 64;
};

bool DentryPool::grow() {
    auto frame = allocate_frame(FrameUse::Heap, Zeroing::No);
    if (!frame) return false;
    auto* page = new ((*frame)->data()) Page();
    for (usize offset = align_up(sizeof(Page), 16); offset + sizeof(Dentry) <= kPageSize; offset += sizeof(Dentry)) {
        auto* dentry = new (reinterpret_cast<u8*>(page) + offset) Dentry();
        dentry->hash_next_.store(page->free_dentries, std::memory_order_relaxed);
        page->free_dentries = dentry;
    }
    LockGuard guard(State::lock);
    State::usable.push_back(*page);
    ++State::page_count;
    ++State::empty_count;
    return true;
}

Dentry* DentryPool::allocate(std::string_view name, String& long_name) {
    Dentry* dentry = nullptr;
    while (!dentry) {
        {
            LockGuard guard(State::lock);
            if (Page* page = State::usable.front()) {
                dentry = page->free_dentries;
                page->free_dentries = dentry->hash_next_.load(std::memory_order_relaxed);
                if (!page->free_dentries) page->node.unlink();
                if (page->live_count++ == 0) --State::empty_count;
                ++State::live_count;
            }
        }
        if (!dentry && !grow()) return nullptr;
    }
    if (name.size() <= Dentry::kInlineNameSize) {
        dentry->name_ = dentry->inline_name_;
        memcpy(dentry->name_, name.data(), name.size());
        dentry->name_[name.size()] = '\0';
    } else {
        dentry->name_ = long_name.release();
    }
    dentry->name_size_ = static_cast<u32>(name.size());
    dentry->flags_.store(0, std::memory_order_relaxed);
    dentry->hash_next_.store(nullptr, std::memory_order_relaxed);
    dentry->count_.store(1, std::memory_order_release);
    return dentry;
}

bool DentryPool::free(Dentry* dentry) {
    if (dentry->name_ != dentry->inline_name_) ::operator delete(dentry->name_);
    dentry->name_ = nullptr;
    dentry->name_size_ = 0;
    Page& page = Page::of(dentry);
    LockGuard guard(State::lock);
    bool was_full = !page.free_dentries;
    dentry->hash_next_.store(page.free_dentries, std::memory_order_relaxed);
    page.free_dentries = dentry;
    --State::live_count;
    if (--page.live_count == 0) {
        page.node.unlink();
        State::usable.push_back(page);
        return ++State::empty_count > State::page_count / 2 + State::kSparePages;
    }
    if (was_full) State::usable.push_front(page);
    return false;
}

u64 DentryPool::release_pages() {
    List<Page, &Page::node> released;
    u64 count = 0;
    {
        LockGuard guard(State::lock);
        for (Page* page = State::usable.back(); page && page->live_count == 0; page = State::usable.back(), ++count) {
            page->node.unlink();
            released.push_back(*page);
        }
        State::page_count -= count;
        State::empty_count -= count;
    }
    if (count > 0) memory_barrier_everywhere(); // an interrupt on every other CPU: no DentryUseGuard of before is left
    while (Page* page = released.pop_front()) frame_of_pointer(page).release();
    return count;
}

u64 DentryPool::live_count() {
    LockGuard guard(State::lock);
    return State::live_count;
}

u64 DentryPool::page_count() {
    LockGuard guard(State::lock);
    return State::page_count;
}

} // namespace martlet
