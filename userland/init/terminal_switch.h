// Logins on the other virtual terminals: when one of tty2 ... tty6 is looked at (Alt-F2 ...), init starts on
// it what the target starts on tty1: getty@tty1 in the target means getty@tty2 then.
#pragma once
#include <string>

#include "manager.h"
#include "poller.h"

namespace init {

class TerminalSwitch {
public:
    TerminalSwitch(Poller& poller, Manager& manager, const std::string& target);

private:
    void on_switch();

    Manager& manager_;
    std::string prefix_; // of the units, "getty@"; empty: the target has none
    Descriptor active_;  // tells of switches by EPOLLPRI; reading it makes it tell of the next
};

} // namespace init
