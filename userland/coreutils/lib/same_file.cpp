#include "lib/same_file.h"

#include "framework/diagnostics.h"
#include "lib/copy.h"
#include "lib/deep_path.h"
#include "lib/path.h"
#include "lib/resolve.h"

#include <fcntl.h>

namespace coreutils {

bool same_target(const std::string& left, const std::string& right) {
    struct stat first, second;
    return deep::stat(left, &first, 0) == 0 && deep::stat(right, &second, 0) == 0 &&
           same_inode(first, second);
}

bool is_root_directory(const std::string& path) {
    struct stat info, root;
    return deep::stat(path, &info, AT_SYMLINK_NOFOLLOW) == 0 && deep::stat("/", &root, 0) == 0 &&
           same_inode(info, root);
}

bool same_entry(const std::string& left, const std::string& right) {
    if (base_name(left) != base_name(right)) return false;
    return same_target(std::string(directory_name(left)), std::string(directory_name(right)));
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
        if (!same_target(source_path, destination_path)) return Meeting::harmless;
        if (settings.hard_link) return to_link ? Meeting::harmless : Meeting::nothing_to_do;
    }
    return Meeting::refused;
}

void warn_same_file(const std::string& source, const std::string& destination) {
    warn("'%s' and '%s' are the same file", source.c_str(), destination.c_str());
}

bool kinds_fit(const std::string& source, const struct stat& from, const std::string& destination,
               const struct stat& to) {
    if (S_ISDIR(from.st_mode) == S_ISDIR(to.st_mode)) return true;
    if (S_ISDIR(from.st_mode))
        warn("%s: cannot overwrite non-directory with directory '%s'", destination.c_str(), source.c_str());
    else
        warn("%s: cannot overwrite directory with non-directory", destination.c_str());
    return false;
}

} // namespace coreutils
