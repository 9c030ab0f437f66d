// Access control lists (acl(5)) through their attributes, on a tmpfs.
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <vector>

#include "file_helpers.h"

using namespace selftest;

namespace {

constexpr const char* kAccess = "system.posix_acl_access";
constexpr const char* kDefault = "system.posix_acl_default";

struct Entry {
    unsigned short tag, permissions;
    unsigned id = ~0u;
};
enum : unsigned short { kOwner = 1, kUser = 2, kOwningGroup = 4, kGroup = 8, kMask = 16, kOther = 32 };
using List = std::vector<Entry>;

std::string bytes_of(const List& list, unsigned version = 2) {
    std::string bytes(reinterpret_cast<const char*>(&version), sizeof version);
    for (const Entry& entry : list) bytes.append(reinterpret_cast<const char*>(&entry), sizeof entry);
    return bytes;
}
int set_list(const char* name, const char* kind, const List& list, unsigned version = 2) {
    std::string bytes = bytes_of(list, version);
    return setxattr(name, kind, bytes.data(), bytes.size(), 0);
}
bool has_list(const char* name, const char* kind, const List& list) {
    char bytes[256];
    ssize_t size = getxattr(name, kind, bytes, sizeof bytes);
    return size > 0 && std::string(bytes, static_cast<size_t>(size)) == bytes_of(list);
}

/// What a child with these ids may do: access(2) with its effective ids; 0 or the errno.
int access_as(unsigned user, unsigned group, const char* name, int wanted) {
    pid_t child = fork();
    if (child == 0) {
        if (setgroups(0, nullptr) != 0 || setresgid(group, group, group) != 0 || setresuid(user, user, user) != 0)
            _exit(99);
        _exit(access(name, wanted) == 0 ? 0 : errno);
    }
    int status = -1;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    return WEXITSTATUS(status);
}

} // namespace

CASE(access_lists, decide_for_named_users_and_groups) {
    enter_fresh_tmpfs();
    chmod(".", 0755);
    write_file("file", "x");
    List list = {{kOwner, 6}, {kUser, 6, 1000}, {kUser, 0, 1001}, {kOwningGroup, 4}, {kGroup, 2, 500}, {kMask, 6},
                 {kOther, 4}};
    CHECK_EQUAL(set_list("file", kAccess, list), 0);
    CHECK(has_list("file", kAccess, list));
    CHECK_EQUAL(status_of("file").st_mode & 0777, 0664); // the group's bits are the mask
    CHECK_EQUAL(access_as(1000, 1, "file", R_OK | W_OK), 0);
    CHECK_EQUAL(access_as(1001, 1, "file", R_OK), EACCES); // though others may
    CHECK_EQUAL(access_as(1002, 500, "file", W_OK), 0);
    CHECK_EQUAL(access_as(1002, 500, "file", R_OK), EACCES);
    CHECK_EQUAL(access_as(1002, 0, "file", R_OK), 0); // the owning group
    CHECK_EQUAL(access_as(1002, 1, "file", R_OK), 0);
    CHECK_EQUAL(access_as(1002, 1, "file", W_OK), EACCES);
    CHECK_EQUAL(chmod("file", 0644), 0); // the mask now
    CHECK_EQUAL(access_as(1000, 1, "file", W_OK), EACCES);
    CHECK_EQUAL(access_as(1000, 1, "file", R_OK), 0);
    list[5].permissions = 4;
    CHECK(has_list("file", kAccess, list));
    CHECK_EQUAL(removexattr("file", kAccess), 0);
    CHECK_ERROR(getxattr("file", kAccess, nullptr, 0), ENODATA);
    CHECK_EQUAL(removexattr("file", kAccess), 0); // again
    CHECK_EQUAL(access_as(1001, 1, "file", R_OK), 0);
}

CASE(access_lists, decide_about_searching) {
    enter_fresh_tmpfs();
    chmod(".", 0755);
    CHECK_EQUAL(mkdir("d", 0755), 0);
    write_file("d/file", "x");
    CHECK_EQUAL(set_list("d", kAccess, {{kOwner, 7}, {kUser, 6, 1000}, {kOwningGroup, 5}, {kMask, 7}, {kOther, 5}}), 0);
    CHECK_EQUAL(access_as(1000, 1, "d/file", F_OK), EACCES);
    CHECK_EQUAL(access_as(1001, 1, "d/file", F_OK), 0);
}

CASE(access_lists, of_three_entries_are_modes) {
    enter_fresh_tmpfs();
    write_file("file", "x");
    CHECK_EQUAL(set_list("file", kAccess, {{kOwner, 7}, {kOwningGroup, 1}, {kOther, 2}}), 0);
    CHECK_EQUAL(status_of("file").st_mode & 0777, 0712);
    CHECK_ERROR(getxattr("file", kAccess, nullptr, 0), ENODATA);
}

CASE(access_lists, are_inherited_from_default_lists) {
    enter_fresh_tmpfs();
    CHECK_EQUAL(mkdir("d", 0755), 0);
    List list = {{kOwner, 7}, {kUser, 7, 1000}, {kOwningGroup, 5}, {kMask, 7}, {kOther, 4}};
    CHECK_EQUAL(set_list("d", kDefault, list), 0);
    CHECK_EQUAL(status_of("d").st_mode & 0777, 0755);
    umask(077); // without effect there
    close(open("d/file", O_CREAT | O_WRONLY, 0664));
    CHECK_EQUAL(status_of("d/file").st_mode & 0777, 0664);
    CHECK(has_list("d/file", kAccess, {{kOwner, 6}, {kUser, 7, 1000}, {kOwningGroup, 5}, {kMask, 6}, {kOther, 4}}));
    CHECK_ERROR(getxattr("d/file", kDefault, nullptr, 0), ENODATA);
    CHECK_EQUAL(mkdir("d/sub", 0770), 0);
    CHECK_EQUAL(status_of("d/sub").st_mode & 0777, 0770);
    CHECK(has_list("d/sub", kDefault, list));
    CHECK(has_list("d/sub", kAccess, {{kOwner, 7}, {kUser, 7, 1000}, {kOwningGroup, 5}, {kMask, 7}, {kOther, 0}}));
    CHECK_EQUAL(mkfifo("d/fifo", 0666), 0);
    CHECK_EQUAL(status_of("d/fifo").st_mode & 0777, 0664);
    CHECK_EQUAL(symlink("x", "d/link"), 0);
    CHECK_EQUAL(status_of("d/link").st_mode & 0777, 0777);
    CHECK_EQUAL(removexattr("d", kDefault), 0);
    close(open("d/other", O_CREAT | O_WRONLY, 0664));
    CHECK_EQUAL(status_of("d/other").st_mode & 0777, 0600);
    CHECK_EQUAL(set_list("d", kDefault, {{kOwner, 7}, {kOwningGroup, 5}, {kOther, 0}}), 0);
    close(open("d/third", O_CREAT | O_WRONLY, 0666));
    CHECK_EQUAL(status_of("d/third").st_mode & 0777, 0640);
    CHECK_ERROR(getxattr("d/third", kAccess, nullptr, 0), ENODATA);
}

CASE(access_lists, errors) {
    enter_fresh_tmpfs();
    write_file("file", "x");
    CHECK_EQUAL(symlink("file", "link"), 0);
    List good = {{kOwner, 6}, {kUser, 4, 1000}, {kOwningGroup, 4}, {kMask, 4}, {kOther, 4}};
    CHECK_ERROR(set_list("file", kAccess, good, 1), EOPNOTSUPP);
    CHECK_ERROR(setxattr("file", kAccess, "abc", 3, 0), EINVAL);
    CHECK_ERROR(set_list("file", kAccess, {{kOwner, 6}, {kOwningGroup, 4}}), EINVAL);
    CHECK_ERROR(set_list("file", kAccess, {{kOwner, 6}, {kUser, 4, 1000}, {kOwningGroup, 4}, {kOther, 4}}), EINVAL);
    CHECK_ERROR(set_list("file", kAccess, {{kOwner, 6}, {kOther, 4}, {kOwningGroup, 4}}), EINVAL);
    CHECK_ERROR(set_list("file", kAccess, {{kOwner, 8}, {kOwningGroup, 4}, {kOther, 4}}), EINVAL);
    CHECK_ERROR(set_list("file", kAccess, {{3, 6}, {kOwningGroup, 4}, {kOther, 4}}), EINVAL);
    CHECK_ERROR(set_list("file", kDefault, good), EACCES);
    std::string bytes = bytes_of(good);
    CHECK_ERROR(lsetxattr("link", kAccess, bytes.data(), bytes.size(), 0), EOPNOTSUPP);
    CHECK_EQUAL(set_list("file", kAccess, good), 0);
    char small[8], names[200];
    CHECK_ERROR(getxattr("file", kAccess, small, sizeof small), ERANGE);
    ssize_t size = listxattr("file", names, sizeof names);
    CHECK(size > 0 && std::string(names, static_cast<size_t>(size)).find(kAccess) != std::string::npos);
    become_nobody();
    CHECK_ERROR(set_list("file", kAccess, good), EPERM);
}
