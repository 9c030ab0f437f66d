// Where commands were found in PATH; POSIX.1-2017 hash.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sh {

class PathCache {
public:
    struct Entry {
        std::string name;
        std::string path;
        unsigned hits = 0;
    };

    // The remembered or newly searched path, or null with errno ENOENT or EACCES.
    const std::string* find(std::string_view name, std::string_view path_list, unsigned generation);
    // Searches without remembering.
    static bool search(std::string_view name, std::string_view path_list, std::string& found);
    // Entries found by an older value of PATH are forgotten.
    void keep_only(unsigned generation);
    void clear() { entries_.clear(); }
    const std::vector<Entry>& entries() const { return entries_; }

private:
    std::vector<Entry> entries_;  // sorted by name
    unsigned generation_ = 0;
};

}  // namespace sh
