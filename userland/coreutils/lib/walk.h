// Walks directory trees with *at() calls relative to open directories, so that names of any depth work and no
// component can be swapped for a symbolic link meanwhile. The entries of a directory are read before the
// first of them is visited: removing them while walking is safe. At most kOpenDirectories are held open;
// others are found again through "..".
#pragma once

#include <stdint.h>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace coreutils {

enum class Follow { never, roots, always }; // -P, -H, -L

class Walk {
public:
    enum class Visit {
        file,           // anything that is not descended into, also symbolic links
        directory,      // before its entries; skip() leaves them out
        directory_done, // after its entries; follows every `directory`, skipped or not
        cycle,          // a directory that is its own ancestor, reached by a followed link
        failed,         // could not be opened, read or examined: `error`; an opened directory is still "done"
    };

    explicit Walk(Follow follow = Follow::never) : follow_(follow) {}
    ~Walk();
    Walk(const Walk&) = delete;
    Walk& operator=(const Walk&) = delete;

    // Visit the entries of each directory in order of name instead of as the directory has them.
    void sort_names() { sorted_ = true; }

    // Begins at `root`; the walk ends when next() is false.
    void start(const char* root);
    bool next();
    void skip() { skip_ = true; }

    Visit visit() const { return visit_; }
    int error() const { return error_; }
    const std::string& path() const { return path_; }
    // The entry relative to an open directory, for *at() calls.
    int directory_fd() const { return directory_fd_; }
    const char* name() const { return path_.c_str() + name_offset_; }
    size_t depth() const { return depth_; }
    // DT_* of <dirent.h>, DT_UNKNOWN when not even stat tells.
    unsigned char type() const { return type_; }
    // The entry's status (of the target when links are followed), examined on first use; false with errno.
    bool stat(struct stat& info);

private:
    struct Level {
        int fd = -1;
        dev_t device = 0;
        ino_t inode = 0;
        std::string names; // each: type byte, name, NUL
        size_t position = 0;
        size_t path_length = 0; // of this directory
        size_t name_offset = 0;
    };
    static constexpr size_t kOpenDirectories = 48;

    bool examine();
    bool enter();
    bool leave();
    bool read_names(Level& level);
    void begin_entry(unsigned char type);

    Follow follow_;
    bool sorted_ = false;
    bool skip_ = false;
    enum class State { idle, root, inside, entered } state_ = State::idle;
    Visit visit_ = Visit::file;
    int error_ = 0;
    std::string path_;
    size_t name_offset_ = 0;
    int directory_fd_ = -1;
    size_t depth_ = 0;
    unsigned char type_ = 0;
    bool have_info_ = false;
    bool info_failed_ = false;
    struct stat info_ = {};
    std::vector<Level> levels_;
};

} // namespace coreutils
