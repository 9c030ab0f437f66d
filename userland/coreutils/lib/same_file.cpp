#include "lib/same_file.h"

#include "lib/copy.h"
#include "lib/deep_path.h"
#include "lib/path.h"
#include "lib/resolve.h"

#include <fcntl.h>

namespace coreutils {
namespace {

bool targets_meet(const std::string& source_path, const std::string& destination_path) {
    struct stat source, destination;
    return deep::stat(source_path, &source, 0) == 0 && deep::stat(destination_path, &destination, 0) == 0 &&
           same_inode(source, destination);
}

} // namespace

bool same_entry(const std::string& left, const std::string& right) {
    if (base_name(left) != base_name(right)) return false;
    struct stat directories[2];
    return deep::stat(std::string(directory_name(left)), &directories[0], 0) == 0 &&
           deep::stat(std::string(directory_name(right)), &directories[1], 0) == 0 &&
           same_inode(directories[0], directories[1]);
}

Meeting meeting_of(const std::string& source_path, const struct stat& source,
                   const std::string& destination_path, const struct stat& destination,
                   const CopySettings& settings) {
    bool never_follows = settings.follow == Follow::never;
    bool backs_up = settings.backups.wanted();
    bool same = same_inode(source, destination);
    auto harmless_if = [](bool harmless) { return harmless ? Meeting::harmless : Meeting::refused; };
    if (same && settings.hard_link) return Meeting::nothing_to_do;
    if (!same && !never_follows) return Meeting::harmless;

    struct stat from = source, to = destination; // the entries themselves
    if (!never_follows && (deep::stat(source_path, &from, AT_SYMLINK_NOFOLLOW) != 0 ||
                           deep::stat(destination_path, &to, AT_SYMLINK_NOFOLLOW) != 0))
        return Meeting::harmless;
    bool same_node = same_inode(from, to);
    bool from_link = S_ISLNK(from.st_mode), to_link = S_ISLNK(to.st_mode);
    if (from_link && to_link) {
        if (never_follows) {
            if (same_entry(source_path, destination_path)) return Meeting::refused;
            if (backs_up || !same_node) return Meeting::harmless;
            return settings.moving ? Meeting::refused : Meeting::nothing_to_do;
        }
        if (settings.remove_destination) return Meeting::harmless;
    }
    if (backs_up) {
        if (same_node) return harmless_if(!same_entry(source_path, destination_path));
        // With the destination moved aside, the source would be a link to nothing.
        return harmless_if(settings.moving || never_follows || !from_link || to_link);
    }
    if (settings.moving || settings.remove_destination) {
        if (to_link) return Meeting::harmless;
        if (same_node && to.st_nlink > 1 && !same_entry(source_path, destination_path))
            return harmless_if(!settings.moving);
    }
    if (!from_link && !to_link) {
        if (!same_node) return Meeting::harmless;
        if (settings.hard_link) return Meeting::nothing_to_do;
    }
    // A symbolic link may replace one of several names of its target, but not the one it points to.
    if (settings.moving && from_link && to.st_nlink > 1)
        if (auto target = resolve_path(source_path, Missing::none))
            return harmless_if(!same_entry(*target, destination_path));
    if (settings.symbolic_link && to_link) return Meeting::harmless;
    if (never_follows) {
        if (!targets_meet(source_path, destination_path)) return Meeting::harmless;
        if (settings.hard_link) return to_link ? Meeting::harmless : Meeting::nothing_to_do;
    }
    return Meeting::refused;
}

} // namespace coreutils
