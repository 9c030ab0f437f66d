// sendfile(2), copy_file_range(2), preadv2(2), fallocate(2), SEEK_DATA and SEEK_HOLE, mappings of files that shrink.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

CASE(transfers, sendfile_moves_the_right_position) {
    enter_fresh_directory();
    write_file("from", "0123456789");
    int from = open("from", O_RDWR), to = open("to", O_CREAT | O_RDWR, 0600);
    off_t offset = 2;
    CHECK_EQUAL(sendfile(to, from, &offset, 4), 4);
    CHECK_EQUAL(offset, 6);
    CHECK_EQUAL(lseek(from, 0, SEEK_CUR), 0);
    CHECK_EQUAL(sendfile(to, from, nullptr, 3), 3);
    CHECK_EQUAL(lseek(from, 0, SEEK_CUR), 3);
    CHECK(read_file("to") == "2345012");
    CHECK_EQUAL(sendfile(to, from, nullptr, 1000), 7); // what there is
    CHECK_EQUAL(sendfile(to, from, nullptr, 1000), 0);
    offset = -1;
    CHECK_ERROR(sendfile(to, from, &offset, 4), EINVAL);
    CHECK_ERROR(sendfile(999, from, nullptr, 1), EBADF);
    CHECK_ERROR(sendfile(to, open("to", O_WRONLY), nullptr, 1), EBADF);
    CHECK_ERROR(sendfile(open("to", O_RDONLY), from, nullptr, 1), EBADF);
    CHECK_ERROR(sendfile(open("to", O_WRONLY | O_APPEND), from, nullptr, 1), EINVAL);
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    offset = 0;
    CHECK_EQUAL(sendfile(ends[1], from, &offset, 10), 10);
    char text[10];
    CHECK_EQUAL(read(ends[0], text, 10), 10);
    CHECK(memcmp(text, "0123456789", 10) == 0);
}

CASE(transfers, copy_file_range_copies_and_refuses_overlap) {
    enter_fresh_directory();
    write_file("from", "0123456789");
    int from = open("from", O_RDWR), to = open("to", O_CREAT | O_RDWR, 0600);
    off_t in = 4, out = 2;
    CHECK_EQUAL(copy_file_range(from, &in, to, &out, 100, 0), 6);
    CHECK(in == 10 && out == 8);
    CHECK_EQUAL(copy_file_range(from, &in, to, &out, 100, 0), 0);
    CHECK_EQUAL(lseek(from, 0, SEEK_CUR), 0);
    CHECK(read_file("to") == std::string(2, '\0') + "456789");
    in = 0;
    out = 5;
    CHECK_ERROR(copy_file_range(from, &in, from, &out, 6, 0), EINVAL);
    CHECK_EQUAL(copy_file_range(from, &in, from, &out, 5, 0), 5);
    CHECK(read_file("from") == "0123401234");
    CHECK_ERROR(copy_file_range(from, nullptr, to, nullptr, 1, 1), EINVAL);
    CHECK_ERROR(copy_file_range(from, nullptr, open("to", O_RDONLY), nullptr, 1, 0), EBADF);
    CHECK_ERROR(copy_file_range(from, nullptr, open("to", O_WRONLY | O_APPEND), nullptr, 1, 0), EBADF);
    CHECK_ERROR(copy_file_range(open(".", O_RDONLY), nullptr, to, nullptr, 1, 0), EISDIR);
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    CHECK_ERROR(copy_file_range(ends[0], nullptr, to, nullptr, 1, 0), EINVAL);
}

CASE(transfers, preadv2_and_pwritev2_flags) {
    enter_fresh_directory();
    int fd = open("file", O_CREAT | O_RDWR, 0600);
    char text[] = "abc", buffer[10];
    iovec out = {text, 3}, in = {buffer, sizeof buffer};
    CHECK_EQUAL(pwritev2(fd, &out, 1, -1, 0), 3); // -1: the position of the file
    CHECK_EQUAL(lseek(fd, 0, SEEK_CUR), 3);
    CHECK_EQUAL(pwritev2(fd, &out, 1, 1, RWF_APPEND), 3);
    CHECK_EQUAL(preadv2(fd, &in, 1, 0, 0), 6);
    CHECK(memcmp(buffer, "abcabc", 6) == 0);
    CHECK_EQUAL(pwritev2(fd, &out, 1, 6, RWF_DSYNC), 3);
    CHECK_ERROR(preadv2(fd, &in, 1, -2, 0), EINVAL);
    CHECK_ERROR(preadv2(fd, &in, 1, 0, 0x4000), EOPNOTSUPP);
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    CHECK_ERROR(preadv2(ends[0], &in, 1, 0, 0), ESPIPE);
    CHECK_EQUAL(preadv2(ends[0], &in, 1, -1, RWF_NOWAIT), -1); // does not wait
    CHECK(errno == EAGAIN || errno == EOPNOTSUPP);
}

CASE(transfers, fallocate_reserves_and_punches) {
    enter_fresh_directory();
    int fd = open("file", O_CREAT | O_RDWR, 0600);
    CHECK_EQUAL(fallocate(fd, 0, 0, 100'000), 0);
    CHECK_EQUAL(status_of("file").st_size, 100'000);
    CHECK(status_of("file").st_blocks * 512 >= 100'000);
    CHECK_EQUAL(fallocate(fd, FALLOC_FL_KEEP_SIZE, 100'000, 10'000), 0);
    CHECK_EQUAL(status_of("file").st_size, 100'000);
    std::string data(20'000, 'd');
    CHECK_EQUAL(pwrite(fd, data.data(), data.size(), 0), 20'000);
    CHECK_EQUAL(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 1000, 10'000), 0);
    char bytes[3];
    CHECK_EQUAL(pread(fd, bytes, 3, 998), 3);
    CHECK(bytes[0] == 'd' && bytes[1] == 'd' && bytes[2] == 0);
    CHECK_EQUAL(pread(fd, bytes, 3, 10'999), 3);
    CHECK(bytes[0] == 0 && bytes[1] == 'd' && bytes[2] == 'd');
    CHECK_ERROR(fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 5), EOPNOTSUPP);
    CHECK_ERROR(fallocate(fd, 0, -1, 5), EINVAL);
    CHECK_ERROR(fallocate(fd, 0, 0, 0), EINVAL);
    CHECK_ERROR(fallocate(open("file", O_RDONLY), 0, 0, 5), EBADF);
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    CHECK_ERROR(fallocate(ends[1], 0, 0, 5), ESPIPE);
}

CASE(transfers, seek_data_and_hole) {
    enter_fresh_directory();
    int fd = open("file", O_CREAT | O_RDWR, 0600);
    CHECK_EQUAL(ftruncate(fd, 1 << 20), 0);
    CHECK_EQUAL(pwrite(fd, "x", 1, 512 << 10), 1);
    off_t data = lseek(fd, 0, SEEK_DATA);
    CHECK(data > 0 && data <= 512 << 10);
    CHECK_EQUAL(lseek(fd, 10, SEEK_HOLE), 10);
    off_t hole = lseek(fd, 512 << 10, SEEK_HOLE);
    CHECK(hole > 512 << 10 && hole < 1 << 20);
    CHECK_ERROR(lseek(fd, hole, SEEK_DATA), ENXIO);
    CHECK_ERROR(lseek(fd, 1 << 20, SEEK_HOLE), ENXIO);
    CHECK_ERROR(lseek(fd, -1, SEEK_DATA), ENXIO);
    CHECK_EQUAL(lseek(open("/dev/null", O_RDONLY), 50, SEEK_SET), 0);
}

CASE(transfers, a_mapped_file_cut_by_another_process_is_sigbus) {
    enter_fresh_directory();
    static int fd;
    static char* view;
    fd = open("file", O_CREAT | O_RDWR, 0600);
    CHECK_EQUAL(ftruncate(fd, 16'384), 0);
    view = static_cast<char*>(mmap(nullptr, 16'384, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    memset(view, 'q', 16'384);
    int status = in_child([] { CHECK_EQUAL(ftruncate(fd, 5000), 0); });
    CHECK_EQUAL(status, 0);
    CHECK_EQUAL(view[4999], 'q');
    CHECK_EQUAL(view[5000], 0); // the rest of the last page
    status = in_child([] { (void)*static_cast<volatile char*>(view + 8192); });
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
    // A system call that meets it answers instead.
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    CHECK_ERROR(write(ends[1], view + 8192, 10), EFAULT);
    CHECK_EQUAL(ftruncate(fd, 16'384), 0);
    CHECK_EQUAL(view[8192], 0);
    CHECK_EQUAL(view[0], 'q');
}

CASE(transfers, a_file_written_from_its_own_mapping) {
    enter_fresh_directory();
    int fd = open("file", O_CREAT | O_RDWR, 0600);
    CHECK_EQUAL(ftruncate(fd, 8192), 0);
    char* view = static_cast<char*>(mmap(nullptr, 8192, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    memset(view + 4096, 'm', 4096);
    CHECK_EQUAL(pwrite(fd, view + 4096, 4096, 0), 4096);
    CHECK(memcmp(view, view + 4096, 4096) == 0);
    CHECK_EQUAL(pread(fd, view, 4096, 100), 4096);
    CHECK_EQUAL(view[0], 'm');
}

CASE(transfers, a_long_sendfile_can_be_killed) {
    pid_t child = fork();
    if (child == 0) {
        int from = open("/dev/zero", O_RDONLY), to = open("/dev/null", O_WRONLY);
        for (;;) sendfile(to, from, nullptr, 0x7ffff000);
    }
    usleep(20'000);
    timespec begin, end;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    kill(child, SIGKILL);
    int status = 0;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    clock_gettime(CLOCK_MONOTONIC, &end);
    CHECK_EQUAL(status, SIGKILL);
    CHECK(end.tv_sec - begin.tv_sec < 2);
}
