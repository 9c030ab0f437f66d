// Pseudo-terminals: pty(7), ptmx(4), ioctl_tty(2).
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <pty.h>
#include <signal.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <string>

#include "selftest.h"

namespace {

struct Pair {
    int master = -1, slave = -1;
    Pair() { CHECK_EQUAL(openpty(&master, &slave, nullptr, nullptr, nullptr), 0); }
};

std::string read_all(int fd, size_t size = 4096) {
    std::string text(size, '\0');
    ssize_t count = read(fd, text.data(), size);
    CHECK(count >= 0);
    text.resize(static_cast<size_t>(count));
    return text;
}

/// Up to the end of a line, which the line discipline may hand out in pieces.
std::string read_line(int fd) {
    std::string text;
    while (!text.ends_with('\n')) text += read_all(fd, 1);
    return text;
}

void put(int fd, std::string_view text) { CHECK_EQUAL(write(fd, text.data(), text.size()), text.size()); }

void set_raw(int fd) {
    termios settings;
    CHECK_EQUAL(tcgetattr(fd, &settings), 0);
    cfmakeraw(&settings);
    CHECK_EQUAL(tcsetattr(fd, TCSANOW, &settings), 0);
}

short events_of(int fd, short wanted = POLLIN | POLLOUT | POLLPRI) {
    pollfd entry{fd, wanted, 0};
    CHECK(poll(&entry, 1, 0) >= 0);
    return entry.revents;
}

/// Waits for readiness, since Linux hands bytes over in a work queue.
void wait_readable(int fd) {
    pollfd entry{fd, POLLIN, 0};
    CHECK_EQUAL(poll(&entry, 1, 5000), 1);
}

} // namespace

CASE(pty, a_locked_slave_cannot_be_opened) {
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK(master >= 0);
    char name[32];
    CHECK_EQUAL(ptsname_r(master, name, sizeof name), 0);
    int locked = 0;
    CHECK_EQUAL(ioctl(master, TIOCGPTLCK, &locked), 0);
    CHECK_EQUAL(locked, 1);
    CHECK_ERROR(open(name, O_RDWR | O_NOCTTY), EIO);
    CHECK_EQUAL(unlockpt(master), 0);
    int slave = open(name, O_RDWR | O_NOCTTY);
    CHECK(slave >= 0);
    struct stat status;
    CHECK_EQUAL(fstat(slave, &status), 0);
    CHECK(S_ISCHR(status.st_mode));
    CHECK_EQUAL(major(status.st_rdev), 136);
    CHECK_EQUAL(status.st_uid, geteuid());
    CHECK_EQUAL(std::string(ttyname(slave)) == name, 1);
    CHECK_EQUAL(isatty(master), 1);
    close(master);
    CHECK_ERROR(open(name, O_RDWR | O_NOCTTY), ENOENT);
}

CASE(pty, lines_go_down_and_processed_output_comes_up) {
    Pair pair;
    put(pair.master, "hello\r");
    CHECK(read_all(pair.slave) == "hello\n");
    CHECK(read_all(pair.master) == "hello\r\n"); // the echo
    put(pair.slave, "a\nb");
    wait_readable(pair.master);
    CHECK(read_all(pair.master) == "a\r\nb");
    put(pair.master, "ab\x7f" "c\n\x04");
    CHECK(read_all(pair.slave) == "ac\n");
    CHECK(read_all(pair.slave).empty()); // the end-of-file character
}

CASE(pty, settings_and_window_size_are_shared) {
    Pair pair;
    set_raw(pair.slave);
    termios seen;
    CHECK_EQUAL(tcgetattr(pair.master, &seen), 0);
    CHECK_EQUAL(seen.c_lflag & (ICANON | ECHO), 0);
    winsize size{40, 132, 0, 0}, got{};
    CHECK_EQUAL(ioctl(pair.master, TIOCSWINSZ, &size), 0);
    CHECK_EQUAL(ioctl(pair.slave, TIOCGWINSZ, &got), 0);
    CHECK_EQUAL(got.ws_row, 40);
    CHECK_EQUAL(got.ws_col, 132);
    put(pair.master, "\x03raw");
    CHECK(read_all(pair.slave) == "\x03raw");
}

CASE(pty, locked_settings_stay) {
    Pair pair;
    termios locked, settings, after;
    CHECK_EQUAL(ioctl(pair.slave, TIOCGLCKTRMIOS, &locked), 0);
    CHECK_EQUAL(locked.c_lflag, 0);
    memset(&locked, 0, sizeof locked);
    locked.c_lflag = ECHO;
    locked.c_cc[VINTR] = 1;
    if (ioctl(pair.slave, TIOCSLCKTRMIOS, &locked) != 0) {
        CHECK_EQUAL(errno, EPERM); // wants CAP_SYS_ADMIN
        return;
    }
    CHECK_EQUAL(tcgetattr(pair.slave, &settings), 0);
    CHECK(settings.c_lflag & ECHO);
    settings.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON);
    settings.c_cc[VINTR] = 7;
    settings.c_cc[VQUIT] = 8;
    CHECK_EQUAL(tcsetattr(pair.slave, TCSANOW, &settings), 0);
    CHECK_EQUAL(tcgetattr(pair.slave, &after), 0);
    CHECK_EQUAL(after.c_lflag & (ECHO | ICANON), ECHO);
    CHECK(after.c_cc[VINTR] == 3 && after.c_cc[VQUIT] == 8);
    CHECK_EQUAL(ioctl(pair.slave, TIOCGLCKTRMIOS, &after), 0);
    CHECK_EQUAL(after.c_lflag, ECHO);
}

CASE(pty, the_last_close_of_the_slave_hangs_up_the_master) {
    Pair pair;
    set_raw(pair.slave);
    CHECK_EQUAL(events_of(pair.master), POLLOUT);
    put(pair.slave, "last words");
    close(pair.slave);
    wait_readable(pair.master);
    CHECK_EQUAL(events_of(pair.master) & (POLLIN | POLLHUP), POLLIN | POLLHUP);
    CHECK(read_all(pair.master) == "last words");
    char byte;
    CHECK_ERROR(read(pair.master, &byte, 1), EIO);
    CHECK_EQUAL(events_of(pair.master) & (POLLIN | POLLHUP), POLLHUP);
    // A new open of the slave mends it.
    char name[32];
    CHECK_EQUAL(ptsname_r(pair.master, name, sizeof name), 0);
    int again = open(name, O_RDWR | O_NOCTTY);
    CHECK(again >= 0);
    CHECK_EQUAL(events_of(pair.master) & POLLHUP, 0);
    CHECK_EQUAL(fcntl(pair.master, F_SETFL, O_NONBLOCK), 0);
    CHECK_ERROR(read(pair.master, &byte, 1), EAGAIN);
}

CASE(pty, the_close_of_the_master_hangs_up_the_slave) {
    Pair pair;
    close(pair.master);
    char byte;
    CHECK_EQUAL(read(pair.slave, &byte, 1), 0);
    CHECK_ERROR(write(pair.slave, "x", 1), EIO);
    termios settings;
    CHECK_ERROR(tcgetattr(pair.slave, &settings), EIO);
    CHECK_EQUAL(events_of(pair.slave) & (POLLIN | POLLOUT | POLLERR | POLLHUP), POLLIN | POLLOUT | POLLERR | POLLHUP);
}

CASE(pty, a_session_on_a_slave_gets_sighup_when_the_master_goes) {
    int master;
    pid_t child = forkpty(&master, nullptr, nullptr, nullptr);
    CHECK(child >= 0);
    if (child == 0) {
        if (isatty(0) && tcgetpgrp(0) == getpid() && tcgetsid(0) == getpid()) puts("ready");
        fflush(stdout);
        for (;;) pause();
    }
    CHECK(read_line(master).starts_with("ready"));
    pid_t group = 0;
    CHECK_EQUAL(ioctl(master, TIOCGPGRP, &group), 0);
    CHECK_EQUAL(group, child);
    pid_t session = 0;
    CHECK_EQUAL(ioctl(master, TIOCGSID, &session), 0);
    CHECK_EQUAL(session, child);
    close(master);
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status));
    CHECK_EQUAL(WTERMSIG(status), SIGHUP);
}

CASE(pty, typed_characters_and_window_changes_are_signals) {
    int master;
    pid_t child = forkpty(&master, nullptr, nullptr, nullptr);
    CHECK(child >= 0);
    if (child == 0) {
        static volatile sig_atomic_t changes = 0;
        signal(SIGWINCH, [](int) { changes = changes + 1; });
        puts("ready");
        fflush(stdout);
        while (changes == 0) usleep(1000);
        puts("changed");
        fflush(stdout);
        for (;;) pause();
    }
    CHECK(read_all(master).starts_with("ready"));
    winsize size{10, 20, 0, 0};
    CHECK_EQUAL(ioctl(master, TIOCSWINSZ, &size), 0);
    CHECK(read_line(master).starts_with("changed"));
    put(master, "\x03");
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status));
    CHECK_EQUAL(WTERMSIG(status), SIGINT);
}

CASE(pty, the_last_words_of_a_session_are_not_lost) {
    int master;
    pid_t child = forkpty(&master, nullptr, nullptr, nullptr);
    CHECK(child >= 0);
    if (child == 0) {
        (void)!write(1, "last words", 10);
        _exit(0);
    }
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK(read_all(master) == "last words");
    char byte;
    CHECK_ERROR(read(master, &byte, 1), EIO);
}

CASE(pty, packet_mode_tells_of_flushes_and_flow) {
    Pair pair;
    int on = 1;
    CHECK_EQUAL(ioctl(pair.master, TIOCPKT, &on), 0);
    int mode = 0;
    CHECK_EQUAL(ioctl(pair.master, TIOCGPKT, &mode), 0);
    CHECK_EQUAL(mode, 1);
    put(pair.slave, "x");
    wait_readable(pair.master);
    CHECK(read_all(pair.master) == std::string("\0x", 2));
    CHECK_EQUAL(tcflush(pair.slave, TCIFLUSH), 0);
    CHECK_EQUAL(events_of(pair.master) & (POLLPRI | POLLIN), POLLPRI | POLLIN);
    CHECK(read_all(pair.master) == std::string(1, TIOCPKT_FLUSHREAD));
    CHECK_EQUAL(tcflow(pair.slave, TCOOFF), 0);
    CHECK(read_all(pair.master) == std::string(1, TIOCPKT_STOP));
    CHECK_EQUAL(tcflow(pair.slave, TCOON), 0);
    CHECK(read_all(pair.master) == std::string(1, TIOCPKT_START));
    set_raw(pair.slave);
    CHECK(read_all(pair.master) == std::string(1, TIOCPKT_NOSTOP));
    CHECK_EQUAL(events_of(pair.master) & (POLLPRI | POLLIN), 0);
}

CASE(pty, a_peer_is_opened_without_its_name) {
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    CHECK_EQUAL(unlockpt(master), 0);
    int peer = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    CHECK(peer >= 0);
    CHECK_EQUAL(fcntl(peer, F_GETFD), FD_CLOEXEC);
    put(peer, "y");
    wait_readable(master);
    CHECK(read_all(master) == "y");
}

CASE(pty, a_bound_multiplexer_finds_its_instance) {
    if (getuid() != 0 || unshare(CLONE_NEWNS) != 0) return;
    CHECK_EQUAL(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    if (mount("/dev/pts/ptmx", "/dev/ptmx", nullptr, MS_BIND, nullptr) != 0) return;
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY);
    CHECK(master >= 0);
    CHECK_EQUAL(unlockpt(master), 0);
    CHECK(ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY) >= 0);
    // Bound where no "pts" is beside it, it makes pairs whose other end nobody can name.
    int file = open("/tmp/bound_ptmx", O_CREAT | O_RDWR, 0600);
    CHECK(file >= 0);
    CHECK_EQUAL(mount("/dev/pts/ptmx", "/tmp/bound_ptmx", nullptr, MS_BIND, nullptr), 0);
    int lost = open("/tmp/bound_ptmx", O_RDWR | O_NOCTTY);
    CHECK(lost >= 0);
    CHECK_EQUAL(unlockpt(lost), 0);
    CHECK(ioctl(lost, TIOCGPTPEER, O_RDWR | O_NOCTTY) == -1);
    close(lost);
    CHECK_EQUAL(umount("/tmp/bound_ptmx"), 0);
    CHECK_EQUAL(unlink("/tmp/bound_ptmx"), 0);
}

CASE(pty, a_full_line_holds_up_the_writer_or_is_cut) {
    Pair pair;
    CHECK_EQUAL(fcntl(pair.master, F_SETFL, O_NONBLOCK), 0);
    set_raw(pair.slave);
    std::string block(1000, 'r');
    size_t sent = 0;
    for (ssize_t count; (count = write(pair.master, block.data(), block.size())) > 0;) {
        sent += static_cast<size_t>(count);
        CHECK(sent < 10'000'000);
    }
    CHECK_EQUAL(errno, EAGAIN);
    CHECK(sent >= 4095);
    size_t got = 0;
    while (got < sent) {
        wait_readable(pair.slave);
        got += read_all(pair.slave).size();
    }
    CHECK_EQUAL(got, sent);
    // Canonical: a line keeps 4095 bytes, what follows is lost, its end is not.
    Pair other;
    termios settings;
    CHECK_EQUAL(tcgetattr(other.slave, &settings), 0);
    settings.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    CHECK_EQUAL(tcsetattr(other.slave, TCSANOW, &settings), 0);
    std::string line(5000, 'c');
    put(other.master, line);
    put(other.master, "\n");
    wait_readable(other.slave);
    std::string seen = read_all(other.slave, 8192);
    CHECK_EQUAL(seen.size(), 4096);
    CHECK_EQUAL(seen.back(), '\n');
}

CASE(pty, times_of_use_in_steps_of_eight_seconds) {
    Pair pair;
    set_raw(pair.slave);
    timespec long_ago[2] = {{1000, 5}, {1000, 5}};
    CHECK_EQUAL(futimens(pair.slave, long_ago), 0);
    struct stat info;
    put(pair.slave, "x");
    CHECK_EQUAL(fstat(pair.slave, &info), 0);
    CHECK(info.st_mtim.tv_sec > time(nullptr) - 60 && info.st_mtim.tv_nsec == 0);
    CHECK_EQUAL(info.st_atim.tv_sec, 1000);
    put(pair.master, "y");
    wait_readable(pair.slave);
    CHECK(read_all(pair.slave) == "y");
    CHECK_EQUAL(fstat(pair.slave, &info), 0);
    CHECK(info.st_atim.tv_sec > time(nullptr) - 60 && info.st_atim.tv_nsec == 0);
    // Within the same eight seconds nothing moves.
    time_t begin;
    do {
        begin = time(nullptr) / 8 * 8;
        timespec same[2] = {{begin, 5}, {begin, 5}};
        CHECK_EQUAL(futimens(pair.slave, same), 0);
        put(pair.slave, "x");
        CHECK_EQUAL(fstat(pair.slave, &info), 0);
    } while (time(nullptr) / 8 * 8 != begin);
    CHECK(info.st_mtim.tv_sec == begin && info.st_mtim.tv_nsec == 5);
}

CASE(pty, controlling_terminal_rules) {
    Pair pair;
    static int slave;
    slave = pair.slave;
    int status = selftest::in_child([] {
        CHECK_ERROR(ioctl(slave, TIOCSCTTY, 0) == 0 && getsid(0) != getpid() ? 0 : -1, EPERM); // not a leader
        CHECK(setsid() > 0);
        CHECK_ERROR(tcgetpgrp(slave), ENOTTY);
        CHECK_EQUAL(ioctl(slave, TIOCSCTTY, 0), 0);
        CHECK_EQUAL(tcgetpgrp(slave), getpid());
        int tty = open("/dev/tty", O_RDWR);
        CHECK(tty >= 0);
        close(tty);
        signal(SIGHUP, SIG_IGN);
        CHECK_EQUAL(ioctl(slave, TIOCNOTTY), 0);
        CHECK_ERROR(open("/dev/tty", O_RDWR), ENXIO);
        // Opening with O_NOCTTY does not take it, without it does.
        char name[32];
        snprintf(name, sizeof name, "%s", ttyname(slave));
        int fd = open(name, O_RDWR | O_NOCTTY);
        CHECK(fd >= 0);
        CHECK_ERROR(open("/dev/tty", O_RDWR), ENXIO);
        int taken = open(name, O_RDWR);
        CHECK(taken >= 0);
        CHECK_EQUAL(tcgetsid(taken), getpid());
    });
    CHECK_EQUAL(status, 0);
}
