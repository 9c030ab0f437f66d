#include "shutdown.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "system.h"

namespace init {
namespace {

bool others_exist() { return kill(-1, 0) == 0 || errno != ESRCH; }

/// Reaps until nobody else is left (true) or the time is over (false). SIGCHLD is blocked, so no end is
/// missed.
bool wait_for_all(int seconds) {
    uint64_t deadline = monotonic_ms() + static_cast<uint64_t>(seconds) * 1000;
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    while (true) {
        while (waitpid(-1, nullptr, WNOHANG) > 0 && monotonic_ms() < deadline) {
        }
        if (!others_exist()) return true;
        if (monotonic_ms() >= deadline) return false;
        timespec poll = {0, 100'000'000}; // processes that are not our children end without a signal to us
        sigtimedwait(&child, nullptr, &poll);
    }
}

/// Mount points in order of mounting, except the root.
std::vector<std::string> mount_points() {
    std::vector<std::string> points;
    std::string mounts = read_file("/proc/mounts");
    for (size_t begin = 0; begin < mounts.size();) {
        size_t end = mounts.find('\n', begin);
        std::string line = mounts.substr(begin, end - begin);
        size_t first = line.find(' '), second = line.find(' ', first + 1);
        if (second != line.npos && line.substr(first + 1, second - first - 1) != "/")
            points.push_back(line.substr(first + 1, second - first - 1));
        begin = end == mounts.npos ? mounts.size() : end + 1;
    }
    return points;
}

void unmount_all() {
    std::vector<std::string> points = mount_points();
    for (size_t index = points.size(); index-- > 0;)
        if (umount2(points[index].c_str(), MNT_DETACH) != 0) report(points[index] + ": " + strerror(errno));
    mount(nullptr, "/", nullptr, MS_REMOUNT | MS_RDONLY,
          nullptr); // a RAM root may refuse; nothing is lost then
}

} // namespace

const char* shutdown_text(ShutdownKind kind) {
    switch (kind) {
    case ShutdownKind::PowerOff:
        return "powering off";
    case ShutdownKind::Reboot:
        return "rebooting";
    case ShutdownKind::Halt:
        return "halting";
    }
    __builtin_unreachable();
}

void shut_down(ShutdownKind kind) {
    kill(-1, SIGTERM);
    kill(-1, SIGCONT); // a stopped process takes its SIGTERM too
    if (!wait_for_all(kGraceSeconds)) {
        kill(-1, SIGKILL);
        wait_for_all(kGraceSeconds);
    }
    sync();
    unmount_all();
    reboot(kind == ShutdownKind::PowerOff ? RB_POWER_OFF
           : kind == ShutdownKind::Reboot ? RB_AUTOBOOT
                                          : RB_HALT_SYSTEM);
    report(std::string("reboot: ") + strerror(errno));
    while (true) pause();
}

} // namespace init
