// overlayfs: layers, copying up, whiteouts, opaque directories. Each case in a mount name space of its own.
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <set>

#include "file_helpers.h"

using namespace selftest;

namespace {

/// low1 over low2 and an upper layer, mounted on m; false where the host cannot.
bool mount_layers(const char* options = "lowerdir=low1:low2,upperdir=up,workdir=work") {
    if (unshare(CLONE_NEWNS) != 0) return false;
    CHECK_EQUAL(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    enter_fresh_directory();
    CHECK_EQUAL(mount("layers", ".", "tmpfs", 0, "mode=755"), 0);
    char here[200];
    CHECK(getcwd(here, sizeof here) != nullptr && chdir(here) == 0);
    for (const char* name : {"low1", "low2", "up", "work", "m", "low1/dir", "low2/dir", "low2/deep", "low2/deep/er"})
        CHECK_EQUAL(mkdir(name, 0755), 0);
    write_file("low1/both", "from 1");
    write_file("low2/both", "from 2");
    write_file("low2/only2", "second", 0640);
    write_file("low1/dir/a", "a1");
    write_file("low2/dir/b", "b2");
    write_file("low2/deep/er/file", "deep");
    return mount("overlay", "m", "overlay", 0, options) == 0;
}

std::set<std::string> names_in(const char* directory) {
    std::set<std::string> names;
    DIR* stream = opendir(directory);
    CHECK(stream != nullptr);
    while (dirent* entry = readdir(stream)) CHECK(names.insert(entry->d_name).second);
    closedir(stream);
    names.erase(".");
    names.erase("..");
    return names;
}

bool is_there(const char* name) {
    struct stat status;
    return lstat(name, &status) == 0;
}

} // namespace

CASE(overlay, the_layers_appear_as_one_tree) {
    if (!mount_layers()) return;
    CHECK(read_file("m/both") == "from 1");
    CHECK(read_file("m/only2") == "second");
    CHECK((names_in("m") == std::set<std::string>{"both", "only2", "dir", "deep"}));
    CHECK((names_in("m/dir") == std::set<std::string>{"a", "b"}));
    CHECK(names_in("up").empty());
    CHECK_EQUAL(status_of("m/only2").st_mode & 0777, 0640);
}

CASE(overlay, a_change_is_made_in_a_copy) {
    if (!mount_layers()) return;
    int reader = open("m/only2", O_RDONLY);
    ino_t before = status_of("m/only2").st_ino;
    int fd = open("m/only2", O_WRONLY | O_APPEND);
    CHECK_EQUAL(write(fd, "+more", 5), 5);
    close(fd);
    CHECK(read_file("m/only2") == "second+more");
    CHECK(read_file("low2/only2") == "second");
    CHECK(read_file("up/only2") == "second+more");
    CHECK_EQUAL(status_of("m/only2").st_mode & 0777, 0640);
    CHECK_EQUAL(status_of("m/only2").st_ino, before);
    close(reader);
    CHECK_EQUAL(chmod("m/deep/er/file", 0600), 0); // takes its directories up
    CHECK(is_there("up/deep/er/file"));
    CHECK_EQUAL(status_of("low2/deep/er/file").st_mode & 0777, 0644);
    CHECK_EQUAL(status_of("m/deep/er/file").st_mode & 0777, 0600);
    CHECK_EQUAL(truncate("m/both", 4), 0);
    CHECK(read_file("m/both") == "from");
    CHECK(read_file("low1/both") == "from 1");
}

CASE(overlay, a_name_moves_between_directories) {
    if (!mount_layers()) return;
    CHECK_EQUAL(mkdir("m/new", 0755), 0);
    CHECK_EQUAL(rename("m/only2", "m/new/moved"), 0);
    CHECK(!is_there("m/only2"));
    CHECK(read_file("m/new/moved") == "second");
    CHECK_EQUAL(rename("m/new/moved", "m/dir/moved"), 0);
    CHECK(read_file("up/dir/moved") == "second");
}

CASE(overlay, removed_names_leave_whiteouts) {
    if (!mount_layers()) return;
    CHECK_EQUAL(unlink("m/both"), 0);
    CHECK(!is_there("m/both"));
    struct stat status = status_of("up/both");
    CHECK(S_ISCHR(status.st_mode) && status.st_rdev == makedev(0, 0));
    CHECK((names_in("m") == std::set<std::string>{"only2", "dir", "deep"}));
    write_file("m/both", "new");
    CHECK(read_file("m/both") == "new" && read_file("up/both") == "new");
    CHECK_ERROR(rmdir("m/dir"), ENOTEMPTY);
    CHECK_EQUAL(unlink("m/dir/a"), 0);
    CHECK_EQUAL(unlink("m/dir/b"), 0);
    CHECK_EQUAL(rmdir("m/dir"), 0);
    CHECK(!is_there("m/dir"));
    CHECK_EQUAL(mkdir("m/dir", 0755), 0); // does not show what lies below
    CHECK(names_in("m/dir").empty());
    CHECK(is_there("low1/dir/a"));
}

CASE(overlay, renames_stay_within_the_upper_layer) {
    if (!mount_layers()) return;
    CHECK_EQUAL(rename("m/only2", "m/renamed"), 0);
    CHECK(read_file("m/renamed") == "second" && !is_there("m/only2"));
    CHECK_ERROR(rename("m/dir", "m/elsewhere"), EXDEV); // partly below
    CHECK_EQUAL(mkdir("m/fresh", 0755), 0);
    write_file("m/fresh/file", "f");
    CHECK_EQUAL(rename("m/fresh", "m/moved"), 0);
    CHECK(read_file("m/moved/file") == "f" && !is_there("m/fresh"));
    CHECK_EQUAL(link("m/both", "m/second"), 0);
    CHECK_EQUAL(status_of("m/second").st_nlink, 2);
    CHECK_EQUAL(symlink("both", "m/link"), 0);
    CHECK(read_file("m/link") == "from 1");
    CHECK_EQUAL(rename("m/renamed", "m/both"), 0);
    CHECK(read_file("m/both") == "second" && read_file("m/second") == "from 1");
}

CASE(overlay, without_an_upper_layer_it_is_read_only) {
    if (!mount_layers("lowerdir=low1:low2")) return;
    CHECK(read_file("m/only2") == "second");
    CHECK_ERROR(open("m/only2", O_WRONLY), EROFS);
    CHECK_ERROR(mkdir("m/new", 0755), EROFS);
    CHECK_ERROR(unlink("m/both"), EROFS);
    CHECK_ERROR(mount("overlay", "m", "overlay", 0, "upperdir=up,workdir=work"), EINVAL);
}
