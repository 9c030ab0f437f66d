#include "mm/overcommit.h"

#include <algorithm>
#include <atomic>

#include "base/setting.h"
#include "mm/frame.h"

namespace martlet {

namespace {

enum OvercommitMode : i64 { kHeuristic, kAlways, kNever };
constexpr i64 kMaximumKbytes = (1ll << 62) / 1024;

constinit Setting mode("sys/vm/overcommit_memory", kHeuristic, kHeuristic, kNever);
constinit Setting ratio_percent("sys/vm/overcommit_ratio", 50, 0, 0x7fff'ffff);
constinit Setting limit_kbytes("sys/vm/overcommit_kbytes", 0, 0, kMaximumKbytes); // not 0: instead of the ratio
constinit Setting admin_reserve_kbytes("sys/vm/admin_reserve_kbytes", 8192, 0, kMaximumKbytes);
constinit Setting user_reserve_kbytes("sys/vm/user_reserve_kbytes", 131072, 0, kMaximumKbytes);
REGISTER_SETTING(mode);
REGISTER_SETTING(ratio_percent);
REGISTER_SETTING(limit_kbytes);
REGISTER_SETTING(admin_reserve_kbytes);
REGISTER_SETTING(user_reserve_kbytes);

std::atomic<i64> committed = 0;

u64 frames_of(const Setting& kbytes) { return static_cast<u64>(kbytes.get()) / (kPageSize / kKiB); }

} // namespace

bool honours_no_reserve() { return mode.get() != kNever; }

u64 commit_limit_frames() {
    if (limit_kbytes.get() != 0) return frames_of(limit_kbytes);
    return total_memory_frames() * static_cast<u64>(ratio_percent.get()) / 100;
}

u64 committed_frames() { return static_cast<u64>(std::max<i64>(committed.load(std::memory_order_relaxed), 0)); }

void change_committed(i64 frames) { committed.fetch_add(frames, std::memory_order_relaxed); }

bool may_commit(u64 frames, u64 space_frames, bool may_use_reserve) {
    i64 policy = mode.get();
    if (policy == kHeuristic) return frames <= total_memory_frames();
    if (policy == kAlways) return true;
    i64 allowed = static_cast<i64>(commit_limit_frames());
    if (!may_use_reserve) allowed -= static_cast<i64>(frames_of(admin_reserve_kbytes));
    // One process must not take all that is left for others to be ended with.
    allowed -= static_cast<i64>(std::min(space_frames / 32, frames_of(user_reserve_kbytes)));
    return static_cast<i64>(committed_frames() + frames) < allowed;
}

} // namespace martlet
