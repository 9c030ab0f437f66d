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
    EXPECT_OK(table->install_at(90, {file}, CloseOnExec::Yes, 100));
    EXPECT_ERROR(table->install_at(100, {file}, CloseOnExec::No, 100), EBADF);
    auto copy = *table->clone();
    copy->close_all_marked();
    EXPECT_OK(copy->get(0, Rights::None));
    EXPECT_ERROR(copy->get(1, Rights::None), EBADF);
    EXPECT_ERROR(copy->get(90, Rights::None), EBADF);
    EXPECT_OK(table->get(90, Rights::None));
    EXPECT_OK(table->close_range(1, ~0u, false));
    EXPECT_ERROR(table->get(90, Rights::None), EBADF);
    EXPECT_EQ(table->next_open(1), -1);
    EXPECT_ERROR(table->get(-1, Rights::None), EBADF);
}

TEST_F(FdTableTest, ARestrictedDuplicateNeverGainsRights) {
    auto table = *FdTable::create();
    auto file = *make_ref<File>(0u, Path());
    EXPECT_EQ(*table->install(file, CloseOnExec::No, 100), 0);
    EXPECT_EQ(*table->duplicate(0, Rights::Read | Rights::Wait | Rights::Duplicate, CloseOnExec::No, 100), 1);
    EXPECT_OK(table->get(1, Rights::Read | Rights::Wait));
    EXPECT_ERROR(table->get(1, Rights::Write), EACCES);
    EXPECT_ERROR(table->get(1, Rights::Read | Rights::Map), EACCES);
    EXPECT_ERROR(table->get(2, Rights::Read), EBADF);
    EXPECT_FALSE(static_cast<bool>(table->use(1, Rights::Signal)));
    EXPECT_TRUE(static_cast<bool>(table->use(1, Rights::Wait)));
    // All of what there is: a duplicate of a duplicate, and a copy of the table.
    EXPECT_EQ(*table->duplicate(1, Rights::All, CloseOnExec::No, 100), 2);
    EXPECT_ERROR(table->get(2, Rights::Write), EACCES);
    EXPECT_EQ(*table->duplicate(2, Rights::Write | Rights::Wait, CloseOnExec::No, 100), 3);
    EXPECT_OK(table->get(3, Rights::Wait));
    EXPECT_ERROR(table->get(3, Rights::Write), EACCES);
    EXPECT_ERROR(table->duplicate(3, Rights::All, CloseOnExec::No, 100), EACCES);
    auto copy = *table->clone();
    EXPECT_ERROR(copy->get(1, Rights::Write), EACCES);
    EXPECT_OK(copy->get(1, Rights::Read));
    // Sent elsewhere, it arrives as it was.
    EXPECT_ERROR(table->descriptor(1, Rights::Transfer), EACCES);
    Descriptor sent = *table->descriptor(0, Rights::Transfer);
    EXPECT_EQ(sent.rights, Rights::All);
    EXPECT_OK(copy->install_at(9, *table->descriptor(1, Rights::Duplicate), CloseOnExec::No, 100));
    EXPECT_ERROR(copy->get(9, Rights::Write), EACCES);
    // A slot that is used again starts anew.
    EXPECT_OK(table->close(3));
    EXPECT_EQ(*table->install(file, CloseOnExec::No, 100), 3);
    EXPECT_OK(table->get(3, Rights::All));
    table->close_all();
    copy->close_all();
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
