// The file that a tool is making beside or in place of another: while it is unfinished, SIGINT, SIGTERM,
// SIGHUP and SIGQUIT remove it before they end the tool. Signals that are ignored stay ignored. One file at a
// time.
#pragma once

#include <string>

namespace coreutils {

class Unfinished {
public:
    // To be made at once after the file of that name.
    explicit Unfinished(const std::string& name);
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    // The file is whole, or was removed.
    ~Unfinished();
};

} // namespace coreutils
