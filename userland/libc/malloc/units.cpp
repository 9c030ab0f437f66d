// The pool of 64 KiB units: carved from mappings of 1 MiB, kept for reuse when freed. A few freed units keep
// their pages; the pages of the others go back to the system.
#include "malloc/heap.hpp"

#include <sys/mman.h>

namespace libc::heap {

namespace {

constexpr size_t kRegionBytes = 16 * kUnitBytes;
constexpr unsigned kWarmUnits = 4;

struct FreeUnit {
    FreeUnit *next;
};

struct Pool {
    Lock lock;
    uintptr_t fresh = 0, fresh_end = 0;
    FreeUnit *warm = nullptr; // pages kept
    FreeUnit *cold = nullptr; // all pages but the first given back
    unsigned warm_count = 0;
};

Pool g_pool;

bool grow(Pool &pool) {
    long mapping = call(SYS_mmap, nullptr, kRegionBytes + kUnitBytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping < 0 && mapping > -4096)
        return false;
    auto start = static_cast<uintptr_t>(mapping);
    uintptr_t aligned = (start + kUnitBytes - 1) & ~(kUnitBytes - 1);
    uintptr_t end = start + kRegionBytes + kUnitBytes;
    if (aligned > start)
        call(SYS_munmap, start, aligned - start);
    if (end > aligned + kRegionBytes)
        call(SYS_munmap, aligned + kRegionBytes, end - aligned - kRegionBytes);
    pool.fresh = aligned;
    pool.fresh_end = aligned + kRegionBytes;
    return true;
}

} // namespace

Unit take_unit() {
    LockGuard guard(g_pool.lock);
    if (FreeUnit *unit = g_pool.warm) {
        g_pool.warm = unit->next;
        g_pool.warm_count--;
        return {unit, Content::Unknown};
    }
    if (FreeUnit *unit = g_pool.cold) {
        g_pool.cold = unit->next;
        unit->next = nullptr;
        return {unit, Content::Zero};
    }
    if (g_pool.fresh == g_pool.fresh_end && !grow(g_pool))
        return {nullptr, Content::Unknown};
    void *memory = reinterpret_cast<void *>(g_pool.fresh);
    g_pool.fresh += kUnitBytes;
    return {memory, Content::Zero};
}

void give_unit(void *memory) {
    auto *unit = static_cast<FreeUnit *>(memory);
    static_cast<UnitHeader *>(memory)->kind = {};
    LockGuard guard(g_pool.lock);
    if (g_pool.warm_count < kWarmUnits) {
        unit->next = g_pool.warm;
        g_pool.warm = unit;
        g_pool.warm_count++;
        return;
    }
    if (call(SYS_madvise, memory, kUnitBytes, MADV_DONTNEED) == 0) {
        unit->next = g_pool.cold;
        g_pool.cold = unit;
    } else {
        unit->next = g_pool.warm;
        g_pool.warm = unit;
        g_pool.warm_count++;
    }
}

} // namespace libc::heap
