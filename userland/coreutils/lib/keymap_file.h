// Keymap files (keymaps(5)): lines `keycode N = SYMBOL...`, `MODIFIERS keycode N = SYMBOL`, `keymaps`,
// `include`, `string`, `compose`, `alt_is_meta`. `strings as usual`, `compose as usual` and `charset` ask for
// what is there anyway.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coreutils {

struct KeymapDefinition {
    struct Accent {
        unsigned mark, base, result;
    };
    std::map<std::pair<unsigned, unsigned>, unsigned short> keys; // by (table, key code)
    std::map<unsigned, std::string> strings;                     // by number of the function key
    std::vector<Accent> accents;
};

// Adds what the file says. Errors are "file:line: reason"; the rest of the file counts all the same.
void read_keymap(const std::string& path, KeymapDefinition& keymap, std::vector<std::string>& errors);

// The file of a layout's name: itself if it has a slash, else NAME.kmap or NAME below /usr/share/keymaps.
std::string find_keymap(const std::string& name);

} // namespace coreutils
