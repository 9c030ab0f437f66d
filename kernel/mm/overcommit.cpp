#include "mm/overcommit.h"

#include <algorithm>

#include "mm/frame.h"

namespace martlet {

constinit OvercommitSettings overcommit_settings;

namespace {

std::atomic<i64> committed = 0;

u64 frames_of_kbytes(u64 kbytes) { return kbytes / (kPageSize / kKiB); }

} // namespace

u64 commit_limit_frames() {
    u64 kbytes = overcommit_settings.limit_kbytes.load(std::memory_order_relaxed);
    if (kbytes != 0) return frames_of_kbytes(kbytes);
    return total_memory_frames() * overcommit_settings.ratio_percent.load(std::memory_order_relaxed) / 100;
}

u64 committed_frames() { return static_cast<u64>(std::max<i64>(committed.load(std::memory_order_relaxed), 0)); }

void change_committed(i64 frames) { committed.fetch_add(frames, std::memory_order_relaxed); }

bool may_commit(u64 frames, u64 space_frames, bool may_use_reserve) {
    switch (overcommit_settings.mode.load(std::memory_order_relaxed)) {
    case OvercommitMode::Heuristic: return frames <= total_memory_frames();
    case OvercommitMode::Always: return true;
    case OvercommitMode::Never: break;
    }
    i64 allowed = static_cast<i64>(commit_limit_frames());
    auto reserve = [](const std::atomic<u64>& kbytes) {
        return frames_of_kbytes(kbytes.load(std::memory_order_relaxed));
    };
    if (!may_use_reserve) allowed -= static_cast<i64>(reserve(overcommit_settings.admin_reserve_kbytes));
    // One process must not take all that is left for others to be ended with.
    allowed -= static_cast<i64>(std::min(space_frames / 32, reserve(overcommit_settings.user_reserve_kbytes)));
    return static_cast<i64>(committed_frames() + frames) < allowed;
}

} // namespace martlet
