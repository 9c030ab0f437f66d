// init: the first process. Mounts what programs expect, runs what /etc/inittab says, reaps every orphan, and ends the
// system in order. Signals as BusyBox init: SIGTERM or SIGINT (Ctrl-Alt-Del) reboot, SIGUSR2 powers off, SIGUSR1 halts,
// SIGHUP reads the table again.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "inittab.h"
#include "service.h"
#include "shutdown.h"

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

/// Whether the kernel's command line holds `word` (the boot menu's self-test entry gives one).
bool command_line_has(std::string_view word) {
    std::string line = " " + read_file("/proc/cmdline");
    if (line.back() == '\n') line.pop_back();
    line += ' ';
    return line.find(" " + std::string(word) + " ") != line.npos;
}

/// The value of `name=value` on the kernel's command line; empty if it is not there.
std::string command_line_value(const std::string& name) {
    std::string line = " " + read_file("/proc/cmdline");
    size_t place = line.rfind(" " + name + "=");
    if (place == line.npos) return {};
    place += name.size() + 2;
    return line.substr(place, line.find_first_of(" \n", place) - place);
}

/// martlet.keymap=de. A name that is no plain word is left alone, for it becomes part of a command.
void load_keymap() {
    std::string name = command_line_value("martlet.keymap");
    if (name.empty() || name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") != name.npos) return;
    run_and_wait({"", Action::Wait, "/bin/loadkeys -q -C /dev/tty0 " + name});
}

std::vector<Entry> load_inittab() {
    std::vector<std::string> errors;
    std::vector<Entry> entries = parse_inittab(read_file("/etc/inittab"), errors);
    for (const std::string& error : errors) report("/etc/inittab: " + error);
    if (entries.empty()) {
        report("/etc/inittab has no entries: a shell runs on the console");
        entries.push_back({"console", Action::Respawn, "-/bin/sh"});
    }
    return entries;
}

class Init {
public:
    explicit Init(std::vector<Entry> entries) {
        for (Entry& entry : entries) {
            if (entry.action == Action::Respawn) services_.push_back({std::move(entry)});
            else others_.push_back(std::move(entry));
        }
    }

    void start_everything() {
        run(Action::Sysinit);
        run(Action::Wait);
        for (const Entry& entry : others_)
            if (entry.action == Action::Once) start(entry);
    }

    /// Starts what is due and waits for the next event, for ever.
    [[noreturn]] void loop() {
        sigset_t all;
        sigfillset(&all);
        while (true) {
            reap();
            time_t next = start_due_services();
            timespec timeout = {next == 0 ? 0 : next - monotonic_seconds(), 0};
            int signal_number = next == 0 ? sigwaitinfo(&all, nullptr) : sigtimedwait(&all, nullptr, &timeout);
            if (signal_number > 0) handle(signal_number);
        }
    }

private:
    void run(Action action) {
        for (const Entry& entry : others_)
            if (entry.action == action) run_and_wait(entry);
    }

    void reap() {
        pid_t pid;
        while ((pid = waitpid(-1, nullptr, WNOHANG)) > 0)
            for (Service& service : services_)
                if (service.pid == pid) note_exit(service);
    }

    /// Answers when the next postponed service is due (monotonic seconds), or 0.
    time_t start_due_services() {
        time_t now = monotonic_seconds(), next = 0;
        for (Service& service : services_) {
            if (service.pid > 0) continue;
            if (service.not_before > now) {
                if (next == 0 || service.not_before < next) next = service.not_before;
                continue;
            }
            clock_gettime(CLOCK_MONOTONIC, &service.started);
            service.pid = start(service.entry);
            if (service.pid < 0) next = service.not_before = now + 1;
        }
        return next;
    }

    void handle(int signal_number) {
        switch (signal_number) {
        case SIGINT: run(Action::CtrlAltDel); end(ShutdownKind::Reboot);
        case SIGTERM: end(ShutdownKind::Reboot);
        case SIGUSR1: end(ShutdownKind::Halt);
        case SIGUSR2: end(ShutdownKind::PowerOff);
        case SIGHUP: reload(); break;
        }
    }

    [[noreturn]] void end(ShutdownKind kind) {
        run(Action::Shutdown);
        shut_down(kind);
    }

    /// Entries that stay keep their process; those that are gone are told to end.
    void reload() {
        std::vector<Service> old = std::move(services_);
        services_.clear();
        others_.clear();
        for (Entry& entry : load_inittab()) {
            if (entry.action != Action::Respawn) {
                others_.push_back(std::move(entry));
                continue;
            }
            Service service{std::move(entry)};
            for (Service& candidate : old) {
                if (candidate.entry.terminal != service.entry.terminal || candidate.entry.command != service.entry.command) continue;
                service.pid = candidate.pid;
                candidate.pid = -1;
                break;
            }
            services_.push_back(std::move(service));
        }
        for (Service& gone : old)
            if (gone.pid > 0) kill(gone.pid, SIGHUP);
    }

    std::vector<Service> services_; // Respawn
    std::vector<Entry> others_;
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
    sigprocmask(SIG_SETMASK, &all, nullptr); // signals are read by sigwaitinfo only
    reboot(RB_DISABLE_CAD);                  // Ctrl-Alt-Del becomes SIGINT
    setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin", 1);
    setenv("HOME", "/root", 1);
    setenv("USER", "root", 1);
    setenv("LOGNAME", "root", 1);
    setenv("SHELL", "/bin/sh", 1);
    setenv("TERM", "linux", 0);
    init::mount_all();
    init::set_host_name();
    init::load_keymap();
    if (init::command_line_has("martlet.selftest"))
        init::run_and_wait({"", init::Action::Wait, "/usr/bin/self-test"});
    init::Init system(init::load_inittab());
    system.start_everything();
    system.loop();
}
