// inotify(7).
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <string>

#include "file_helpers.h"

using namespace selftest;

namespace {

/// Everything that is queued, one word for each event: watch number, event, name.
std::string events_of(int fd) {
    static const struct { unsigned mask; const char* name;
    } kNames[] = {{IN_ACCESS, "access"},           {IN_MODIFY, "modify"},
                  {IN_ATTRIB, "attrib"},           {IN_CLOSE_WRITE, "close-write"},
                  {IN_CLOSE_NOWRITE, "close"},     {IN_OPEN, "open"},
                  {IN_MOVED_FROM, "from"},         {IN_MOVED_TO, "to"},
                  {IN_CREATE, "create"},           {IN_DELETE, "delete"},
                  {IN_DELETE_SELF, "delete-self"}, {IN_MOVE_SELF, "move-self"},
                  {IN_UNMOUNT, "unmount"},         {IN_IGNORED, "ignored"},
                  {IN_Q_OVERFLOW, "overflow"}};
    std::string result;
    alignas(inotify_event) char buffer[8192];
    pollfd watched = {fd, POLLIN, 0};
    while (poll(&watched, 1, 0) == 1) {
        ssize_t size = read(fd, buffer, sizeof buffer);
        CHECK(size > 0);
        for (ssize_t offset = 0; offset < size;) {
            auto* event = reinterpret_cast<inotify_event*>(buffer + offset);
            if (!result.empty()) result += ' ';
            result += std::to_string(event->wd);
            for (auto& entry : kNames)
                if (event->mask & entry.mask) result += std::string(":") + entry.name;
            if (event->mask & IN_ISDIR) result += ":dir";
            if (event->len) result += std::string(":") + event->name;
            CHECK_EQUAL(event->len % sizeof(inotify_event), 0);
            offset += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
        }
    }
    return result;
}

void check_events(int fd, const char* expected, int line) {
    std::string seen = events_of(fd);
    if (seen != expected) selftest::fail(__FILE__, line, "saw \"%s\", not \"%s\"", seen.c_str(), expected);
}
#define CHECK_EVENTS(fd, expected) check_events(fd, expected, __LINE__)

void make_file(const char* name) {
    int fd = open(name, O_CREAT | O_RDWR, 0600);
    CHECK(fd >= 0);
    close(fd);
}

} // namespace

CASE(inotify, a_directory_tells_of_its_names) {
    enter_fresh_directory();
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    CHECK_EQUAL(inotify_add_watch(fd, ".", IN_ALL_EVENTS), 1);
    make_file("a");
    CHECK_EVENTS(fd, "1:create:a 1:open:a 1:close-write:a");
    int file = open("a", O_RDWR);
    CHECK_EQUAL(write(file, "xy", 2), 2);
    CHECK_EQUAL(write(file, "z", 1), 1); // the same again: told once
    CHECK_EQUAL(lseek(file, 0, SEEK_SET), 0);
    char byte;
    CHECK_EQUAL(read(file, &byte, 1), 1);
    close(file);
    CHECK_EVENTS(fd, "1:open:a 1:modify:a 1:access:a 1:close-write:a");
    CHECK_EQUAL(chmod("a", 0644), 0);
    CHECK_EQUAL(rename("a", "b"), 0);
    CHECK_EQUAL(link("b", "c"), 0);
    CHECK_EQUAL(unlink("b"), 0);
    CHECK_EVENTS(fd, "1:attrib:a 1:from:a 1:to:b 1:create:c 1:delete:b");
    CHECK_EQUAL(mkdir("d", 0700), 0);
    CHECK_EQUAL(rmdir("d"), 0);
    CHECK_EVENTS(fd, "1:create:dir:d 1:delete:dir:d");
    CHECK_EQUAL(symlink("c", "s"), 0);
    CHECK_EVENTS(fd, "1:create:s");
    CHECK_ERROR(read(fd, &byte, 1), EAGAIN);
}

CASE(inotify, a_file_tells_of_itself) {
    enter_fresh_directory();
    make_file("a");
    int fd = inotify_init1(IN_NONBLOCK);
    CHECK_EQUAL(inotify_add_watch(fd, "a", IN_ALL_EVENTS), 1);
    CHECK_EQUAL(link("a", "b"), 0);
    CHECK_EVENTS(fd, "1:attrib");
    CHECK_EQUAL(unlink("b"), 0);
    CHECK_EVENTS(fd, "1:attrib");
    CHECK_EQUAL(rename("a", "c"), 0);
    CHECK_EVENTS(fd, "1:move-self");
    int file = open("c", O_RDONLY);
    CHECK_EQUAL(unlink("c"), 0);
    CHECK_EVENTS(fd, "1:open 1:attrib");
    close(file); // the last user
    CHECK_EVENTS(fd, "1:close 1:delete-self 1:ignored");
    CHECK_ERROR(inotify_rm_watch(fd, 1), EINVAL);
}

CASE(inotify, both_halves_of_a_move_carry_one_cookie) {
    enter_fresh_directory();
    CHECK_EQUAL(mkdir("from", 0700), 0);
    CHECK_EQUAL(mkdir("to", 0700), 0);
    make_file("from/x");
    int fd = inotify_init1(IN_NONBLOCK);
    int from = inotify_add_watch(fd, "from", IN_MOVE), to = inotify_add_watch(fd, "to", IN_MOVE);
    CHECK(from == 1 && to == 2);
    CHECK_EQUAL(rename("from/x", "to/y"), 0);
    int waiting = 0;
    CHECK_EQUAL(ioctl(fd, FIONREAD, &waiting), 0);
    CHECK_EQUAL(waiting, 64);
    alignas(inotify_event) char buffer[64];
    CHECK_ERROR(read(fd, buffer, 31), EINVAL); // not even one
    CHECK_EQUAL(read(fd, buffer, 63), 32);     // one, not one and a half
    auto* event = reinterpret_cast<inotify_event*>(buffer);
    CHECK_EQUAL(event->wd, from);
    CHECK_EQUAL(event->mask, IN_MOVED_FROM);
    CHECK(event->cookie != 0);
    unsigned cookie = event->cookie;
    CHECK_EQUAL(read(fd, buffer, 64), 32);
    CHECK_EQUAL(event->wd, to);
    CHECK_EQUAL(event->mask, IN_MOVED_TO);
    CHECK_EQUAL(event->cookie, cookie);
}

CASE(inotify, watches_change_and_go) {
    enter_fresh_directory();
    make_file("a");
    int fd = inotify_init1(IN_NONBLOCK);
    int watch = inotify_add_watch(fd, "a", IN_OPEN);
    CHECK_EQUAL(inotify_add_watch(fd, "a", IN_ATTRIB), watch); // replaces
    close(open("a", O_RDONLY));
    CHECK_EVENTS(fd, "");
    CHECK_EQUAL(inotify_add_watch(fd, "a", IN_OPEN | IN_MASK_ADD), watch);
    CHECK_EQUAL(chmod("a", 0600), 0);
    close(open("a", O_RDONLY));
    CHECK_EVENTS(fd, "1:attrib 1:open");
    CHECK_ERROR(inotify_add_watch(fd, "a", IN_OPEN | IN_MASK_CREATE), EEXIST);
    CHECK_EQUAL(inotify_rm_watch(fd, watch), 0);
    CHECK_EVENTS(fd, "1:ignored");
    CHECK_EQUAL(inotify_add_watch(fd, "a", IN_OPEN | IN_ONESHOT), 2);
    close(open("a", O_RDONLY));
    close(open("a", O_RDONLY));
    CHECK_EVENTS(fd, "2:open 2:ignored");
}

CASE(inotify, unlinked_files_may_be_left_out) {
    enter_fresh_directory();
    make_file("a");
    int fd = inotify_init1(IN_NONBLOCK);
    CHECK_EQUAL(inotify_add_watch(fd, ".", IN_MODIFY | IN_EXCL_UNLINK), 1);
    int file = open("a", O_RDWR);
    CHECK_EQUAL(write(file, "x", 1), 1);
    CHECK_EVENTS(fd, "1:modify:a");
    CHECK_EQUAL(unlink("a"), 0);
    CHECK_EQUAL(write(file, "x", 1), 1);
    CHECK_EVENTS(fd, "");
}

CASE(inotify, errors) {
    enter_fresh_directory();
    make_file("a");
    CHECK_EQUAL(symlink("a", "s"), 0);
    CHECK_ERROR(inotify_init1(1), EINVAL);
    int fd = inotify_init1(0);
    CHECK_ERROR(inotify_add_watch(fd, "a", 0), EINVAL);
    CHECK_ERROR(inotify_add_watch(fd, "a", IN_OPEN | IN_MASK_ADD | IN_MASK_CREATE), EINVAL);
    CHECK_ERROR(inotify_add_watch(fd, "a", IN_OPEN | IN_ONLYDIR), ENOTDIR);
    CHECK_ERROR(inotify_add_watch(fd, "none", IN_OPEN), ENOENT);
    CHECK_ERROR(inotify_add_watch(-1, "a", IN_OPEN), EBADF);
    CHECK_ERROR(inotify_add_watch(open("a", O_RDONLY), "a", IN_OPEN), EINVAL);
    CHECK_ERROR(inotify_add_watch(fd, reinterpret_cast<const char*>(8), IN_OPEN), EFAULT);
    CHECK_ERROR(inotify_rm_watch(fd, 1), EINVAL);
    CHECK_EQUAL(inotify_add_watch(fd, "s", IN_OPEN | IN_DONT_FOLLOW), 1);
    CHECK_EQUAL(inotify_add_watch(fd, "a", IN_OPEN), 2); // another file than the link
}

CASE(inotify, sizes_attributes_and_splices_are_told) {
    enter_fresh_directory();
    make_file("f");
    int queue = inotify_init1(IN_NONBLOCK);
    CHECK(queue >= 0);
    int fd = open("f", O_RDWR);
    CHECK(fd >= 0);
    CHECK_EQUAL(inotify_add_watch(queue, "f", IN_ALL_EVENTS), 1);
    CHECK_EQUAL(ftruncate(fd, 10), 0);
    CHECK_EVENTS(queue, "1:modify");
    CHECK_EQUAL(truncate("f", 20), 0);
    CHECK_EVENTS(queue, "1:modify");
    CHECK_EQUAL(fallocate(fd, 0, 0, 4096), 0);
    CHECK_EVENTS(queue, "1:modify");
    if (fsetxattr(fd, "user.a", "x", 1, 0) == 0) {
        CHECK_EVENTS(queue, "1:attrib");
        CHECK_EQUAL(fremovexattr(fd, "user.a"), 0);
        CHECK_EVENTS(queue, "1:attrib");
    }
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    CHECK_EQUAL(splice(fd, nullptr, ends[1], nullptr, 100, 0), 100);
    std::string read_event = events_of(queue);
    CHECK(read_event == "1:access" || read_event.empty()); // Linux before 6.6 says nothing
    CHECK_EQUAL(splice(ends[0], nullptr, fd, nullptr, 100, 0), 100);
    CHECK_EVENTS(queue, "1:modify");
}
