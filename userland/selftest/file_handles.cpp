// File handles: name_to_handle_at(2), open_by_handle_at(2). On a tmpfs, which every kernel can find files of.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

namespace {

constexpr unsigned kBytesMax = 128;

struct Handle {
    unsigned size = kBytesMax;
    int type = 0;
    unsigned char bytes[kBytesMax] = {};
    bool operator==(const Handle& other) const {
        return size == other.size && type == other.type && memcmp(bytes, other.bytes, size) == 0;
    }
};

int to_handle(int directory, const char* name, Handle* handle, int flags = 0) {
    int mount_id = -1;
    return static_cast<int>(syscall(SYS_name_to_handle_at, directory, name, handle, &mount_id, flags));
}
int open_handle(const Handle& handle, int flags, int mount = AT_FDCWD) {
    return static_cast<int>(syscall(SYS_open_by_handle_at, mount, &handle, flags));
}

Handle handle_of(const char* name, int flags = 0) {
    Handle handle;
    CHECK_EQUAL(to_handle(AT_FDCWD, name, &handle, flags), 0);
    return handle;
}

} // namespace

CASE(file_handles, lead_to_the_file_wherever_it_is) {
    enter_fresh_tmpfs();
    write_file("file", "content");
    CHECK_EQUAL(mkdir("directory", 0755), 0);
    Handle handle = handle_of("file");
    CHECK(handle.size > 0 && handle.size <= kBytesMax);
    CHECK_EQUAL(rename("file", "directory/moved"), 0);
    CHECK(handle_of("directory/moved") == handle);
    int file = open_handle(handle, O_RDWR);
    CHECK(file >= 0);
    char text[16] = {};
    CHECK_EQUAL(read(file, text, sizeof text), 7);
    CHECK_EQUAL(strcmp(text, "content"), 0);
    struct stat opened;
    CHECK_EQUAL(fstat(file, &opened), 0);
    CHECK_EQUAL(opened.st_ino, status_of("directory/moved").st_ino);
    CHECK_EQUAL(close(file), 0);
    CHECK_EQUAL(link("directory/moved", "second"), 0);
    CHECK_EQUAL(unlink("directory/moved"), 0);
    file = open_handle(handle, O_RDONLY);
    CHECK(file >= 0);
    CHECK_EQUAL(unlink("second"), 0);
    int unlinked = open_handle(handle, O_RDONLY); // as long as somebody has it open
    CHECK(unlinked >= 0);
    CHECK_EQUAL(close(file), 0);
    CHECK_EQUAL(close(unlinked), 0);
    CHECK_ERROR(open_handle(handle, O_RDONLY), ESTALE);
    write_file("file", "another");
    CHECK_ERROR(open_handle(handle, O_RDONLY), ESTALE);
    CHECK(!(handle_of("file") == handle));
}

CASE(file_handles, of_directories_have_their_place) {
    enter_fresh_tmpfs();
    char top[200], name[300];
    CHECK(getcwd(top, sizeof top) != nullptr);
    CHECK_EQUAL(mkdir("a", 0755), 0);
    CHECK_EQUAL(mkdir("a/b", 0755), 0);
    CHECK_EQUAL(mkdir("other", 0755), 0);
    write_file("a/b/file", "x");
    Handle handle = handle_of("a/b"), root = handle_of(".");
    CHECK_EQUAL(rename("a/b", "other/c"), 0);
    int directory = open_handle(handle, O_RDONLY | O_DIRECTORY);
    CHECK(directory >= 0);
    CHECK_EQUAL(faccessat(directory, "file", F_OK, 0), 0);
    CHECK_EQUAL(fchdir(directory), 0);
    CHECK(getcwd(name, sizeof name) != nullptr);
    CHECK(std::string(name) == std::string(top) + "/other/c");
    CHECK_EQUAL(chdir("../.."), 0);
    int again = open_handle(root, O_RDONLY | O_DIRECTORY);
    CHECK(again >= 0);
    CHECK_EQUAL(faccessat(again, "other/c/file", F_OK, 0), 0);
    CHECK_EQUAL(unlink("other/c/file"), 0);
    CHECK_EQUAL(rmdir("other/c"), 0);
    CHECK_EQUAL(close(directory), 0);
    CHECK_ERROR(open_handle(handle, O_RDONLY), ESTALE);
    CHECK_ERROR(open_handle(handle_of("a"), O_RDWR), EISDIR);
}

CASE(file_handles, errors_of_making_them) {
    enter_fresh_tmpfs();
    write_file("file", "x");
    CHECK_EQUAL(symlink("file", "link"), 0);
    Handle handle, needed;
    handle.size = 0;
    CHECK_ERROR(to_handle(AT_FDCWD, "file", &handle), EOVERFLOW);
    CHECK(handle.size > 0 && handle.size <= kBytesMax);
    CHECK_EQUAL(to_handle(AT_FDCWD, "file", &handle), 0); // what was said to be needed is enough
    handle.size = kBytesMax + 1;
    CHECK_ERROR(to_handle(AT_FDCWD, "file", &handle), EINVAL);
    CHECK_ERROR(to_handle(AT_FDCWD, "missing", &needed), ENOENT);
    CHECK_ERROR(to_handle(AT_FDCWD, "file/x", &needed), ENOTDIR);
    CHECK_ERROR(to_handle(AT_FDCWD, "", &needed), ENOENT);
    CHECK_ERROR(to_handle(-1, "file", &needed), EBADF);
    CHECK_ERROR(to_handle(AT_FDCWD, "file", &needed, 0x8000), EINVAL);
    CHECK_ERROR(to_handle(AT_FDCWD, "file", nullptr), EFAULT);
    CHECK_ERROR(syscall(SYS_name_to_handle_at, AT_FDCWD, "file", &needed, nullptr, 0), EFAULT);
    CHECK_ERROR(to_handle(AT_FDCWD, "/proc/self/stat", &needed), EOPNOTSUPP);
    int file = open("file", O_PATH);
    needed.size = kBytesMax;
    CHECK_EQUAL(to_handle(file, "", &needed, AT_EMPTY_PATH), 0);
    CHECK(needed == handle_of("file"));
    CHECK(handle_of("link", AT_SYMLINK_FOLLOW) == needed);
    CHECK(!(handle_of("link") == needed));
}

CASE(file_handles, errors_of_opening_them) {
    enter_fresh_tmpfs();
    write_file("file", "x");
    CHECK_EQUAL(symlink("file", "link"), 0);
    Handle handle = handle_of("file"), wrong = handle;
    CHECK_ERROR(open_handle(handle, O_RDONLY, -1), EBADF);
    CHECK_ERROR(open_handle(handle, O_RDONLY, open("file", O_PATH)), EBADF);
    CHECK_ERROR(open_handle(handle, O_RDONLY | O_DIRECTORY), ENOTDIR);
    CHECK_ERROR(open_handle(handle_of("link"), O_RDONLY), ELOOP);
    CHECK(open_handle(handle_of("link"), O_PATH | O_NOFOLLOW) >= 0);
    CHECK(open_handle(handle, O_PATH) >= 0);
    CHECK(open_handle(handle, O_RDONLY, open("file", O_RDONLY)) >= 0);
    wrong.size = 0;
    CHECK_ERROR(open_handle(wrong, O_RDONLY), EINVAL);
    wrong.size = kBytesMax + 1;
    CHECK_ERROR(open_handle(wrong, O_RDONLY), EINVAL);
    wrong = handle;
    for (unsigned index = 0; index < wrong.size; ++index) wrong.bytes[index] ^= 0x5a;
    CHECK_ERROR(open_handle(wrong, O_RDONLY), ESTALE);
    CHECK_ERROR(syscall(SYS_open_by_handle_at, AT_FDCWD, nullptr, O_RDONLY), EFAULT);
    become_nobody();
    CHECK_ERROR(open_handle(handle, O_RDONLY), EPERM);
}
