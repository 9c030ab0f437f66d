#include "vfs_fixture.h"
#include "vfs/permission.h"

namespace martlet {

using PermissionTest = VfsTest;

TEST_F(PermissionTest, TheFirstMatchingClassDecides) {
    EXPECT_OK(touch("f"));
    Inode& inode = *walk("f")->dentry().inode();
    inode.attributes.user_id = 10;
    inode.attributes.group_id = 20;
    for (u32 mode = 0; mode < 0777; mode += 7) {
        inode.attributes.mode = kModeRegular | mode;
        for (u32 wanted = 1; wanted < 8; ++wanted) {
            struct {
                u32 uid, gid, shift;
            } callers[] = {{10, 20, 6}, {11, 20, 3}, {11, 21, 0}};
            for (auto& caller : callers) {
                become(caller.uid, caller.gid);
                bool granted = (wanted & ~((mode >> caller.shift) & 7)) == 0;
                EXPECT_EQ(check_permission(inode, wanted, current_credentials()).has_value(), granted) << std::oct << mode << " " << wanted;
            }
            become_root();
            EXPECT_EQ(check_permission(inode, wanted, current_credentials()).has_value(), !(wanted & kMayExecute) || (mode & 0111));
        }
    }
}

TEST_F(PermissionTest, StickyDirectoriesProtectOthersFiles) {
    EXPECT_OK(make_directory(at("tmp"), 01777));
    become(1, 1);
    EXPECT_OK(touch("tmp/one"));
    become(2, 2);
    EXPECT_ERROR(remove_name(at("tmp/one")), EPERM);
    EXPECT_ERROR(rename_entry(at("tmp/one"), at("tmp/two"), 0), EPERM);
    become(1, 1);
    EXPECT_OK(remove_name(at("tmp/one")));
}

TEST_F(PermissionTest, SetGroupDirectoriesHandOnTheirGroup) {
    EXPECT_OK(make_directory(at("d"), 0777));
    EXPECT_OK(change_owner(*walk("d"), ~0u, 77));
    EXPECT_OK(change_mode(*walk("d"), 02777));
    become(5, 6);
    EXPECT_OK(make_directory(at("d/sub"), 0755));
    EXPECT_OK(touch("d/f"));
    EXPECT_EQ(attributes("d/sub").group_id, 77u);
    EXPECT_EQ(attributes("d/sub").mode, kModeDirectory | 02755);
    EXPECT_EQ(attributes("d/f").group_id, 77u);
}

TEST_F(PermissionTest, WritingAndGivingAwayClearPrivileges) {
    become(5, 6);
    test_caller().credentials.fs_uid = 0;
    auto file = open("f", kOpenCreate | kOpenReadWrite, 0755);
    ASSERT_TRUE(file);
    EXPECT_OK(change_mode(*walk("f"), 06755));
    EXPECT_OK(write(**file, "x", 0));
    EXPECT_EQ(attributes("f").mode & 07777, 0755u);
    become_root();
    EXPECT_OK(change_mode(*walk("f"), 06755));
    EXPECT_OK(write(**file, "x", 0)); // CAP_FSETID keeps them
    EXPECT_EQ(attributes("f").mode & 07777, 06755u);
    EXPECT_OK(change_owner(*walk("f"), 1, ~0u));
    EXPECT_EQ(attributes("f").mode & 07777, 0755u);
}

TEST_F(PermissionTest, ReadOnlyMountsRefuseChanges) {
    EXPECT_OK(touch("f"));
    root_mount_->set_flags(kMountReadOnly);
    EXPECT_ERROR(open("f", kOpenWriteOnly), EROFS);
    EXPECT_ERROR(open("new", kOpenCreate | kOpenWriteOnly), EROFS);
    EXPECT_ERROR(make_directory(at("d"), 0755), EROFS);
    EXPECT_ERROR(make_directory(at("f"), 0755), EEXIST); // the name counts first
    EXPECT_ERROR(remove_name(at("f")), EROFS);
    EXPECT_ERROR(change_mode(*walk("f"), 0600), EROFS);
    EXPECT_OK(open("f", kOpenReadOnly));
    root_mount_->set_flags(0);
}

} // namespace martlet
