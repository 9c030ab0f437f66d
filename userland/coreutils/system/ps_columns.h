// The columns that ps can show.
#pragma once

#include "lib/processes.h"

#include <string>
#include <string_view>

namespace coreutils {

enum class Align { left, right };

struct Column {
    const char* names; // as -o knows them, with blanks between them
    const char* header;
    int width;
    Align align;
    std::string (*text)(const Process&);
    double (*key)(const Process&); // nullptr: ordered by its text
};

// nullptr when no column has this name.
const Column* find_column(std::string_view name);

} // namespace coreutils
