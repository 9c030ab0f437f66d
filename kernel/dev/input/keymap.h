// Keymap: what the character keys give. One table per national layout; new ones are one more file of data.
#pragma once
#include "dev/input/key_codes.h"

namespace martlet {

struct KeymapEntry {
    u16 plain, shifted, alternate, shifted_alternate; // Unicode; 0: nothing. The last two are with AltGr.
};

struct Keymap {
    const char* name;
    /// Indexed by key code, as far as character keys go.
    static constexpr usize kEntries = 90;
    KeymapEntry entries[kEntries];
    /// Whether AltGr chooses characters; otherwise it is a second Alt.
    bool has_alternate;
};

extern const Keymap kKeymapUs;

} // namespace martlet
