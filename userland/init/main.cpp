// init: the first process. Mounts what programs expect, starts the units of the target, reaps every orphan,
// and ends the system in order. The kernel's command line chooses the target: `martlet.target=NAME`, or a
// word `rescue` or `single`. Signals as BusyBox init: SIGTERM or SIGINT (Ctrl-Alt-Del) reboot, SIGUSR2 powers
// off, SIGUSR1 halts. All others do nothing: signals are blocked and read from a descriptor.
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>

#include "control.h"
#include "launch.h"
#include "log_keeper.h"
#include "login_records.h"
#include "manager.h"
#include "poller.h"
#include "shutdown.h"
#include "system.h"
#include "terminal_switch.h"

namespace init {
namespace {

struct MountPoint {
    const char* source;
    const char* target;
    const char* type;
    unsigned long flags;
    const char* options;
};

constexpr MountPoint kMounts[] = {
    {"proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr},
    {"sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr},
    {"devtmpfs", "/dev", "devtmpfs", MS_NOSUID, "mode=0755"},
    {"devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=620,ptmxmode=000"},
    {"tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777"},
    {"tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777"},
    {"tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755"},
};

void mount_all() {
    for (const MountPoint& point : kMounts) {
        mkdir(point.target, 0755);
        // EBUSY: the kernel has mounted it already.
        if (mount(point.source, point.target, point.type, point.flags, point.options) != 0 && errno != EBUSY)
            report(std::string("mount ") + point.target + ": " + strerror(errno));
    }
}

void set_host_name() {
    std::string name = read_file("/etc/hostname");
    while (!name.empty() && name.back() == '\n') name.pop_back();
    if (!name.empty()) sethostname(name.data(), name.size());
}

void set_environment() {
    setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin", 1);
    setenv("HOME", "/root", 1);
    setenv("USER", "root", 1);
    setenv("LOGNAME", "root", 1);
    setenv("SHELL", "/bin/sh", 1);
    setenv("TERM", "linux", 0);
}

std::string target_to_boot() {
    std::string target = boot_option("martlet.target");
    if (!target.empty()) return target;
    return boot_option("rescue").empty() && boot_option("single").empty() ? "default" : "rescue";
}

/// Runs the command before anything else and waits for its end.
void run_first(const char* name, std::vector<std::string> command) {
    Unit unit;
    unit.name = name;
    unit.terminal = "console";
    unit.command = std::move(command);
    pid_t pid = launch(unit, -1, STDERR_FILENO);
    for (pid_t ended = 0; pid > 0 && ended != pid;) ended = waitpid(-1, nullptr, 0);
}

class System {
public:
    explicit System(const std::string& target)
        : log_(poller_), manager_(poller_, log_),
          control_(poller_, manager_, target, [this](ShutdownKind kind) { end(kind); }) {
        sigset_t all;
        sigfillset(&all);
        signals_.reset(signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK));
        poller_.watch(signals_.get(), [this] { read_signals(); });
        log_.open_syslog();
        control_.open_socket();
        manager_.start_target(target);
        terminals_.emplace(poller_, manager_, target);
    }

    /// For ever: does what can be done, then waits for the next event or time.
    [[noreturn]] void run() {
        while (true) {
            manager_.step();
            control_.tick();
            if (end_ && manager_.all_stopped()) {
                record_shutdown();
                log_.close();
                shut_down(*end_);
            }
            uint64_t next_ms = std::min({manager_.deadline_ms(), log_.deadline_ms(), control_.deadline_ms()});
            poller_.wait(more_ended_ ? 0 : next_ms);
            if (more_ended_) more_ended_ = manager_.reap();
            manager_.tick();
            log_.tick();
        }
    }

private:
    void read_signals() {
        signalfd_siginfo signal;
        while (read(signals_.get(), &signal, sizeof signal) == sizeof signal) {
            switch (signal.ssi_signo) {
            case SIGCHLD:
                more_ended_ = true;
                break;
            case SIGINT:
            case SIGTERM:
                end(ShutdownKind::Reboot);
                break;
            case SIGUSR1:
                end(ShutdownKind::Halt);
                break;
            case SIGUSR2:
                end(ShutdownKind::PowerOff);
                break;
            }
        }
    }

    /// The first who asks decides.
    void end(ShutdownKind kind) {
        if (end_) return;
        end_ = kind;
        report(shutdown_text(kind));
        manager_.stop_all();
    }

    Poller poller_;
    LogKeeper log_;
    Manager manager_;
    Control control_;
    std::optional<TerminalSwitch> terminals_;
    Descriptor signals_;
    bool more_ended_ = false; // children may wait to be reaped
    std::optional<ShutdownKind> end_;
};

} // namespace
} // namespace init

int main() {
    if (getpid() != 1) {
        const char message[] = "init: must be process 1\n";
        return write(STDERR_FILENO, message, sizeof message - 1) < 0 ? 2 : 1;
    }
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, nullptr);
    reboot(RB_DISABLE_CAD); // Ctrl-Alt-Del becomes SIGINT
    init::set_environment();
    init::mount_all();
    init::set_host_name();
    init::raise_own_descriptor_limit();
    init::record_boot();
    if (std::string layout = init::boot_option("martlet.keymap"); !layout.empty())
        init::run_first("keymap", {"/bin/loadkeys", "-q", "-C", "/dev/tty0", "--", layout});
    if (!init::boot_option("martlet.selftest").empty()) init::run_first("self-test", {"/usr/bin/self-test"});
    init::System(init::target_to_boot()).run();
}
