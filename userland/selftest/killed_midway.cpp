// Processes that are killed at any point of what they do with pipes, FIFOs and files: their partners notice
// and end too, nothing hangs, and what the dead held is free again. The debug kernel's account at power-off
// tells of leaks.
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file_helpers.h"
#include "random.h"

using namespace selftest;

namespace {

constexpr int kRounds = 120;
constexpr size_t kFileSize = 96 * 1024;

/// Feeds one end of a pipe in every way there is, until killed or nobody reads.
void feed(int fd, int file, unsigned seed) {
    Random random(seed);
    static char bytes[20000];
    for (;;) {
        ssize_t done = 0;
        size_t size = 1 + random.next(sizeof bytes);
        off_t offset = static_cast<off_t>(random.next(kFileSize / 2));
        switch (random.next(5)) {
        case 0: done = write(fd, bytes, size); break;
        case 1: done = sendfile(fd, file, &offset, size); break;
        case 2: done = splice(file, &offset, fd, nullptr, size, 0); break;
        case 3: {
            iovec parts[2] = {{bytes, size / 2}, {bytes, size - size / 2}};
            done = writev(fd, parts, 2);
            break;
        }
        case 4: {
            iovec part = {bytes, size};
            done = syscall(SYS_vmsplice, fd, &part, 1, 0);
            break;
        }
        }
        if (done < 0) _exit(errno == EPIPE ? 0 : errno);
    }
}

/// Takes from the other end until killed or nobody feeds.
void drain(int fd, int file, unsigned seed) {
    Random random(seed);
    static char bytes[20000];
    for (;;) {
        ssize_t done = 0;
        size_t size = 1 + random.next(sizeof bytes);
        off_t offset = static_cast<off_t>(random.next(kFileSize / 2));
        switch (random.next(3)) {
        case 0: done = read(fd, bytes, size); break;
        case 1: done = splice(fd, nullptr, file, &offset, size, 0); break;
        case 2: {
            pollfd waits = {fd, POLLIN, 0};
            done = poll(&waits, 1, -1);
            if (done > 0 && (waits.revents & POLLIN) == 0) done = 0;
            break;
        }
        }
        if (done < 0) _exit(errno);
        if (done == 0) _exit(0);
    }
}

/// Uses a file through calls and mappings.
void change_file(int file, unsigned seed) {
    Random random(seed);
    static char bytes[20000];
    for (;;) {
        off_t offset = static_cast<off_t>(random.next(kFileSize));
        size_t size = 1 + random.next(sizeof bytes);
        switch (random.next(7)) {
        case 0: (void)!pwrite(file, bytes, size, offset); break;
        case 1: (void)!pread(file, bytes, size, offset); break;
        case 2: (void)!ftruncate(file, offset); break;
        case 3: fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, static_cast<off_t>(size)); break;
        case 4: {
            off_t from = 0;
            (void)!copy_file_range(file, &from, file, &offset, size / 4, 0);
            break;
        }
        case 5: {
            if (ftruncate(file, kFileSize) != 0) break;
            void* memory = mmap(nullptr, kFileSize, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
            if (memory == MAP_FAILED) break;
            (void)!read(file, static_cast<char*>(memory) + offset / 2, size); // faults inside the kernel; may be EFAULT
            msync(memory, kFileSize, MS_SYNC);
            munmap(memory, kFileSize);
            break;
        }
        case 6: {
            std::string name = "n" + std::to_string(random.next(3));
            int other = open(name.c_str(), O_CREAT | O_RDWR, 0644);
            if (other >= 0) close(other);
            rename(name.c_str(), ("n" + std::to_string(random.next(3))).c_str());
            unlink(name.c_str());
            break;
        }
        }
    }
}

template <typename Body> pid_t start(Body body) {
    pid_t child = fork();
    CHECK(child >= 0);
    if (child != 0) return child;
    signal(SIGPIPE, SIG_IGN);
    body();
    _exit(2);
}

/// Lets some time pass that is not always the same.
void pause_a_little(Random& random) {
    for (unsigned turn = random.next(6); turn > 0; --turn) sched_yield();
    if (random.next(3) == 0) usleep(random.next(2000));
}

void kill_and_reap(pid_t child) {
    CHECK_EQUAL(kill(child, SIGKILL), 0);
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status) || status == 0);
}

/// The partner of a killed process comes to its end by itself.
void reap_partner(pid_t child) {
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
}

int open_filled_file(const char* name) {
    write_file(name, std::string(kFileSize, 'f'));
    int file = open(name, O_RDWR);
    CHECK(file >= 0);
    return file;
}

} // namespace

CASE(killed_midway, the_other_end_of_a_pipe_comes_to_its_end) {
    enter_fresh_directory();
    int file = open_filled_file("file"), target = open_filled_file("target");
    Random random(1);
    for (unsigned round = 0; round < kRounds; ++round) {
        int ends[2];
        CHECK_EQUAL(pipe(ends), 0);
        if (random.next(2)) CHECK(fcntl(ends[1], F_SETPIPE_SZ, 4096) >= 4096);
        pid_t feeder = start([&] {
            close(ends[0]);
            feed(ends[1], file, round + 1);
        });
        pid_t drainer = start([&] {
            close(ends[1]);
            drain(ends[0], target, round + 1);
        });
        close(ends[0]);
        close(ends[1]);
        pause_a_little(random);
        bool kills_feeder = random.next(2) == 0;
        kill_and_reap(kills_feeder ? feeder : drainer);
        reap_partner(kills_feeder ? drainer : feeder);
    }
}

CASE(killed_midway, openers_of_a_fifo_do_not_wait_for_the_dead) {
    enter_fresh_directory();
    int file = open_filled_file("file");
    Random random(2);
    for (unsigned round = 0; round < kRounds; ++round) {
        CHECK_EQUAL(mkfifo("fifo", 0600), 0);
        pid_t feeder = start([&] {
            int fd = open("fifo", O_WRONLY);
            if (fd < 0) _exit(errno);
            feed(fd, file, round + 1);
        });
        pid_t drainer = start([&] {
            int fd = open("fifo", O_RDONLY);
            if (fd < 0) _exit(errno);
            drain(fd, file, round + 1);
        });
        pause_a_little(random);
        bool kills_feeder = random.next(2) == 0;
        kill_and_reap(kills_feeder ? feeder : drainer);
        // Who came too late for the dead waits for a partner: this one, which ends at once.
        int fd = open("fifo", O_RDWR | O_NONBLOCK);
        CHECK(fd >= 0);
        pid_t partner = kills_feeder ? drainer : feeder;
        int status = -1;
        while (waitpid(partner, &status, WNOHANG) == 0) {
            close(fd);
            CHECK((fd = open("fifo", O_RDWR | O_NONBLOCK)) >= 0);
            sched_yield();
        }
        close(fd);
        CHECK_EQUAL(status, 0);
        CHECK_EQUAL(unlink("fifo"), 0);
    }
}

CASE(killed_midway, files_and_mappings_leave_no_pages_behind) {
    if (unshare(CLONE_NEWNS) != 0) return; // a container
    CHECK_EQUAL(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    enter_fresh_directory();
    CHECK_EQUAL(mkdir("own", 0755), 0);
    CHECK_EQUAL(mount("own", "own", "tmpfs", 0, "size=1m,nr_inodes=20"), 0);
    CHECK_EQUAL(chdir("own"), 0);
    struct statvfs before, after;
    CHECK_EQUAL(statvfs(".", &before), 0);
    Random random(3);
    for (unsigned round = 0; round < kRounds; ++round) {
        int file = open_filled_file("file");
        pid_t workers[3];
        for (unsigned index = 0; index < 3; ++index)
            workers[index] = start([&] { change_file(file, round * 3 + index); });
        close(file);
        pause_a_little(random);
        for (pid_t worker : workers) {
            pause_a_little(random);
            kill_and_reap(worker);
        }
        for (const char* name : {"file", "n0", "n1", "n2"}) CHECK(unlink(name) == 0 || errno == ENOENT);
    }
    CHECK_EQUAL(statvfs(".", &after), 0);
    CHECK_EQUAL(after.f_bfree, before.f_bfree);
    CHECK_EQUAL(after.f_ffree, before.f_ffree);
    CHECK_EQUAL(chdir(".."), 0);
    CHECK_EQUAL(umount("own"), 0);
}
