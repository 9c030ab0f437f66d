// The end of the system: services are told to end, then made to, file systems are put away, the machine is left.
#pragma once

namespace init {

enum class ShutdownKind { PowerOff, Reboot, Halt };

/// SIGTERM to everything, up to kGraceSeconds for it to end, SIGKILL, sync, unmount in reverse order, reboot(2).
[[noreturn]] void shut_down(ShutdownKind kind);

inline constexpr int kGraceSeconds = 5;

} // namespace init
