// xattr(7): setxattr(2), getxattr(2), listxattr(2), removexattr(2).
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

namespace {

/// A fresh directory on a file system that keeps extended attributes, on every kernel that has user. ones in memory.
bool enter_directory_with_attributes() {
    enter_fresh_directory();
    write_file("probe", "");
    if (setxattr("probe", "user.probe", "", 0, 0) != 0 && errno == EOPNOTSUPP) return false;
    return true;
}

} // namespace

CASE(xattr, values_are_set_read_and_removed) {
    if (!enter_directory_with_attributes()) return;
    write_file("file", "x");
    char value[16];
    CHECK_EQUAL(setxattr("file", "user.one", "abc", 3, 0), 0);
    CHECK_EQUAL(getxattr("file", "user.one", nullptr, 0), 3);
    CHECK_EQUAL(getxattr("file", "user.one", value, sizeof value), 3);
    CHECK(memcmp(value, "abc", 3) == 0);
    CHECK_ERROR(getxattr("file", "user.one", value, 2), ERANGE);
    CHECK_ERROR(getxattr("file", "user.two", value, 2), ENODATA);
    CHECK_ERROR(setxattr("file", "user.one", "d", 1, XATTR_CREATE), EEXIST);
    CHECK_ERROR(setxattr("file", "user.two", "d", 1, XATTR_REPLACE), ENODATA);
    CHECK_EQUAL(setxattr("file", "user.one", "d", 1, XATTR_REPLACE), 0);
    CHECK_EQUAL(setxattr("file", "user.two", "", 0, XATTR_CREATE), 0);
    CHECK_EQUAL(getxattr("file", "user.two", value, sizeof value), 0);
    CHECK_EQUAL(removexattr("file", "user.one"), 0);
    CHECK_ERROR(removexattr("file", "user.one"), ENODATA);
    CHECK_ERROR(setxattr("file", "user.one", "d", 1, 4), EINVAL);
}

CASE(xattr, names_are_listed_with_their_nul) {
    if (!enter_directory_with_attributes()) return;
    write_file("file", "x");
    ssize_t before = listxattr("file", nullptr, 0); // the host may add attributes of its own
    CHECK_EQUAL(setxattr("file", "user.a", "1", 1, 0), 0);
    CHECK_EQUAL(setxattr("file", "user.bb", "2", 1, 0), 0);
    CHECK_EQUAL(listxattr("file", nullptr, 0), before + 7 + 8);
    char names[256];
    ssize_t size = listxattr("file", names, sizeof names);
    CHECK_EQUAL(size, before + 15);
    std::string_view text(names, static_cast<size_t>(size));
    CHECK(text.find(std::string_view("user.a\0", 7)) != text.npos &&
          text.find(std::string_view("user.bb\0", 8)) != text.npos);
    CHECK_ERROR(listxattr("file", names, 3), ERANGE);
}

CASE(xattr, names_and_sizes_have_limits) {
    if (!enter_directory_with_attributes()) return;
    write_file("file", "x");
    std::string name = "user." + std::string(250, 'n'), too_long = name + "n";
    CHECK_EQUAL(setxattr("file", name.c_str(), "1", 1, 0), 0);
    CHECK_ERROR(setxattr("file", too_long.c_str(), "1", 1, 0), ERANGE);
    CHECK_ERROR(setxattr("file", "", "1", 1, 0), ERANGE);
    CHECK_ERROR(setxattr("file", "user.", "1", 1, 0), EINVAL);
    CHECK_ERROR(setxattr("file", "other.name", "1", 1, 0), EOPNOTSUPP);
    char* large = static_cast<char*>(calloc(1, 70000));
    CHECK_ERROR(setxattr("file", "user.large", large, 65537, 0), E2BIG);
    CHECK_ERROR(setxattr("file", "user.bad", reinterpret_cast<void*>(8), 3, 0), EFAULT);
    CHECK_ERROR(setxattr("absent", "user.x", "1", 1, 0), ENOENT);
    CHECK_ERROR(fsetxattr(-1, "user.x", "1", 1, 0), EBADF);
    CHECK_ERROR(fgetxattr(open("file", O_PATH), "user.x", large, 1), EBADF);
}

CASE(xattr, links_and_permissions) {
    if (!enter_directory_with_attributes()) return;
    write_file("file", "x");
    CHECK_EQUAL(symlink("file", "link"), 0);
    CHECK_EQUAL(setxattr("link", "user.through", "1", 1, 0), 0);
    CHECK_EQUAL(getxattr("file", "user.through", nullptr, 0), 1);
    CHECK_ERROR(lsetxattr("link", "user.own", "1", 1, 0), EPERM);
    CHECK_ERROR(lgetxattr("link", "user.own", nullptr, 0), ENODATA);
    int fd = open("file", O_RDONLY);
    CHECK_EQUAL(fsetxattr(fd, "user.by_descriptor", "22", 2, 0), 0);
    CHECK_EQUAL(fgetxattr(fd, "user.by_descriptor", nullptr, 0), 2);
    CHECK_EQUAL(fremovexattr(fd, "user.by_descriptor"), 0);
    chmod("file", 0600);
    chmod(".", 0777);
    become_nobody();
    CHECK_ERROR(getxattr("file", "user.through", nullptr, 0), EACCES);
    CHECK_ERROR(setxattr("file", "user.through", "1", 1, 0), EACCES);
    CHECK_ERROR(setxattr("file", "trusted.x", "1", 1, 0), EPERM);
    CHECK_ERROR(getxattr("file", "trusted.x", nullptr, 0), ENODATA);
}
