// The file that a tool is making beside or in place of another: while it is unfinished, SIGINT, SIGTERM,
// SIGHUP and SIGQUIT remove it before they end the tool. Signals that are ignored stay ignored. One file at a
// time.
#pragma once

#include <signal.h>
#include <string>

namespace coreutils {

class Unfinished {
public:
    // `make` makes the file, whose name it may complete, and says whether there is one. Signals wait until that
    // is noted; errno stays make's.
    template <typename Make> Unfinished(const std::string& name, Make make) {
        SignalsHeld held;
        if (make()) note(name);
    }
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    // The file is whole, or was removed.
    ~Unfinished();

private:
    class SignalsHeld {
    public:
        SignalsHeld();
        ~SignalsHeld();

    private:
        sigset_t before_;
    };
    static void note(const std::string& name);
};

} // namespace coreutils
