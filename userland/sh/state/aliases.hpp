// The alias table; POSIX.1-2017 2.3.1.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sh {

struct Alias {
    std::string name;
    std::string value;
    bool in_use = false;   // its value is being read: not expanded again
    bool removed = false;  // unalias while in use; the object stays until it is set again
};

class Aliases {
public:
    Alias* find(std::string_view name);
    void set(std::string_view name, std::string_view value);
    bool remove(std::string_view name);
    void remove_all();
    // By name.
    std::vector<const Alias*> sorted() const;
    bool empty() const { return aliases_.empty(); }

private:
    std::vector<std::unique_ptr<Alias>> aliases_;  // sorted by name
};

}  // namespace sh
