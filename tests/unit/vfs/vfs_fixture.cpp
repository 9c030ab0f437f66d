#include "vfs_fixture.h"

#include "arch/user_copy.h"
#include "dev/device.h"
#include "mm/frame_allocator.h"
#include "proc/memory_barrier.h"
#include "sched/scheduler.h"
#include "time/clock.h"
#include "vfs/caller.h"
#include "vfs/dentry_pool.h"
#include "vfs/mount_namespace.h"
#include "vfs/write_back.h"

namespace martlet {

TestCaller& test_caller() {
    static TestCaller caller;
    return caller;
}

// vfs/caller.h
const Credentials& current_credentials() { return test_caller().credentials; }
MountNamespace& current_mount_namespace() { return MountNamespace::initial(); }
Path current_root() { return test_caller().root; }
Path current_working_directory() { return test_caller().working_directory; }
u64 current_file_size_limit() { return test_caller().file_size_limit; }
void raise_file_size_signal() { ++test_caller().file_size_signals; }
void raise_broken_pipe_signal() { ++test_caller().broken_pipe_signals; }
int current_process_id() { return 1; }

// What the VFS needs from below, for one thread that never waits.
u64 realtime_ns() { static u64 now = 1'000'000'000'000; return now += 1000; }
u64 monotonic_ns() { return realtime_ns(); }
bool Deadline::has_passed() const { return monotonic_ns == 0; }
void WaitQueue::wake(u32) {}
void WaitQueue::tell(u32) {}
void WaitQueue::add(Waiter&) {}
void WaitQueue::remove(Waiter&) {}
Waiter::~Waiter() {}
Result<void> WaitQueue::wait_erased(bool (*condition)(void*), void* context, WaitMode, Deadline) {
    if (condition(context)) return {};
    return Error(Errno::kRestartSys); // a signal: nobody else runs
}
bool Credentials::in_group(u32 group) const {
    if (group == fs_gid) return true;
    for (u32 each : groups)
        if (each == group) return true;
    return false;
}
usize arch_copy_from_user(void* to, u64 from, usize count) {
    if (from < kPageSize) return count;
    memcpy(to, reinterpret_cast<const void*>(from), count);
    return 0;
}
usize arch_copy_to_user(u64 to, const void* from, usize count) {
    if (to < kPageSize) return count;
    memcpy(reinterpret_cast<void*>(to), from, count);
    return 0;
}
usize arch_clear_user(u64 to, usize count) {
    if (to < kPageSize) return count;
    memset(reinterpret_cast<void*>(to), 0, count);
    return 0;
}
void MemoryObject::unmap_pages(u64, u64) {}
u64 MemoryObject::unmap_clean_pages() { return 0; }
bool MemoryObject::write_protect_pages(u64, u64, SpaceLocks) { return true; }

// No thread: tests write back themselves.
Result<void> WriteBack::start() { return {}; }
bool WriteBack::end_later(LastUse&) { return false; }
void WriteBack::cache_is_dirty(WrittenCache&) {}
void WriteBack::cache_is_clean(WrittenCache&) {}
void WriteBack::count_dirty(i64) {}
void WriteBack::count_writing(i64) {}
void WriteBack::throttle() {}
void memory_barrier_everywhere() {}
Result<Ref<CharacterDevice>> find_character_device(u64) { return Error(Errno::ENXIO); }

SuperBlock::SuperBlock(Stacking how) : device(1), stacking(how), rename_lock(LockRank::Rename) {}
SuperBlock::~SuperBlock() = default;

void VfsTest::SetUp() {
    MemoryTest::SetUp();
    inodes_before_ = live_inode_count();
    files_before_ = live_file_count();
    dentries_before_ = DentryCache::statistics().live;
    InodeAttributes root;
    root.mode = kModeDirectory | 0755;
    auto block = RamSuperBlock::create<RamSuperBlock>(0x858458f6, RamLimits(), root);
    ASSERT_TRUE(block);
    auto mount = Mount::create(*block, nullptr, "test", 0);
    ASSERT_TRUE(mount);
    root_mount_ = *mount;
    TestCaller& caller = test_caller();
    caller.root = caller.working_directory = Path(root_mount_, Ref<Dentry>(root_mount_->root()));
    caller.file_size_limit = ~0ull;
    caller.file_size_signals = caller.broken_pipe_signals = 0;
    become_root();
}

void VfsTest::TearDown() {
    test_caller().root = test_caller().working_directory = Path();
    root_mount_ = nullptr;
    EXPECT_EQ(live_inode_count(), inodes_before_) << "inodes leaked";
    EXPECT_EQ(live_file_count(), files_before_) << "files leaked";
    EXPECT_EQ(DentryCache::statistics().live, dentries_before_) << "dentries leaked";
    (void)DentryPool::release_pages(); // kept for the next names
    MemoryTest::TearDown();
}

void VfsTest::become_root() {
    Credentials& credentials = test_caller().credentials;
    credentials.fs_uid = credentials.fs_gid = 0;
    credentials.groups.clear();
    credentials.effective = ~0ull >> 23;
}

void VfsTest::become(u32 user_id, u32 group_id) {
    Credentials& credentials = test_caller().credentials;
    credentials.fs_uid = user_id;
    credentials.fs_gid = group_id;
    credentials.groups.clear();
    credentials.effective = 0;
}

Result<void> VfsTest::touch(std::string_view name, u32 mode) {
    TRY(open(name, kOpenCreate | kOpenWriteOnly, mode));
    return {};
}

InodeAttributes VfsTest::attributes(std::string_view name, u32 flags) {
    auto path = walk(name, flags);
    EXPECT_TRUE(path) << name;
    return path ? path->dentry().inode()->attributes : InodeAttributes();
}

std::string VfsTest::read_all(File& file) {
    std::string text(1 << 16, '\0');
    IoCursor cursor = IoCursor::kernel(text.data(), text.size());
    auto count = file.read(cursor, 0);
    text.resize(count ? *count : 0);
    return text;
}

Result<usize> VfsTest::write(File& file, std::string_view text, u64 offset) {
    IoCursor cursor = IoCursor::kernel_const(text.data(), text.size());
    return file.write(cursor, offset);
}

} // namespace martlet
