// MadeOnce<T>: what is made on first use and kept for ever. Later uses take no lock; a failure is tried again.
#pragma once
#include <atomic>

#include "base/result.h"
#include "sync/mutex.h"

namespace martlet {

template <typename T> class MadeOnce : NonCopyable {
public:
    /// `rank` is that of the lock held while it is made.
    constexpr explicit MadeOnce(LockRank rank) : making_(rank) {}
    /// What `make`, which answers a Result<T*>, makes now or has made.
    template <typename Make> Result<T*> get(Make make) {
        if (T* made = made_.load(std::memory_order_acquire)) [[likely]] return made;
        MutexGuard guard(making_);
        if (T* made = made_.load(std::memory_order_relaxed)) return made;
        T* made = TRY(make());
        made_.store(made, std::memory_order_release);
        return made;
    }

private:
    std::atomic<T*> made_ = nullptr;
    Mutex making_;
};

} // namespace martlet
