// The ends of the range of offsets: lseek(2), pread(2), pwrite(2), copy_file_range(2), sendfile(2), splice(2).
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

namespace {

ssize_t copy_range(int from, off_t from_offset, int to, off_t to_offset, size_t count) {
    return syscall(SYS_copy_file_range, from, &from_offset, to, &to_offset, count, 0);
}

int open_fresh(const char* name, std::string_view text) {
    write_file(name, text);
    int file = open(name, O_RDWR);
    CHECK(file >= 0);
    return file;
}

} // namespace

CASE(offsets, end_at_the_largest_number) {
    enter_fresh_tmpfs();
    int file = open_fresh("file", "0123456789");
    char byte = 'x';
    CHECK_EQUAL(lseek(file, LONG_MAX, SEEK_SET), LONG_MAX);
    CHECK_ERROR(lseek(file, 1, SEEK_CUR), EINVAL);
    CHECK_ERROR(lseek(file, LONG_MAX, SEEK_END), EINVAL);
    CHECK_ERROR(read(file, &byte, 1), EINVAL);
    CHECK_ERROR(write(file, &byte, 1), EINVAL);
    CHECK_EQUAL(read(file, &byte, 0), 0);
    CHECK_ERROR(pread(file, &byte, 1, LONG_MAX), EINVAL);
    CHECK_ERROR(pwrite(file, &byte, 1, LONG_MAX), EINVAL);
    CHECK_EQUAL(pread(file, &byte, 1, LONG_MAX - 1), 0);
    CHECK_EQUAL(status_of("file").st_size, 10);
}

CASE(offsets, of_buffers_longer_than_memory_fault) {
    enter_fresh_directory();
    int file = open_fresh("file", "0123456789");
    char byte;
    CHECK_ERROR(pread(file, &byte, SIZE_MAX, 0), EFAULT);
    CHECK_ERROR(pread(file, &byte, SSIZE_MAX, 1), EFAULT);
    CHECK_ERROR(write(file, &byte, SIZE_MAX), EFAULT);
}

CASE(offsets, of_copies_are_checked_in_order) {
    enter_fresh_tmpfs();
    int from = open_fresh("from", "0123456789"), to = open_fresh("to", "");
    CHECK_ERROR(copy_range(from, -1, to, 0, 1), EOVERFLOW); // wraps around to 0
    CHECK_ERROR(copy_range(from, -100, to, 0, 5), EINVAL);
    CHECK_ERROR(copy_range(from, 0, to, -1, 1), EOVERFLOW);
    CHECK_ERROR(copy_range(from, 0, to, -100, 5), EINVAL);
    CHECK_ERROR(copy_range(from, 0, to, LONG_MAX, 1), EFBIG);
    CHECK_ERROR(copy_range(from, 100, to, LONG_MAX, 1), EFBIG);
    CHECK_EQUAL(copy_range(from, LONG_MAX, to, 0, 1), 0);
    CHECK_EQUAL(copy_range(from, 0, to, 0, SIZE_MAX), 10);
    CHECK_EQUAL(copy_range(from, 5, from, 20, 100), 5); // what there is does not overlap
    CHECK_ERROR(copy_range(from, 0, from, 5, 100), EINVAL);
    off_t offset = -1;
    CHECK_ERROR(sendfile(to, from, &offset, 1), EINVAL);
    offset = LONG_MAX;
    CHECK_ERROR(sendfile(to, from, &offset, 1), EINVAL);
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    CHECK_ERROR(syscall(SYS_splice, from, &offset, ends[1], nullptr, 1, 0), EINVAL);
}

CASE(flock, operations_of_mandatory_locks_do_nothing) {
    constexpr int kMandatory = 32;
    CHECK_EQUAL(flock(-1, kMandatory), 0);
    CHECK_EQUAL(flock(-1, kMandatory | LOCK_EX), 0);
    CHECK_ERROR(flock(-1, 64), EINVAL);
    CHECK_ERROR(flock(-1, LOCK_SH), EBADF);
}
