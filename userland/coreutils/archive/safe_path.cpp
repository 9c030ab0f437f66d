#include "archive/safe_path.h"

#include <algorithm>
#include <sys/stat.h>

namespace coreutils {

bool has_dot_dot(std::string_view name) {
    for (size_t at = 0; at < name.size();) {
        size_t end = std::min(name.find('/', at), name.size());
        if (name.substr(at, end - at) == "..") return true;
        at = end + 1;
    }
    return false;
}

void make_parents(const std::string& path) {
    for (size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
        mkdir(path.substr(0, slash).c_str(), 0777);
}

bool MadeLinks::above(const std::string& path) const {
    if (paths_.empty()) return false;
    for (size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
        if (paths_.contains(path.substr(0, slash))) return true;
    return false;
}

} // namespace coreutils
