#include "vfs/fd_table.h"

#include <random>

#include "vfs/file_locks.h"
#include "vfs_fixture.h"

namespace martlet {

using FdTableTest = VfsTest;

TEST_F(FdTableTest, TheLowestFreeNumberIsGivenOut) {
    auto table = *FdTable::create();
    auto file = *make_ref<File>(0u, Path());
    std::mt19937 random(2);
    std::vector<bool> model(3000);
    for (int step = 0; step < 20000; ++step) {
        int minimum = static_cast<int>(random() % 2500);
        if (random() % 3) {
            auto fd = table->install(file, CloseOnExec::No, 3000, minimum);
            auto expected = std::find(model.begin() + minimum, model.end(), false);
            if (expected == model.end()) {
                EXPECT_ERROR(fd, EMFILE);
                continue;
            }
            ASSERT_EQ(*fd, expected - model.begin());
            *expected = true;
        } else {
            ASSERT_EQ(table->close(minimum).has_value(), model[static_cast<usize>(minimum)]);
            model[static_cast<usize>(minimum)] = false;
        }
    }
    EXPECT_EQ(table->open_count(), static_cast<u32>(std::count(model.begin(), model.end(), true)));
    table->close_all();
    EXPECT_EQ(file->reference_count(), 1u);
}

TEST_F(FdTableTest, ForkCopiesAndExecClosesTheMarked) {
    auto table = *FdTable::create();
    auto file = *make_ref<File>(0u, Path());
    EXPECT_EQ(*table->install(file, CloseOnExec::No, 100), 0);
    EXPECT_EQ(*table->install(file, CloseOnExec::Yes, 100), 1);
    EXPECT_OK(table->install_at(90, file, CloseOnExec::Yes, 100));
    EXPECT_ERROR(table->install_at(100, file, CloseOnExec::No, 100), EBADF);
    auto copy = *table->clone();
    copy->close_all_marked();
    EXPECT_OK(copy->get(0));
    EXPECT_ERROR(copy->get(1), EBADF);
    EXPECT_ERROR(copy->get(90), EBADF);
    EXPECT_OK(table->get(90));
    EXPECT_OK(table->close_range(1, ~0u, false));
    EXPECT_ERROR(table->get(90), EBADF);
    EXPECT_EQ(table->next_open(1), -1);
    EXPECT_ERROR(table->get(-1), EBADF);
}

TEST_F(FdTableTest, RecordLocksSplitJoinAndConflict) {
    EXPECT_OK(touch("f"));
    FileLocks& locks = **FileLocks::of(*walk("f")->dentry().inode());
    auto range = [](int process, LockKind kind, u64 start, u64 end) {
        return RangeLock{{}, {nullptr, process}, LockClass::Record, kind, start, end, process};
    };
    RangeLock found;
    EXPECT_OK(locks.lock(range(1, LockKind::Exclusive, 0, 99), LockWait::No));
    EXPECT_ERROR(locks.lock(range(2, LockKind::Shared, 50, 60), LockWait::No), EAGAIN);
    EXPECT_OK(locks.unlock({nullptr, 1}, LockClass::Record, 40, 59));
    EXPECT_OK(locks.lock(range(2, LockKind::Exclusive, 40, 59), LockWait::No));
    EXPECT_TRUE(locks.find_conflict(range(3, LockKind::Shared, 0, 1000), found));
    EXPECT_FALSE(locks.find_conflict(range(1, LockKind::Exclusive, 60, 200), found));
    EXPECT_OK(locks.lock(range(1, LockKind::Shared, 0, 39), LockWait::No)); // weakened
    EXPECT_OK(locks.lock(range(3, LockKind::Shared, 10, 20), LockWait::No));
    locks.release_owner({nullptr, 1});
    locks.release_owner({nullptr, 2});
    EXPECT_OK(locks.lock(range(4, LockKind::Exclusive, 21, ~0ull), LockWait::No));
    EXPECT_ERROR(locks.lock(range(4, LockKind::Exclusive, 0, 15), LockWait::Yes), kRestartSys); // waits, a signal comes
}

} // namespace martlet
