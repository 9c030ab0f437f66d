// /etc/inittab: which programs run on which terminals, and when (the format that BusyBox init reads).
//
// A line is `terminal:runlevels:action:command`; an empty terminal means the console, run levels are ignored, and
// a command that starts with `-` runs as a login shell. `#` starts a comment line.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace init {

enum class Action {
    Sysinit,    // run at start, in order, each waited for
    Wait,       // then these, each waited for
    Once,       // then these, not waited for
    Respawn,    // then these, started again whenever they end
    CtrlAltDel, // run on Ctrl-Alt-Del instead of rebooting at once
    Shutdown,   // run before processes are told to end
};

struct Entry {
    std::string terminal;
    Action action;
    std::string command;
};

/// Entries of `text` in order. Each malformed line adds "line N: reason" to `errors` and is left out.
std::vector<Entry> parse_inittab(std::string_view text, std::vector<std::string>& errors);

} // namespace init
