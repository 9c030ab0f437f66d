// Keymap files: any text is read or complained of.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include "lib/keymap_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    static const int file = [] {
        char name[] = "/tmp/fuzz-keymap-XXXXXX";
        int made = mkstemp(name);
        unlink(name);
        return made;
    }();
    if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) abort();
    coreutils::KeymapDefinition keymap;
    std::vector<std::string> errors;
    coreutils::read_keymap("/proc/self/fd/" + std::to_string(file), keymap, errors);
    for (const auto& [place, symbol] : keymap.keys)
        if (place.first > 255 || place.second == 0 || place.second > 255) abort();
    return 0;
}
