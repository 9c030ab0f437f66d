// The end of the system: services are told to end, then made to, file systems are put away, the machine is
// left.
#pragma once

namespace init {

enum class ShutdownKind { PowerOff, Reboot, Halt };

const char* shutdown_text(ShutdownKind kind);

/// When the services have been stopped: SIGTERM to everything that is left, up to kGraceSeconds for it to
/// end, SIGKILL, sync, unmount in reverse order, reboot(2).
[[noreturn]] void shut_down(ShutdownKind kind);

inline constexpr int kGraceSeconds = 5;

} // namespace init
