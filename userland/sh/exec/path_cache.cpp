#include "exec/path_cache.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

namespace sh {

bool PathCache::search(std::string_view name, std::string_view path_list, std::string& found) {
    int error = ENOENT;
    for (;;) {
        size_t colon = path_list.find(':');
        std::string_view directory = path_list.substr(0, colon);
        std::string candidate(directory);
        if (!candidate.empty() && candidate.back() != '/')
            candidate += '/';
        candidate += name;
        struct stat status;
        if (stat(candidate.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
            if (faccessat(AT_FDCWD, candidate.c_str(), X_OK, AT_EACCESS) == 0) {
                found = std::move(candidate);
                return true;
            }
            error = EACCES;
        }
        if (colon == std::string_view::npos)
            break;
        path_list.remove_prefix(colon + 1);
    }
    errno = error;
    return false;
}

void PathCache::keep_only(unsigned generation) {
    if (generation != generation_)
        entries_.clear();
    generation_ = generation;
}

const std::string* PathCache::find(std::string_view name, std::string_view path_list, unsigned generation) {
    keep_only(generation);
    auto at = std::lower_bound(entries_.begin(), entries_.end(), name,
                               [](const Entry& entry, std::string_view wanted) { return entry.name < wanted; });
    if (at != entries_.end() && at->name == name) {
        if (access(at->path.c_str(), X_OK) == 0) {
            ++at->hits;
            return &at->path;
        }
        at = entries_.erase(at);
    }
    std::string path;
    if (!search(name, path_list, path))
        return nullptr;
    at = entries_.insert(at, {std::string(name), std::move(path), 1});
    return &at->path;
}

}  // namespace sh
