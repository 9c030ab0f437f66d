#include "vfs/write_back.h"

#include "base/setting.h"
#include "mm/frame.h"
#include "sched/thread.h"
#include "sync/wait_queue.h"
#include "time/clock.h"
#include "vfs/written_cache.h"

namespace martlet {

namespace {

constexpr i64 kAnyNumber = 0x7fff'ffff'ffff'ffff, kAnyTime = 0x7fff'ffff;
extern constinit Setting ratio_percent, background_ratio_percent, limit_bytes, background_limit_bytes;
constinit Setting ratio_percent("sys/vm/dirty_ratio", 20, 0, 100, &limit_bytes);
constinit Setting limit_bytes("sys/vm/dirty_bytes", 0, 2 * kPageSize, kAnyNumber, &ratio_percent);
constinit Setting background_ratio_percent("sys/vm/dirty_background_ratio", 10, 0, 100, &background_limit_bytes);
constinit Setting background_limit_bytes("sys/vm/dirty_background_bytes", 0, 1, kAnyNumber, &background_ratio_percent);
constinit Setting expire_centiseconds("sys/vm/dirty_expire_centisecs", 3000, 0, kAnyTime);
constinit Setting interval_centiseconds("sys/vm/dirty_writeback_centisecs", 500, 0, kAnyTime);
REGISTER_SETTING(ratio_percent);
REGISTER_SETTING(limit_bytes);
REGISTER_SETTING(background_ratio_percent);
REGISTER_SETTING(background_limit_bytes);
REGISTER_SETTING(expire_centiseconds);
REGISTER_SETTING(interval_centiseconds);

constexpr u64 kNanosecondsPerCentisecond = 10 * kNanosecondsPerMillisecond;
/// How long who holds locks waits for one round of the thread, which may need one of them, and how often.
constexpr u64 kPatience_ns = 200 * kNanosecondsPerMillisecond;
constexpr u32 kThrottleRounds = 25, kReclaimRounds = 3;

std::atomic<i64> dirty_pages = 0, writing_pages = 0;
std::atomic<u64> dirtied_total = 0, written_total = 0;
/// The limits are computed once for so many newly dirty pages.
constexpr u64 kPagesPerCheck = 32;
std::atomic<u64> unchecked_pages = 0;

SpinLock list_lock{LockRank::Leaf};
constinit WrittenCache::DirtyList dirty_caches GUARDED_BY(list_lock);
constinit List<WriteBack::LastUse, &WriteBack::LastUse::last_use_node>
    last_uses GUARDED_BY(list_lock);
u64 current_round GUARDED_BY(list_lock) = 0;

Mutex start_lock{LockRank::SleepLeaf};
std::atomic<Thread*> thread = nullptr; // never ends
std::atomic<bool> is_urgent = false, has_last_uses = false;
std::atomic<u64> rounds_done = 0;
WaitQueue thread_queue, round_queue;

u64 positive(const std::atomic<i64>& count) {
    i64 value = count.load(std::memory_order_relaxed);
    return value > 0 ? static_cast<u64>(value) : 0;
}

u64 limit_pages(const Setting& bytes, const Setting& percent, u64 available) {
    u64 wanted = static_cast<u64>(bytes.get());
    return wanted != 0 ? (wanted + kPageSize - 1) / kPageSize : available * static_cast<u64>(percent.get()) / 100;
}

bool is_written_back_by_caller() { return current_thread() == thread.load(std::memory_order_relaxed); }

void hurry() {
    is_urgent.store(true, std::memory_order_release);
    thread_queue.wake_one();
}

u64 begin_round() {
    LockGuard guard(list_lock);
    return ++current_round;
}

} // namespace

/// The dirty cache that has waited longest and that this round has not seen, kept; null at its end.
Ref<WrittenCache> WrittenCache::next_dirty(u64 round) {
    LockGuard guard(list_lock);
    while (WrittenCache* cache = dirty_caches.front()) {
        if (cache->last_round_ == round) return nullptr;
        cache->last_round_ = round;
        cache->dirty_node_.unlink();
        dirty_caches.push_back(*cache);
        if (cache->try_acquire()) return Ref<WrittenCache>::adopt(cache);
    }
    return nullptr;
}

namespace {

void end_last_uses() {
    if (!has_last_uses.exchange(false, std::memory_order_acq_rel)) return;
    List<WriteBack::LastUse, &WriteBack::LastUse::last_use_node> taken;
    {
        LockGuard guard(list_lock);
        taken.splice_back(last_uses);
    }
    while (WriteBack::LastUse* use = taken.pop_front()) use->store_and_end();
}

void run_round(bool takes_all) {
    u64 oldest_ns = static_cast<u64>(expire_centiseconds.get()) * kNanosecondsPerCentisecond;
    u64 now_ns = monotonic_ns();
    for (u64 round = begin_round(); Ref<WrittenCache> cache = WrittenCache::next_dirty(round);)
        if (takes_all || now_ns - cache->dirty_since_ns() >= oldest_ns) cache->write_back_in_background();
}

bool is_above_background() {
    WriteBack::Statistics now = WriteBack::statistics();
    return now.dirty > now.background_limit;
}

void run_write_back(void*) {
    for (;;) {
        thread_queue.wait_uninterruptible([] {
            return dirty_pages.load(std::memory_order_seq_cst) > 0 || has_last_uses.load(std::memory_order_acquire);
        });
        u64 interval_ns = static_cast<u64>(interval_centiseconds.get()) * kNanosecondsPerCentisecond;
        // An error is the end of the interval.
        (void)thread_queue.wait(
            [] {
                return is_urgent.load(std::memory_order_acquire) ||
                       has_last_uses.load(std::memory_order_acquire);
            },
            WaitMode::Uninterruptible, interval_ns ? Deadline::after(interval_ns) : Deadline::never());
        bool takes_all = is_urgent.exchange(false, std::memory_order_acq_rel) || is_above_background();
        end_last_uses();
        run_round(takes_all);
        rounds_done.fetch_add(1, std::memory_order_acq_rel);
        round_queue.wake_all();
    }
}

/// Has the thread take everything, and waits for one round or until patience ends.
Result<void> wait_for_round(WaitMode mode) {
    u64 before = rounds_done.load(std::memory_order_acquire);
    hurry();
    return round_queue.wait([before] { return rounds_done.load(std::memory_order_acquire) != before; }, mode,
                            Deadline::after(kPatience_ns));
}

} // namespace

Result<void> WriteBack::start() {
    if (thread.load(std::memory_order_acquire)) return {};
    MutexGuard guard(start_lock);
    if (thread.load(std::memory_order_relaxed)) return {};
    Ref<Thread> made = TRY(Thread::create_kernel_thread("write-back", run_write_back, nullptr));
    thread.store(made.get(), std::memory_order_release);
    made->start();
    return {};
}

bool WriteBack::end_later(LastUse& use) {
    if (!thread.load(std::memory_order_acquire)) return false;
    {
        LockGuard guard(list_lock);
        last_uses.push_back(use);
    }
    has_last_uses.store(true, std::memory_order_release);
    thread_queue.wake_one();
    return true;
}

void WriteBack::cache_is_dirty(WrittenCache& cache) {
    LockGuard guard(list_lock);
    if (!cache.dirty_node_.is_linked()) dirty_caches.push_back(cache);
}

void WriteBack::cache_is_clean(WrittenCache& cache) {
    LockGuard guard(list_lock);
    cache.dirty_node_.unlink();
}

void WriteBack::count_dirty(i64 pages) {
    if (pages > 0) {
        dirtied_total.fetch_add(static_cast<u64>(pages), std::memory_order_relaxed);
        unchecked_pages.fetch_add(static_cast<u64>(pages), std::memory_order_relaxed);
    }
    if (dirty_pages.fetch_add(pages, std::memory_order_seq_cst) == 0) thread_queue.wake_one();
}

void WriteBack::count_writing(i64 pages) {
    if (pages < 0) written_total.fetch_add(static_cast<u64>(-pages), std::memory_order_relaxed);
    writing_pages.fetch_add(pages, std::memory_order_relaxed);
}

WriteBack::Statistics WriteBack::statistics() {
    MemoryStatistics memory = memory_statistics();
    u64 kept = memory.emergency_frames < memory.free_frames ? memory.emergency_frames : memory.free_frames;
    u64 available = memory.free_frames - kept + FilledCache::total_pages();
    u64 limit = limit_pages(limit_bytes, ratio_percent, available);
    u64 background = limit_pages(background_limit_bytes, background_ratio_percent, available);
    if (background >= limit) background = limit / 2;
    return {positive(dirty_pages), positive(writing_pages), dirtied_total.load(std::memory_order_relaxed),
            written_total.load(std::memory_order_relaxed), background, limit};
}

void WriteBack::throttle() {
    if (unchecked_pages.load(std::memory_order_relaxed) < kPagesPerCheck || is_written_back_by_caller()) return;
    unchecked_pages.store(0, std::memory_order_relaxed);
    for (u32 round = 0; round < kThrottleRounds; ++round) {
        Statistics now = statistics();
        if (now.dirty <= now.background_limit) return;
        if (now.dirty + now.writing <= now.limit) return hurry();
        auto waited = wait_for_round(WaitMode::Killable);
        if (!waited && waited.error() != Errno::ETIMEDOUT) return; // killed
    }
}

void WriteBack::sync_all() {
    for (u64 round = begin_round(); Ref<WrittenCache> cache = WrittenCache::next_dirty(round);)
        (void)cache->write_back();
}

u64 WriteBack::reclaim(u64 frames) {
    if (is_written_back_by_caller()) return 0;
    for (u32 round = 0; round < kReclaimRounds && positive(dirty_pages) + positive(writing_pages) > 0; ++round) {
        (void)wait_for_round(WaitMode::Uninterruptible);
        if (u64 freed = FilledCache::reclaim_clean_pages(frames)) return freed;
    }
    return 0;
}

} // namespace martlet
