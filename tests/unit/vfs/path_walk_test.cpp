#include "vfs_fixture.h"

#include <random>

namespace martlet {

using PathWalkTest = VfsTest;

TEST_F(PathWalkTest, ResolvesDotsSlashesAndLinks) {
    EXPECT_OK(make_directory(at("a"), 0755));
    EXPECT_OK(make_directory(at("a/b/"), 0755));
    EXPECT_OK(touch("a/b/f"));
    EXPECT_OK(make_symlink(at("a/link"), "b/../b/./f"));
    EXPECT_OK(make_symlink(at("dir"), "/a//b/"));
    EXPECT_OK(walk("/a/./b/../b//f"));
    EXPECT_OK(walk("a/link"));
    EXPECT_OK(walk("dir/f"));
    EXPECT_OK(walk("../../../a")); // ".." of the root is the root
    EXPECT_ERROR(walk("a/b/f/"), ENOTDIR);
    EXPECT_ERROR(walk("a/b/f/."), ENOTDIR);
    EXPECT_ERROR(walk("a/b/f/.."), ENOTDIR);
    EXPECT_ERROR(walk(""), ENOENT);
    EXPECT_ERROR(walk("nothing/.."), ENOENT);
    auto link = walk("dir", 0);
    ASSERT_TRUE(link);
    EXPECT_TRUE(link->dentry().inode()->is_symlink());
    auto followed = walk("dir/", 0); // a trailing slash follows
    ASSERT_TRUE(followed);
    EXPECT_TRUE(followed->dentry().inode()->is_directory());
}

TEST_F(PathWalkTest, LimitsLinksNamesAndPaths) {
    EXPECT_OK(touch("l0"));
    for (int index = 1; index <= 41; ++index)
        EXPECT_OK(make_symlink(at("l" + std::to_string(index)), "l" + std::to_string(index - 1)));
    EXPECT_OK(walk("l40"));
    EXPECT_ERROR(walk("l41"), ELOOP);
    EXPECT_OK(make_symlink(at("loop"), "loop"));
    EXPECT_ERROR(walk("loop"), ELOOP);
    EXPECT_OK(touch(std::string(255, 'x')));
    EXPECT_ERROR(touch(std::string(256, 'x')), ENAMETOOLONG);
    EXPECT_OK(walk(std::string(4094, '/') + "."));
    EXPECT_ERROR(walk(std::string(4095, '/') + "."), ENAMETOOLONG);
}

TEST_F(PathWalkTest, SearchPermissionIsNeededOnEveryDirectory) {
    EXPECT_OK(make_directory(at("closed"), 0700));
    EXPECT_OK(make_directory(at("closed/in"), 0777));
    EXPECT_OK(touch("closed/in/f"));
    become(1000, 1000);
    EXPECT_ERROR(walk("closed/in/f"), EACCES);
    EXPECT_OK(walk("closed"));
}

TEST_F(PathWalkTest, MountsAreCrossedBothWays) {
    EXPECT_OK(make_directory(at("mnt"), 0755));
    EXPECT_OK(touch("mnt/below"));
    InodeAttributes root;
    root.mode = kModeDirectory | 0755;
    auto block = RamSuperBlock::create<RamSuperBlock>(1, RamLimits(), root);
    ASSERT_TRUE(block);
    auto mount = Mount::create(*block, nullptr, "other", 0);
    ASSERT_TRUE(mount);
    Mount* raw = mount->get();
    {
        MutexGuard guard(mount_mutex);
        EXPECT_OK(MountTable::attach(*std::move(mount), *walk("mnt")));
    }
    EXPECT_OK(touch("mnt/above"));
    EXPECT_ERROR(walk("mnt/below"), ENOENT);
    auto up = walk("mnt/..");
    ASSERT_TRUE(up);
    EXPECT_TRUE(*up == test_caller().root);
    EXPECT_EQ(walk("mnt/above")->to_string(test_caller().root)->view(), "/mnt/above");
    EXPECT_ERROR(remove_directory(at("mnt")), ENOTEMPTY); // this tree is in no name space: only what is stored counts
    EXPECT_OK(touch("outside"));
    EXPECT_ERROR(rename_entry(at("outside"), at("mnt/inside"), 0), EXDEV);
    {
        auto user = walk("mnt/above");
        MutexGuard guard(mount_mutex);
        EXPECT_ERROR(MountTable::detach(*raw, 0, MountTable::Lazy::No), EBUSY);
    }
    {
        MutexGuard guard(mount_mutex);
        EXPECT_OK(MountTable::detach(*raw, 0, MountTable::Lazy::No));
    }
    EXPECT_OK(walk("mnt/below"));
}

TEST_F(PathWalkTest, ALazyUnmountLeavesUsersAlone) {
    EXPECT_OK(make_directory(at("mnt"), 0755));
    InodeAttributes root;
    root.mode = kModeDirectory | 0755;
    auto block = RamSuperBlock::create<RamSuperBlock>(1, RamLimits(), root);
    auto mount = Mount::create(*block, nullptr, "other", 0);
    Mount* raw = mount->get();
    {
        MutexGuard guard(mount_mutex);
        EXPECT_OK(MountTable::attach(*std::move(mount), *walk("mnt")));
    }
    auto file = open("mnt/f", kOpenCreate | kOpenReadWrite);
    ASSERT_TRUE(file);
    {
        MutexGuard guard(mount_mutex);
        EXPECT_OK(MountTable::detach(*raw, 0, MountTable::Lazy::Yes));
    }
    EXPECT_OK(write(**file, "still here", 0));
    EXPECT_EQ(read_all(**file), "still here");
    EXPECT_ERROR(walk("mnt/f"), ENOENT);
}

TEST_F(PathWalkTest, PathsFollowRenamesAndSayDeleted) {
    EXPECT_OK(make_directory(at("one"), 0755));
    EXPECT_OK(make_directory(at("one/two"), 0755));
    auto inner = walk("one/two");
    EXPECT_OK(rename_entry(at("one"), at("other"), 0));
    EXPECT_EQ(inner->to_string(test_caller().root)->view(), "/other/two");
    EXPECT_OK(rename_entry(at("other"), at(std::string(200, 'L')), 0));
    EXPECT_EQ(inner->to_string(test_caller().root)->view(), "/" + std::string(200, 'L') + "/two");
    EXPECT_OK(remove_directory(at(std::string(200, 'L') + "/two")));
    EXPECT_EQ(inner->to_string(test_caller().root)->view(), "/" + std::string(200, 'L') + "/two (deleted)");
}

namespace {

/// What a tree of directories and files should be, as a map from path to "is a directory".
class Model {
public:
    int make(const std::string& path, bool directory) {
        if (int error = parent_error(path)) return error;
        if (tree_.contains(path)) return 17;
        tree_[path] = directory;
        return 0;
    }
    int remove(const std::string& path, bool directory) {
        if (int error = parent_error(path)) return error;
        if (!tree_.contains(path)) return 2;
        if (directory && !tree_[path]) return 20;
        if (!directory && tree_[path]) return 21;
        if (directory && has_children(path)) return 39;
        tree_.erase(path);
        return 0;
    }
    int rename(const std::string& from, const std::string& to) {
        if (int error = parent_error(from)) return error;
        if (int error = parent_error(to)) return error;
        if (!tree_.contains(from)) return 2;
        if ((to + "/").starts_with(from + "/") && to != from) return 22;
        if (tree_.contains(to) && (from + "/").starts_with(to + "/") && to != from) return 39;
        if (from == to) return 0;
        if (tree_.contains(to)) {
            if (tree_[from] && !tree_[to]) return 20;
            if (!tree_[from] && tree_[to]) return 21;
            if (tree_[to] && has_children(to)) return 39;
            tree_.erase(to);
        }
        std::map<std::string, bool> moved;
        for (auto& [path, directory] : tree_)
            moved[path == from || path.starts_with(from + "/") ? to + path.substr(from.size()) : path] = directory;
        tree_ = std::move(moved);
        return 0;
    }
    bool exists(const std::string& path) const { return tree_.contains(path); }

private:
    int parent_error(const std::string& path) const {
        for (usize slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
            auto found = tree_.find(path.substr(0, slash));
            if (found == tree_.end()) return 2;
            if (!found->second) return 20;
        }
        return 0;
    }
    bool has_children(const std::string& path) const {
        auto next = tree_.upper_bound(path + "/");
        return next != tree_.end() && next->first.starts_with(path + "/");
    }
    std::map<std::string, bool> tree_;
};

} // namespace

TEST_F(PathWalkTest, AgreesWithAModelUnderRandomChanges) {
    std::mt19937 random(11);
    Model model;
    auto random_path = [&] {
        std::string path;
        for (u32 depth = random() % 3 + 1; depth > 0; --depth) path += (path.empty() ? "" : "/") + std::string(1, static_cast<char>('a' + random() % 3));
        return path;
    };
    for (int step = 0; step < 30000; ++step) {
        std::string path = random_path(), other = random_path();
        switch (random() % 6) {
        case 0: ASSERT_EQ(error_of(make_directory(at(path), 0755)), model.make(path, true)) << path; break;
        case 1: ASSERT_EQ(error_of(make_node(at(path), kModeRegular | 0644, 0)), model.make(path, false)) << path; break;
        case 2: ASSERT_EQ(error_of(remove_name(at(path))), model.remove(path, false)) << path; break;
        case 3: ASSERT_EQ(error_of(remove_directory(at(path))), model.remove(path, true)) << path; break;
        case 4: ASSERT_EQ(error_of(rename_entry(at(path), at(other), 0)), model.rename(path, other)) << path << " -> " << other; break;
        default: DentryCache::reclaim(random() % 4);
        }
        ASSERT_EQ(walk(other).has_value(), model.exists(other)) << other;
    }
}

} // namespace martlet
