// The body of for_each_input(), a template over its callback.
#pragma once

#include "framework/diagnostics.h"
#include "framework/input.h"

#include <span>

namespace coreutils {

int for_each_input(std::span<char*> names, auto each) {
    static char dash[] = "-";
    static char* standard_input[] = {dash};
    if (names.empty()) names = standard_input;
    int status = 0;
    for (char* name : names) {
        Input input;
        if (!input.open(name)) {
            warn_errno(name);
            status = 1;
            continue;
        }
        each(input, name);
        if (input.error()) {
            warn_errno(input_label(name), input.error());
            status = 1;
        }
    }
    return status;
}

} // namespace coreutils
