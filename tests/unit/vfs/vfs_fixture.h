// A small world for VFS tests: one ramfs as the root, a caller whose credentials and limits a test sets, memory from the
// mm fixture. After each test every inode, dentry, file and frame must be gone again.
#pragma once
#include "../mm/memory_fixture.h"
#include "fs/ramfs/ramfs.h"
#include "proc/credentials.h"
#include "vfs/mount.h"
#include "vfs/open.h"
#include "vfs/operations.h"
#include "vfs/path_walk.h"

namespace martlet {

struct TestCaller {
    Credentials credentials;
    Path root, working_directory;
    u64 file_size_limit = ~0ull;
    u32 file_size_signals = 0, broken_pipe_signals = 0;
};
TestCaller& test_caller();

class VfsTest : public MemoryTest {
protected:
    void SetUp() override;
    void TearDown() override;

    void become_root();
    void become(u32 user_id, u32 group_id);
    NameAt at(std::string_view name) const { return {Path(), name}; }
    Result<Ref<File>> open(std::string_view name, u32 flags, u32 mode = 0644) { return open_file(at(name), {flags, mode, 0}); }
    Result<void> touch(std::string_view name, u32 mode = 0644);
    Result<Path> walk(std::string_view name, u32 flags = kWalkFollow) { return walk_path(Path(), name, flags); }
    InodeAttributes attributes(std::string_view name, u32 flags = 0);
    std::string read_all(File& file);
    Result<usize> write(File& file, std::string_view text, u64 offset);

    Ref<Mount> root_mount_;

private:
    u64 inodes_before_ = 0, files_before_ = 0, dentries_before_ = 0;
};

/// The error of a result, or 0.
template <typename T> int error_of(const Result<T>& result) { return result ? 0 : static_cast<int>(result.error()); }
#define EXPECT_ERROR(expression, name) EXPECT_EQ(error_of(expression), static_cast<int>(Errno::name))
#define EXPECT_OK(expression) EXPECT_EQ(error_of(expression), 0)

/// Names of a directory in the order of listing.
class NameSink final : public DirectorySink {
public:
    explicit NameSink(usize limit = ~0ul) : limit_(limit) {}
    bool add(std::string_view name, u64, u32, u64 next_offset) override {
        if (names.size() >= limit_) return false;
        names.emplace_back(name);
        offset = next_offset;
        return true;
    }
    std::vector<std::string> names;
    u64 offset = 0;

private:
    usize limit_;
};

} // namespace martlet
