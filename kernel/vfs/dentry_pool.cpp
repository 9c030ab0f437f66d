#include "vfs/dentry_pool.h"

#include <new>

#include "mm/address.h"

namespace martlet {
namespace {

SpinLock pool_lock{LockRank::Leaf};
Dentry* free_dentries GUARDED_BY(pool_lock) = nullptr; // linked through hash_next_
u64 live_dentries GUARDED_BY(pool_lock) = 0;

} // namespace

bool DentryPool::grow() {
    auto* block = static_cast<u8*>(::operator new(kPageSize, std::nothrow));
    if (!block) return false;
    for (usize offset = 0; offset + sizeof(Dentry) <= kPageSize; offset += sizeof(Dentry)) {
        auto* dentry = new (block + offset) Dentry();
        LockGuard guard(pool_lock);
        dentry->hash_next_.store(free_dentries, std::memory_order_relaxed);
        free_dentries = dentry;
    }
    return true;
}

Dentry* DentryPool::allocate(std::string_view name, String& long_name) {
    Dentry* dentry = nullptr;
    while (!dentry) {
        {
            LockGuard guard(pool_lock);
            dentry = free_dentries;
            if (dentry) {
                free_dentries = dentry->hash_next_.load(std::memory_order_relaxed);
                ++live_dentries;
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

void DentryPool::free(Dentry* dentry) {
    if (dentry->name_ != dentry->inline_name_) ::operator delete(dentry->name_);
    dentry->name_ = nullptr;
    dentry->name_size_ = 0;
    LockGuard guard(pool_lock);
    dentry->hash_next_.store(free_dentries, std::memory_order_relaxed);
    free_dentries = dentry;
    --live_dentries;
}

u64 DentryPool::live_count() {
    LockGuard guard(pool_lock);
    return live_dentries;
}

} // namespace martlet
