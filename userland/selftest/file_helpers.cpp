// The helpers of file_helpers.h; a failure inside one fails the case.
#include "file_helpers.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

namespace selftest {

void enter_fresh_directory() {
    char name[] = "/tmp/self-test-XXXXXX";
    CHECK(mkdtemp(name) != nullptr);
    CHECK_EQUAL(chdir(name), 0);
}

void enter_fresh_tmpfs() {
    constexpr int kNewMounts = 0x20000; // CLONE_NEWNS: it goes with the case
    enter_fresh_directory();
    CHECK_EQUAL(unshare(kNewMounts), 0);
    CHECK_EQUAL(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    CHECK_EQUAL(mount("none", ".", "tmpfs", 0, nullptr), 0);
    char path[200];
    CHECK(getcwd(path, sizeof path) != nullptr);
    CHECK_EQUAL(chdir(path), 0);
}

void write_file(const char* name, std::string_view text, mode_t mode) {
    int fd = open(name, O_CREAT | O_TRUNC | O_WRONLY, mode);
    CHECK(fd >= 0);
    CHECK_EQUAL(write(fd, text.data(), text.size()), text.size());
    close(fd);
}

std::string read_file(const char* name, size_t step) {
    int fd = open(name, O_RDONLY);
    if (fd < 0) fail(__FILE__, __LINE__, "%s: errno %d", name, errno);
    std::string text, buffer(step, '\0');
    ssize_t size;
    while ((size = read(fd, buffer.data(), step)) > 0) text.append(buffer, 0, static_cast<size_t>(size));
    CHECK_EQUAL(size, 0);
    close(fd);
    return text;
}

struct stat status_of(const char* name) {
    struct stat status;
    CHECK_EQUAL(lstat(name, &status), 0);
    return status;
}

void become_nobody() {
    CHECK_EQUAL(setgid(65534), 0);
    CHECK_EQUAL(setuid(65534), 0);
}

} // namespace selftest
