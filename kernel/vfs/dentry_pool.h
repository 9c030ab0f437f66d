// DentryPool: pages of dentries. Lock-free lookups may look at a dentry that is already free, or at a page
// that is no longer the pool's: what they read there does no harm, since they check before they rely on it.
// What they write (the count) they write under a DentryUseGuard, and a page without dentries is given back
// only after every CPU has been outside of one.
#pragma once
#include "arch/cpu.h"
#include "vfs/dentry.h"

namespace martlet {

/// While a CPU is inside, no page of the pool becomes anything else. Interrupts are off: release_pages()
/// interrupts all CPUs.
class DentryUseGuard : NonCopyable {
public:
    DentryUseGuard() : state_(irq_save()) {}
    ~DentryUseGuard() { irq_restore(state_); }

private:
    u64 state_;
};

class DentryPool {
public:
    /// A blank dentry with one reference, or null when memory is exhausted.
    static Dentry* allocate(std::string_view name, String& long_name);
    /// True when so many pages are empty that it is time for release_pages().
    [[nodiscard]] static bool free(Dentry* dentry);
    /// Gives back the pages on which no dentry is left, and answers how many. No spinlock held, interrupts on.
    static u64 release_pages();
    static u64 live_count();
    static u64 page_count();

private:
    struct Page;
    struct State;
    static bool grow();
};

} // namespace martlet
