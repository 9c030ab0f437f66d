// splice(2), tee(2), vmsplice(2), packets in pipes (O_DIRECT), sizes of pipes.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

namespace {

ssize_t vmsplice_(int fd, const iovec* vectors, size_t count, unsigned flags) {
    return syscall(SYS_vmsplice, fd, vectors, count, flags);
}

constexpr unsigned kNonBlock = 2; // SPLICE_F_NONBLOCK

} // namespace

CASE(splice, from_a_file_through_a_pipe_into_a_file) {
    enter_fresh_directory();
    std::string text;
    for (int index = 0; index < 3000; ++index) text += std::to_string(index) + "\n";
    write_file("from", text);
    int from = open("from", O_RDONLY), to = open("to", O_CREAT | O_RDWR, 0600), ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    off_t offset = 1;
    size_t moved = 0;
    for (;;) {
        ssize_t in = splice(from, &offset, ends[1], nullptr, 1 << 20, 0);
        if (in == 0) break;
        CHECK(in > 0);
        while (in > 0) {
            ssize_t out = splice(ends[0], nullptr, to, nullptr, static_cast<size_t>(in), 0);
            CHECK(out > 0);
            in -= out;
            moved += static_cast<size_t>(out);
        }
    }
    CHECK_EQUAL(moved, text.size() - 1);
    CHECK_EQUAL(offset, text.size());
    CHECK_EQUAL(lseek(from, 0, SEEK_CUR), 0);
    CHECK_EQUAL(lseek(to, 0, SEEK_CUR), moved);
    CHECK(read_file("to") == text.substr(1));
}

CASE(splice, errors_are_those_of_the_manual) {
    enter_fresh_directory();
    write_file("file", "0123456789");
    int file = open("file", O_RDWR), ends[2], other[2];
    CHECK_EQUAL(pipe(ends), 0);
    CHECK_EQUAL(pipe(other), 0);
    off_t offset = 0;
    CHECK_ERROR(splice(file, nullptr, file, nullptr, 1, 0), EINVAL);
    CHECK_ERROR(splice(ends[0], nullptr, ends[1], nullptr, 1, 0), EINVAL); // the same pipe
    CHECK_ERROR(splice(ends[0], &offset, file, nullptr, 1, 0), ESPIPE);
    CHECK_ERROR(splice(file, nullptr, ends[1], &offset, 1, 0), ESPIPE);
    CHECK_ERROR(splice(ends[1], nullptr, file, nullptr, 1, 0), EBADF);
    CHECK_ERROR(splice(file, nullptr, ends[0], nullptr, 1, 0), EBADF);
    CHECK_ERROR(splice(file, nullptr, ends[1], nullptr, 1, 0x100), EINVAL);
    CHECK_EQUAL(splice(file, nullptr, ends[1], nullptr, 0, 0), 0);
    CHECK_ERROR(splice(ends[0], nullptr, file, nullptr, 1, kNonBlock), EAGAIN);
    CHECK_ERROR(splice(ends[0], nullptr, other[1], nullptr, 1, kNonBlock), EAGAIN);
    CHECK_EQUAL(write(ends[1], "abc", 3), 3);
    CHECK_ERROR(splice(ends[0], nullptr, open("file", O_WRONLY | O_APPEND), nullptr, 1, 0), EINVAL);
    CHECK_ERROR(splice(open(".", O_RDONLY), nullptr, ends[1], nullptr, 1, 0), EINVAL);
    close(ends[1]);
    CHECK_EQUAL(splice(ends[0], nullptr, file, nullptr, 100, 0), 3);
    CHECK_EQUAL(splice(ends[0], nullptr, file, nullptr, 100, 0), 0); // the end
    signal(SIGPIPE, SIG_IGN);
    close(other[0]);
    CHECK_ERROR(splice(file, nullptr, other[1], nullptr, 1, 0), EPIPE);
}

CASE(splice, tee_copies_and_leaves) {
    int first[2], second[2];
    char buffer[32];
    CHECK_EQUAL(pipe(first), 0);
    CHECK_EQUAL(pipe(second), 0);
    CHECK_EQUAL(write(first[1], "hello world", 11), 11);
    CHECK_EQUAL(tee(first[0], second[1], 5, 0), 5);
    CHECK_EQUAL(write(first[1], "!", 1), 1); // does not run into what was copied
    CHECK_EQUAL(write(second[1], "?", 1), 1);
    CHECK_EQUAL(read(second[0], buffer, sizeof buffer), 6);
    CHECK(memcmp(buffer, "hello?", 6) == 0);
    CHECK_EQUAL(splice(first[0], nullptr, second[1], nullptr, 6, 0), 6);
    CHECK_EQUAL(read(second[0], buffer, sizeof buffer), 6);
    CHECK(memcmp(buffer, "hello ", 6) == 0);
    CHECK_EQUAL(read(first[0], buffer, sizeof buffer), 6);
    CHECK(memcmp(buffer, "world!", 6) == 0);
    CHECK_ERROR(tee(first[0], first[1], 5, 0), EINVAL);
    CHECK_ERROR(tee(first[0], second[1], 5, kNonBlock), EAGAIN);
}

CASE(splice, vmsplice_moves_memory_both_ways) {
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    char text[] = "some text", buffer[16];
    iovec out[2] = {{text, 4}, {text + 4, 5}}, in = {buffer, sizeof buffer};
    CHECK_EQUAL(vmsplice_(ends[1], out, 2, 0), 9);
    CHECK_EQUAL(vmsplice_(ends[0], &in, 1, 0), 9);
    CHECK(memcmp(buffer, text, 9) == 0);
    CHECK_ERROR(vmsplice_(ends[0], &in, 1, kNonBlock), EAGAIN);
    CHECK_ERROR(vmsplice_(open("/dev/null", O_WRONLY), out, 1, 0), EBADF);
}

CASE(splice, vmsplice_lends_pages) {
    constexpr size_t kPage = 4096, kPages = 20;
    char* memory = static_cast<char*>(
        mmap(nullptr, (kPages + 1) * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    CHECK_EQUAL(munmap(memory + kPages * kPage, kPage), 0);
    for (size_t page = 0; page < kPages; ++page) memory[page * kPage] = static_cast<char>('a' + page);
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    // A slot for each page that is touched: sixteen, of which the first holds one byte.
    iovec all = {memory + kPage - 1, 19 * kPage}, over = {memory + 19 * kPage + 100, 2 * kPage};
    CHECK_EQUAL(vmsplice_(ends[1], &all, 1, 0), 15 * kPage + 1);
    CHECK_ERROR(vmsplice_(ends[1], &all, 1, kNonBlock), EAGAIN);
    memory[kPage] = 'B'; // lent, not copied
    pid_t child = fork();
    if (child == 0) {
        memory[2 * kPage] = '!'; // its own copy
        _exit(0);
    }
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
    CHECK_EQUAL(munmap(memory + 3 * kPage, kPage), 0); // the pipe keeps it
    std::string got(16 * kPage, '\0');
    CHECK_EQUAL(read(ends[0], got.data(), got.size()), 15 * kPage + 1);
    CHECK(got[1] == 'B' && got[1 + kPage] == 'c' && got[1 + 2 * kPage] == 'd');
    CHECK_EQUAL(vmsplice_(ends[1], &over, 1, 0), kPage - 100); // as far as there is memory
    over.iov_base = memory + kPages * kPage;
    CHECK_ERROR(vmsplice_(ends[1], &over, 1, 0), EFAULT);
    // A page nobody has touched is zeros.
    char* fresh = static_cast<char*>(mmap(nullptr, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    iovec zeros = {fresh, 8};
    CHECK_EQUAL(vmsplice_(ends[1], &zeros, 1, 0), 8);
    got.assign(kPage, 'x');
    CHECK_EQUAL(read(ends[0], got.data(), kPage), kPage - 92);
    CHECK(got[kPage - 93] == '\0');
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    CHECK_ERROR(vmsplice_(ends[1], &zeros, 1, 0), EPIPE);
}

CASE(splice, a_reader_waits_until_a_splice_is_done) {
    enter_fresh_directory();
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    std::string text(60000, 'x');
    for (int round = 0; round < 20; ++round) {
        CHECK_EQUAL(write(ends[1], text.data(), text.size()), text.size());
        pid_t child = fork();
        if (child == 0) {
            int sink = open("/dev/null", O_WRONLY);
            size_t got = 0;
            ssize_t size;
            while (got < 30000 && (size = splice(ends[0], nullptr, sink, nullptr, 30000 - got, 0)) > 0)
                got += static_cast<size_t>(size);
            _exit(got == 30000 ? 0 : 1);
        }
        std::string buffer(30000, '\0');
        size_t got = 0;
        while (got < 30000) {
            ssize_t size = read(ends[0], buffer.data(), 30000 - got);
            CHECK(size > 0);
            got += static_cast<size_t>(size);
        }
        int status;
        CHECK_EQUAL(waitpid(child, &status, 0), child);
        CHECK_EQUAL(status, 0);
        int waiting = -1;
        CHECK_EQUAL(ioctl(ends[0], FIONREAD, &waiting), 0);
        CHECK_EQUAL(waiting, 0);
    }
}

CASE(pipes, packets_keep_their_borders) {
    int ends[2];
    char buffer[8192] = {};
    CHECK_EQUAL(pipe2(ends, O_DIRECT), 0);
    CHECK_EQUAL(fcntl(ends[1], F_GETFL) & O_DIRECT, O_DIRECT);
    CHECK_EQUAL(write(ends[1], "abc", 3), 3);
    CHECK_EQUAL(write(ends[1], "defgh", 5), 5);
    CHECK_EQUAL(read(ends[0], buffer, sizeof buffer), 3);
    CHECK_EQUAL(read(ends[0], buffer, 2), 2); // the rest of the packet is lost
    CHECK_EQUAL(write(ends[1], buffer, 5000), 5000); // more than PIPE_BUF: several packets
    CHECK_EQUAL(read(ends[0], buffer, sizeof buffer), 4096);
    CHECK_EQUAL(read(ends[0], buffer, sizeof buffer), 904);
    CHECK_EQUAL(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0); // packets off: writes join
    CHECK_EQUAL(write(ends[1], "ab", 2), 2);
    CHECK_EQUAL(write(ends[1], "cd", 2), 2);
    CHECK_EQUAL(read(ends[0], buffer, sizeof buffer), 4);
    CHECK_EQUAL(fcntl(ends[1], F_SETFL, O_NONBLOCK | O_DIRECT), 0);
    int packets = 0;
    while (write(ends[1], "x", 1) == 1) ++packets; // one page each
    CHECK_EQUAL(errno, EAGAIN);
    CHECK_EQUAL(packets, 16);
    pollfd entry = {ends[1], POLLOUT, 0};
    CHECK_EQUAL(poll(&entry, 1, 0), 0);
    CHECK_EQUAL(read(ends[0], buffer, sizeof buffer), 1);
    CHECK_EQUAL(poll(&entry, 1, 0), 1);
}

CASE(pipes, sizes_are_rounded_and_limited) {
    int ends[2];
    CHECK_EQUAL(pipe2(ends, O_NONBLOCK), 0);
    CHECK_EQUAL(fcntl(ends[0], F_GETPIPE_SZ), 65536);
    CHECK_EQUAL(fcntl(ends[0], F_SETPIPE_SZ, 1), 4096);
    CHECK_EQUAL(fcntl(ends[0], F_SETPIPE_SZ, 5000), 8192);
    CHECK_EQUAL(fcntl(ends[0], F_SETPIPE_SZ, 1 << 20), 1 << 20);
    std::string text(3 * 4096, 'x');
    CHECK_EQUAL(write(ends[1], text.data(), text.size()), text.size());
    CHECK_ERROR(fcntl(ends[0], F_SETPIPE_SZ, 8192), EBUSY);
    CHECK_EQUAL(fcntl(ends[0], F_SETPIPE_SZ, 3 * 4096), 4 * 4096);
    CHECK_ERROR(fcntl(ends[0], F_SETPIPE_SZ, 0x80000001), EINVAL);
    become_nobody();
    CHECK_ERROR(fcntl(ends[0], F_SETPIPE_SZ, 2 << 20), EPERM);
    CHECK_EQUAL(fcntl(ends[0], F_SETPIPE_SZ, 1 << 19), 1 << 19);
}

CASE(splice, hands_on_as_many_pages_as_there_is_room_for) {
    constexpr size_t kPage = 4096, kSize = 16 * kPage;
    enter_fresh_directory();
    std::string text(kSize, 0);
    for (size_t index = 0; index < kSize; ++index) text[index] = static_cast<char>(index / kPage * 7 + index % 251);
    write_file("file", text);
    int from[2], to[2], file = open("file", O_RDONLY);
    CHECK(file >= 0 && pipe(from) == 0 && pipe(to) == 0);
    CHECK_EQUAL(write(from[1], text.data(), kSize), kSize);
    CHECK_EQUAL(fcntl(to[1], F_SETPIPE_SZ, 4 * kPage), 4 * kPage);
    CHECK_EQUAL(write(to[1], "first", 5), 5);
    CHECK_EQUAL(tee(from[0], to[1], kSize, 0), 3 * kPage); // the first segment has a page to itself
    CHECK_ERROR(tee(from[0], to[1], kSize, kNonBlock), EAGAIN);
    char buffer[kSize];
    CHECK_EQUAL(read(to[0], buffer, 5), 5);
    CHECK_EQUAL(tee(from[0], to[1], 10, kNonBlock), 10);
    CHECK_EQUAL(read(to[0], buffer, kSize), 3 * kPage + 10);
    CHECK(std::string_view(buffer, 3 * kPage) == std::string_view(text).substr(0, 3 * kPage));
    CHECK(std::string_view(buffer + 3 * kPage, 10) == std::string_view(text).substr(0, 10));

    CHECK_EQUAL(splice(from[0], nullptr, to[1], nullptr, 2 * kPage, 0), 2 * kPage);
    off_t offset = 100;
    CHECK_EQUAL(splice(file, &offset, to[1], nullptr, kSize, kNonBlock), 2 * kPage - 100);
    CHECK_EQUAL(offset, 2 * kPage);
    CHECK_EQUAL(read(to[0], buffer, kSize), 4 * kPage - 100);
    CHECK(std::string_view(buffer, 2 * kPage) == std::string_view(text).substr(0, 2 * kPage));
    CHECK(std::string_view(buffer + 2 * kPage, 2 * kPage - 100) == std::string_view(text).substr(100, 2 * kPage - 100));
    CHECK_EQUAL(read(from[0], buffer, kSize), 14 * kPage); // what was spliced is gone, what was duplicated is not
    CHECK(std::string_view(buffer, 14 * kPage) == std::string_view(text).substr(2 * kPage));
}
