// The dentry cache; see dentry.h.
#include "vfs/dentry.h"

#include <string.h>

#include "vfs/dentry_hash.h"
#include "vfs/dentry_pool.h"
#include "vfs/inode.h"
#include "vfs/notify.h"
#include "vfs/limits.h"

namespace martlet {

SpinLock name_space_lock{LockRank::DentryCache};

namespace {

u64 unused_limit = 512; // until init

constinit Dentry::LruList lru GUARDED_BY(name_space_lock);
u64 unused_count GUARDED_BY(name_space_lock) = 0;

/// Most names are short: a loop beats a call.
bool has_name(std::string_view have, std::string_view want) {
    if (have.size() != want.size()) return false;
    if (want.size() > 16) return memcmp(have.data(), want.data(), want.size()) == 0;
    for (usize index = 0; index < want.size(); ++index)
        if (have[index] != want[index]) return false;
    return true;
}

} // namespace

void DentryCache::init(u64 total_frames) {
    constexpr u64 kUnusedPerFrame = 4; // less than a fifth of all memory; a shortage takes them before
    unused_limit = total_frames * kUnusedPerFrame;
    DentryHash::init(total_frames);
}

bool Dentry::try_acquire() const {
    i32 count = count_.load(std::memory_order_relaxed);
    while (count >= 0)
        if (count_.compare_exchange_weak(count, count + 1, std::memory_order_acquire)) return true;
    return false;
}

void Dentry::release() const {
    i32 count = reference_count();
    DEBUG_ASSERT(count > 0);
    while (count > 1) [[unlikely]]
        if (count_.compare_exchange_weak(count, count - 1, std::memory_order_acq_rel)) return;
    auto& self = const_cast<Dentry&>(*this);
    LastRelease next;
    {
        DentryUseGuard use; // somebody else may free it between the loss of the reference and the last look at it
        if (count_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
        u32 flags = flags_.load(std::memory_order_seq_cst);
        if ((flags & (kHashed | kOnLru)) == (kHashed | kOnLru)) [[likely]] {
            if (!(flags & kReferenced)) self.set_flag(kReferenced);
            return;
        }
        next = DentryCache::settle_released(self);
    }
    if (next.is_dead) DentryCache::dispose(&self);
    if (next.too_many) DentryCache::reclaim(32);
}

[[clang::noinline]] LastRelease DentryCache::settle_released(Dentry& dentry) {
    LockGuard guard(name_space_lock);
    bool is_dead = settle(dentry);
    return {is_dead, unused_count > unused_limit};
}

Ref<Dentry> Dentry::counted_parent() const {
    LockGuard guard(name_space_lock);
    return Ref<Dentry>(*parent());
}

// Chains.

Dentry* DentryCache::find_locked(Dentry& parent, std::string_view name, u32 hash) {
    DentryBucket& bucket = DentryHash::bucket(DentryHash::shape(), DentryHash::mix(&parent, hash));
    for (Dentry* dentry = bucket.head.load(std::memory_order_relaxed); dentry;
         dentry = dentry->hash_next_.load(std::memory_order_relaxed))
        if (dentry->hash_.load(std::memory_order_relaxed) == hash && dentry->parent() == &parent &&
            has_name(dentry->name(), name))
            return dentry;
    return nullptr;
}

Ref<Dentry> DentryCache::find(Dentry& parent, std::string_view name, u32 hash) {
    DentryHash::Shape shape = DentryHash::shape();
    DentryBucket& bucket = DentryHash::bucket(shape, DentryHash::mix(&parent, hash));
    u32 sequence = bucket.sequence.load(std::memory_order_acquire);
    auto is_unchanged = [&] {
        std::atomic_thread_fence(std::memory_order_acquire);
        return !(sequence & 1) && bucket.sequence.load(std::memory_order_relaxed) == sequence;
    };
    Dentry* dentry = bucket.head.load(std::memory_order_acquire);
    while (dentry && (dentry->hash_.load(std::memory_order_relaxed) != hash || dentry->parent() != &parent)) {
        dentry = dentry->hash_next_.load(std::memory_order_acquire);
        if (!is_unchanged()) break; // the link may be anything: it must not be followed
    }
    // What is not there may have moved to a bucket that came between the looks at the shape and at the sequence.
    if (!dentry && is_unchanged() && DentryHash::shape() == shape) return nullptr;
    bool is_acquired = false;
    if (dentry) {
        DentryUseGuard use;
        is_acquired = is_unchanged() && dentry->try_acquire();
    }
    if (is_acquired) {
        Ref<Dentry> found = Ref<Dentry>::adopt(dentry);
        if (has_name(dentry->name(), name) && is_unchanged()) return found;
    }
    LockGuard guard(name_space_lock); // something moved, or two names have one hash
    dentry = find_locked(parent, name, hash);
    return dentry ? Ref<Dentry>(*dentry) : nullptr;
}

// Birth.

Result<String> DentryCache::prepare_name(std::string_view name) {
    if (name.size() <= Dentry::kInlineNameSize) return String();
    return String::create(name);
}

Result<Ref<Dentry>> DentryCache::add(Dentry& parent, std::string_view name, u32 hash, Ref<Inode> inode) {
    String long_name = TRY(prepare_name(name));
    Dentry* dentry = DentryPool::allocate(name, long_name);
    if (!dentry) return Error(Errno::ENOMEM);
    dentry->hash_.store(hash, std::memory_order_relaxed);
    dentry->inode_.store(inode.leak(), std::memory_order_relaxed);
    parent.acquire();
    dentry->parent_.store(&parent, std::memory_order_relaxed);
    if (!parent.inode()->names_are_stable()) dentry->set_flag(Dentry::kRevalidate);
    LockGuard guard(name_space_lock);
    parent.children_.push_back(*dentry);
    // A directory that is gone gets no new names; the answer is right, but nobody may find it again.
    if (!parent.is_deleted()) DentryHash::insert(*dentry);
    return Ref<Dentry>::adopt(dentry);
}

Result<Ref<Dentry>> DentryCache::create_root(Ref<Inode> inode) {
    String none;
    Dentry* dentry = DentryPool::allocate("", none);
    if (!dentry) return Error(Errno::ENOMEM);
    dentry->inode_.store(inode.leak(), std::memory_order_relaxed);
    dentry->parent_.store(dentry, std::memory_order_relaxed);
    dentry->set_flag(Dentry::kNoParent);
    return Ref<Dentry>::adopt(dentry);
}

Result<Ref<Dentry>> DentryCache::create_anonymous(Ref<Inode> inode, std::string_view name) {
    String long_name = TRY(prepare_name(name));
    Dentry* dentry = DentryPool::allocate(name, long_name);
    if (!dentry) return Error(Errno::ENOMEM);
    dentry->inode_.store(inode.leak(), std::memory_order_relaxed);
    dentry->parent_.store(dentry, std::memory_order_relaxed);
    dentry->set_flag(Dentry::kNoParent | Dentry::kAnonymous);
    return Ref<Dentry>::adopt(dentry);
}

Result<Ref<Dentry>> DentryCache::create_nameless(Dentry& parent, std::string_view name, Ref<Inode> inode) {
    String long_name = TRY(prepare_name(name));
    Dentry* dentry = DentryPool::allocate(name, long_name);
    if (!dentry) return Error(Errno::ENOMEM);
    dentry->inode_.store(inode.leak(), std::memory_order_relaxed);
    parent.acquire();
    dentry->parent_.store(&parent, std::memory_order_relaxed);
    LockGuard guard(name_space_lock);
    parent.children_.push_back(*dentry);
    return Ref<Dentry>::adopt(dentry);
}

void DentryCache::instantiate(Dentry& dentry, Ref<Inode> inode) {
    DEBUG_ASSERT(dentry.is_negative());
    dentry.inode_.store(inode.leak(), std::memory_order_release);
}

// Change of names.

void DentryCache::unhash(Dentry& dentry) {
    bool is_dead;
    {
        LockGuard guard(name_space_lock);
        DentryHash::remove(dentry);
        is_dead = dentry.reference_count() == 0 && settle(dentry);
    }
    if (is_dead) dispose(&dentry);
}

void DentryCache::set_name(Dentry& dentry, std::string_view name, String& long_name) {
    char* old = dentry.name_ == dentry.inline_name_ ? nullptr : dentry.name_;
    dentry.name_size_ = 0;
    if (name.size() <= Dentry::kInlineNameSize) {
        memcpy(dentry.inline_name_, name.data(), name.size());
        dentry.inline_name_[name.size()] = '\0';
        dentry.name_ = dentry.inline_name_;
    } else {
        dentry.name_ = long_name.release();
    }
    dentry.name_size_ = static_cast<u32>(name.size());
    dentry.hash_.store(hash_name(name), std::memory_order_relaxed);
    ::operator delete(old);
}

void DentryCache::move(Dentry& dentry, Dentry& new_parent, std::string_view name, String& long_name) {
    Dentry* old_parent;
    {
        LockGuard guard(name_space_lock);
        old_parent = dentry.parent();
        bool was_hashed = dentry.is_hashed();
        DentryHash::remove(dentry);
        set_name(dentry, name, long_name);
        dentry.sibling_.unlink();
        new_parent.acquire();
        dentry.parent_.store(&new_parent, std::memory_order_release);
        new_parent.children_.push_back(dentry);
        if (was_hashed) DentryHash::insert(dentry);
    }
    old_parent->release();
}

void DentryCache::exchange(Dentry& first, Dentry& second) {
    LockGuard guard(name_space_lock);
    DentryHash::remove(first);
    DentryHash::remove(second);
    Dentry* first_parent = first.parent();
    Dentry* second_parent = second.parent();
    char first_text[kNameMax + 1];
    usize first_size = first.name().size();
    memcpy(first_text, first.name().data(), first_size);
    // The blocks of long names travel with the names; short ones are copied.
    String first_block = String::adopt(first.name_ == first.inline_name_ ? nullptr : first.name_, first_size);
    String second_block =
        String::adopt(second.name_ == second.inline_name_ ? nullptr : second.name_, second.name_size_);
    char second_text[kNameMax + 1];
    usize second_size = second.name().size();
    memcpy(second_text, second.name().data(), second_size);
    first.name_ = first.inline_name_;
    second.name_ = second.inline_name_;
    set_name(first, {second_text, second_size}, second_block);
    set_name(second, {first_text, first_size}, first_block);
    first.sibling_.unlink();
    second.sibling_.unlink();
    first.parent_.store(second_parent, std::memory_order_release);
    second.parent_.store(first_parent, std::memory_order_release);
    second_parent->children_.push_back(first);
    first_parent->children_.push_back(second);
    DentryHash::insert(first);
    DentryHash::insert(second);
}

bool DentryCache::is_within(const Dentry& dentry, const Dentry& ancestor) {
    LockGuard guard(name_space_lock);
    for (const Dentry* walk = &dentry;; walk = walk->parent()) {
        if (walk == &ancestor) return true;
        if (walk->is_root()) return false;
    }
}

// Death.

void DentryCache::leave_lru(Dentry& dentry) {
    if (!dentry.has_flag(Dentry::kOnLru)) return;
    dentry.lru_.unlink();
    dentry.clear_flag(Dentry::kOnLru | Dentry::kReferenced);
    --unused_count;
}

bool DentryCache::kill(Dentry& dentry) {
    i32 zero = 0;
    if (!dentry.count_.compare_exchange_strong(zero, Dentry::kDead, std::memory_order_acq_rel)) return false;
    DentryHash::remove(dentry);
    leave_lru(dentry);
    dentry.sibling_.unlink();
    return true;
}

bool DentryCache::settle(Dentry& dentry) {
    if (dentry.reference_count() != 0) return false; // somebody uses it again, or it died meanwhile
    // A name that must be asked for again each time is not worth keeping, and would keep a dead process with it.
    bool keep = dentry.is_hashed() && !dentry.needs_revalidation();
    if (!keep) return kill(dentry);
    if (!dentry.has_flag(Dentry::kOnLru)) {
        dentry.set_flag(Dentry::kOnLru);
        lru.push_back(dentry);
        ++unused_count;
    }
    return false;
}

void DentryCache::dispose(Dentry* dentry) {
    while (dentry) {
        Inode* inode = dentry->inode_.exchange(nullptr, std::memory_order_acq_rel);
        Dentry* parent = dentry->parent_.exchange(nullptr, std::memory_order_acq_rel);
        bool had_parent = parent && parent != dentry;
        if (DentryPool::free(dentry)) (void)DentryPool::release_pages();
        if (inode && inode->attributes.link_count == 0) notify_end(*inode);
        if (inode) inode->release();
        dentry = nullptr;
        // A long chain of parents goes one by one, not by recursion: kernel stacks are small.
        if (!had_parent) return;
        DentryUseGuard use; // as in release_last
        if (parent->count_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
            LockGuard guard(name_space_lock);
            if (settle(*parent)) dentry = parent;
        }
    }
}

u32 DentryCache::reclaim(u32 count) {
    u32 freed = 0;
    for (u32 looked_at = 0; looked_at < 2 * count && freed < count; ++looked_at) {
        Dentry* victim = nullptr;
        {
            LockGuard guard(name_space_lock);
            Dentry* oldest = lru.front();
            if (!oldest) return freed;
            if (oldest->reference_count() > 0) {
                leave_lru(*oldest);
                settle(*oldest); // it may have been released between the two
            } else if (oldest->has_flag(Dentry::kReferenced)) {
                oldest->clear_flag(Dentry::kReferenced);
                oldest->lru_.unlink();
                lru.push_back(*oldest);
            } else if (kill(*oldest)) {
                victim = oldest;
            }
        }
        if (victim) {
            dispose(victim);
            ++freed;
        }
    }
    return freed;
}

u64 DentryCache::reclaim_pages(u64 count) {
    constexpr u64 kMostPerPage = kPageSize / sizeof(Dentry), kMost = ~0u / 2;
    u64 wanted = count < kMost / kMostPerPage ? count * kMostPerPage : kMost;
    // Twice round: the first time spares what was used.
    for (u64 rounds = 2 * statistics().unused / wanted + 1; rounds > 0; --rounds) {
        (void)reclaim(static_cast<u32>(wanted));
        if (u64 pages = DentryPool::release_pages()) return pages;
    }
    return 0;
}

void DentryCache::shrink_tree(Dentry& root) {
    for (bool progress = true; progress;) {
        progress = false;
        Dentry* victim = nullptr;
        {
            LockGuard guard(name_space_lock);
            // Depth first to a leaf that nobody uses.
            Dentry* walk = &root;
            while (walk && !victim) {
                if (Dentry* child = walk->children_.front()) {
                    walk = child;
                    continue;
                }
                if (walk != &root && kill(*walk)) {
                    victim = walk;
                    break;
                }
                Dentry* next = nullptr;
                for (; walk != &root && !next; walk = walk->parent()) next = walk->parent()->children_.next(*walk);
                walk = next;
            }
        }
        if (victim) {
            dispose(victim); // its parent follows when this was its last child and nobody uses it
            progress = true;
        }
    }
}

DentryStatistics DentryCache::statistics() {
    LockGuard guard(name_space_lock);
    return {DentryPool::live_count(), unused_count, DentryHash::shape().count(), DentryPool::page_count()};
}

} // namespace martlet
