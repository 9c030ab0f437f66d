// Copying files and trees: cp, mv across file systems, install.
// A destination is never followed through a symbolic link that this copy itself made. Errors are reported as
// they happen; the rest of the tree goes on.
#pragma once

#include "lib/backup.h"
#include "lib/walk.h"

#include <string>
#include <sys/stat.h>
#include <vector>

namespace coreutils {

enum class Overwrite {
    yes,
    ask,               // -i
    never,             // -n
    ask_if_unwritable, // mv on a terminal
};

struct CopySettings {
    bool recursive = false;
    Follow follow = Follow::always;
    bool preserve_mode = false, preserve_owner = false, preserve_times = false, preserve_links = false;
    bool keep_special = true;        // recreate fifos and devices instead of copying what they deliver
    bool force = false;              // remove a destination that cannot be opened
    bool remove_destination = false; // remove every destination first
    Overwrite overwrite = Overwrite::yes;
    bool only_newer = false; // -u
    bool verbose = false;
    bool hard_link = false, symbolic_link = false;
    bool attributes_only = false;
    bool one_file_system = false;
    Backups backups = {};
    bool sparse = true;  // keep holes
    bool moving = false; // for messages and for -u, -n of mv
};

class Copier {
public:
    explicit Copier(const CopySettings& settings) : settings_(settings) {}
    // Copies one operand; false when anything of it failed.
    bool copy(const std::string& source, const std::string& destination);
    // Makes the parents of `path` below `root` as those of the source are (cp --parents).
    bool make_parents(const std::string& source, const std::string& root);

private:
    struct Link {
        dev_t device;
        ino_t inode;
        std::string path;
    };
    bool copy_entry(const std::string& source, const std::string& destination, bool on_command_line);
    bool copy_directory(const std::string& source, const std::string& destination, const struct stat& info,
                        bool exists);
    bool copy_regular(const std::string& source, const std::string& destination, const struct stat& info,
                      bool exists);
    bool copy_special(const std::string& source, const std::string& destination, const struct stat& info);
    bool copy_contents(int source_fd, int destination_fd, const struct stat& info, const std::string& source,
                       const std::string& destination);
    bool replace_allowed(const std::string& source, const std::string& destination, const struct stat& info,
                         const struct stat& old, bool& skip);
    bool restore_attributes(const std::string& path, const struct stat& info, int fd);
    void say(const std::string& source, const std::string& destination) const;

    const CopySettings& settings_;
    std::vector<Link> links_;                   // sources with several names, and where the first one went
    std::vector<std::pair<dev_t, ino_t>> made_; // destinations created by this copy
    std::vector<std::pair<dev_t, ino_t>> ancestors_; // source directories being copied
    dev_t root_device_ = 0;
    std::string backup_; // of the destination in hand
};

} // namespace coreutils
