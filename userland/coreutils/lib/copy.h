// Copying files and trees: cp, mv across file systems, install.
// A destination is never followed through a symbolic link that this copy itself made. Errors are reported as
// they happen; the rest of the tree goes on.
#pragma once

#include "lib/backup.h"
#include "lib/same_file.h"
#include "lib/walk.h"

#include <map>
#include <set>
#include <stdlib.h>
#include <string>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace coreutils {

enum class Overwrite {
    yes,
    ask,               // -i
    never,             // -n
    ask_if_unwritable, // mv on a terminal
};

enum class Holes {
    never,     // write every byte
    keep,      // where the source has some
    from_zeros // for every block of zeros
};

struct CopySettings {
    bool recursive = false;
    Follow follow = Follow::always;
    bool preserve_mode = false, preserve_owner = false, preserve_times = false, preserve_links = false;
    bool default_mode = false; // --no-preserve=mode: new files are as if made by open(2) without the source
    bool keep_special = true;  // recreate fifos and devices instead of copying what they deliver
    bool force = false;        // remove a destination that cannot be opened
    bool remove_destination = false; // remove every destination first
    Overwrite overwrite = Overwrite::yes;
    bool only_newer = false; // -u
    bool verbose = false;
    bool hard_link = false, symbolic_link = false;
    bool attributes_only = false;
    bool one_file_system = false;
    Backups backups = {};
    Holes holes = Holes::keep;
    bool clone_only = false; // --reflink: share the blocks, or fail
    bool moving = false;     // for messages and for what mv may replace
};

enum class Way { clear, done, failed }; // of one entry: go on, or end with this result

class Copier {
public:
    explicit Copier(const CopySettings& settings)
        : settings_(settings), posix_(getenv("POSIXLY_CORRECT") != nullptr) {}
    // Copies one operand; false when anything of it failed.
    bool copy(const std::string& source, const std::string& destination);
    // Makes the parents of `source` below `root` (cp --parents); they get their attributes in
    // finish_parents().
    bool make_parents(const std::string& source, const std::string& root);
    bool finish_parents();

private:
    using Identity = std::pair<dev_t, ino_t>;
    struct Parent {
        std::string path;
        struct stat source;
        bool made;
    };
    bool copy_entry(const std::string& source, const std::string& destination, bool on_command_line);
    Way make_way(const std::string& source, const std::string& destination, const struct stat& info,
                 bool on_command_line, bool& exists);
    Way keep_or_replace(const std::string& source, const std::string& destination, const struct stat& info,
                        const struct stat& old, bool& exists);
    Way link_to_earlier(const std::string& source, const std::string& destination, const struct stat& info,
                        bool on_command_line, bool exists);
    bool make_link(const std::string& source, const std::string& destination, bool follow);
    bool copy_directory(const std::string& source, const std::string& destination, const struct stat& info,
                        bool exists);
    bool copy_regular(const std::string& source, const std::string& destination, const struct stat& info,
                      bool exists);
    bool copy_special(const std::string& source, const std::string& destination, const struct stat& info);
    bool copy_contents(int source_fd, int destination_fd, const struct stat& info, const std::string& source,
                       const std::string& destination);
    bool as_stream(const struct stat& info) const;
    bool is_ours(const struct stat& info) const;
    mode_t mode_for(const struct stat& info) const;
    bool restore_attributes(const std::string& path, const struct stat& info, int fd, bool made);
    void say(const std::string& source, const std::string& destination) const;

    const CopySettings& settings_;
    const bool posix_; // POSIXLY_CORRECT
    std::map<Identity, std::string> links_; // sources with several names, and where the first one went
    std::set<Identity> made_;               // what operands became, and every symbolic link made
    std::vector<Parent> parents_;
    std::vector<Identity> ancestors_; // source directories being copied
    dev_t root_device_ = 0;
    bool made_directory_ = false; // for the operand in hand: the first one it made is in made_
    std::string backup_;          // of the destination in hand
};

} // namespace coreutils
