// Ctrl-Alt-Del (reboot(2), LINUX_REBOOT_CMD_CAD_ON and _OFF): process 1 gets SIGINT, or the machine restarts at once.
#pragma once

namespace martlet {

enum class CtrlAltDelMode { SignalInit, Reboot };

/// At start it is Reboot, as on Linux; init switches to SignalInit.
void set_ctrl_alt_del_mode(CtrlAltDelMode mode);
/// The keys were pressed. Process context.
void ctrl_alt_del();

} // namespace martlet
