// Requests to init by its socket (userland/init/control.h has the protocol).
#pragma once
#include <string>

namespace coreutils {

struct InitAnswer {
    bool fine = false;
    std::string text; // what was asked for, or the reason
};

InitAnswer ask_init(const std::string& request);

} // namespace coreutils
