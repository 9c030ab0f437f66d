#include "archive/safe_path.h"

#include <algorithm>

namespace coreutils {

bool has_dot_dot(std::string_view name) {
    for (size_t at = 0; at < name.size();) {
        size_t end = std::min(name.find('/', at), name.size());
        if (name.substr(at, end - at) == "..") return true;
        at = end + 1;
    }
    return false;
}

bool MadeLinks::above(const std::string& path) const {
    if (paths_.empty()) return false;
    for (size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
        if (paths_.contains(path.substr(0, slash))) return true;
    return false;
}

} // namespace coreutils
