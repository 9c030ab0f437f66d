// Where the members of an archive may go: below the working directory, and through no symbolic link that the
// archive itself made. tar, cpio and unzip keep to it.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace coreutils {

// Whether a component is "..".
bool has_dot_dot(std::string_view name);

// The symbolic links that extracting made.
class MadeLinks {
public:
    void add(const std::string& path) { paths_.insert(path); }
    // Whether a directory above `path` is one of them.
    bool above(const std::string& path) const;

private:
    std::set<std::string> paths_;
};

} // namespace coreutils
