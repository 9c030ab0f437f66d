// fanotify(7) with file handles: groups with FAN_REPORT_FID and its kin, on a tmpfs.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "fanotify_calls.h"
#include "file_helpers.h"

using namespace selftest;
using namespace selftest::fanotify;

namespace {

constexpr unsigned kNonBlock = 2, kPidfd = 0x80, kThread = 0x100, kFid = 0x200, kDirFid = 0x400, kName = 0x800,
                   kTargetFid = 0x1000;
constexpr unsigned kAdd = 1, kMarkMount = 0x10, kIgnoredMask = 0x20, kSurvive = 0x40, kMarkFileSystem = 0x100,
                   kEvictable = 0x200, kIgnore = 0x400;
constexpr unsigned kAttribute = 4, kCloseWrite = 8, kOpen = 0x20, kMovedFrom = 0x40, kMovedTo = 0x80, kCreate = 0x100,
                   kDelete = 0x200, kDeleteSelf = 0x400, kMoveSelf = 0x800, kError = 0x8000, kOnChild = 0x08000000,
                   kRename = 0x10000000, kOnDir = 0x40000000;

/// The bytes of a struct file_handle.
std::string handle_of(const char* name) {
    struct {
        unsigned size = 128;
        int type = 0;
        char bytes[128] = {};
    } handle;
    int mount_id;
    CHECK_EQUAL(syscall(SYS_name_to_handle_at, AT_FDCWD, name, &handle, &mount_id, 0), 0);
    return {reinterpret_cast<char*>(&handle), 8 + handle.size};
}

struct Named {
    std::string handle, name;
};

/// Every event that waits: "mask type:file/name …", with the files' names of `known`.
std::vector<std::string> events_of(int group, const std::vector<Named>& known) {
    std::vector<std::string> list;
    char buffer[4096];
    ssize_t size;
    while ((size = read(group, buffer, sizeof buffer)) > 0) {
        for (ssize_t start = 0; start < size;) {
            unsigned event_size;
            unsigned long long mask;
            int fd;
            memcpy(&event_size, buffer + start, sizeof event_size);
            memcpy(&mask, buffer + start + 8, sizeof mask);
            memcpy(&fd, buffer + start + 16, sizeof fd);
            CHECK_EQUAL(fd, -1);
            char text[64];
            snprintf(text, sizeof text, "%llx", mask);
            std::string line = text;
            for (char* record = buffer + start + 24; record < buffer + start + event_size;) {
                unsigned short record_size, name_start;
                unsigned handle_size;
                memcpy(&record_size, record + 2, sizeof record_size);
                memcpy(&handle_size, record + 12, sizeof handle_size);
                name_start = static_cast<unsigned short>(20 + handle_size);
                std::string handle(record + 12, 8 + handle_size), file = "?";
                for (const Named& each : known)
                    if (each.handle == handle) file = each.name;
                snprintf(text, sizeof text, " %d:", record[0]);
                line += text + file;
                if (name_start < record_size) line += std::string("/") + (record + name_start);
                record += record_size;
            }
            list.push_back(line);
            start += event_size;
        }
    }
    CHECK_EQUAL(errno, EAGAIN);
    return list;
}

using Lines = std::vector<std::string>;

void touch(const char* name) { close(open(name, O_RDWR | O_CREAT, 0644)); }

} // namespace

CASE(fanotify_handles, names_of_entries_and_their_directory) {
    enter_fresh_tmpfs();
    CHECK_EQUAL(mkdir("d", 0755), 0);
    CHECK_EQUAL(mkdir("e", 0755), 0);
    std::vector<Named> known = {{handle_of("d"), "d"}, {handle_of("e"), "e"}};
    int group = init(kDirFid | kName | kNonBlock);
    CHECK(group >= 0);
    constexpr unsigned kEntries = kCreate | kDelete | kMovedFrom | kMovedTo;
    CHECK_EQUAL(mark(group, kAdd, kEntries | kOnDir, "d"), 0);
    touch("d/a");
    CHECK_EQUAL(mkdir("d/sub", 0755), 0);
    CHECK_EQUAL(rename("d/a", "d/b"), 0);
    CHECK((events_of(group, known) == Lines{"140 2:d/a", "40000100 2:d/sub", "80 2:d/b"})); // creation and move merge
    CHECK_EQUAL(rename("d/b", "e/c"), 0);
    CHECK_EQUAL(rmdir("d/sub"), 0);
    touch("e/other");
    CHECK((events_of(group, known) == Lines{"40 2:d/b", "40000200 2:d/sub"}));
    close(group);
}

CASE(fanotify_handles, renames_tell_both_names_and_the_file) {
    enter_fresh_tmpfs();
    CHECK_EQUAL(mkdir("d", 0755), 0);
    CHECK_EQUAL(mkdir("e", 0755), 0);
    touch("d/a");
    std::vector<Named> known = {{handle_of("d"), "d"}, {handle_of("e"), "e"}, {handle_of("d/a"), "file"}};
    int group = init(kFid | kDirFid | kName | kTargetFid | kNonBlock);
    CHECK(group >= 0);
    CHECK_EQUAL(mark(group, kAdd | kMarkFileSystem, kRename, "d"), 0);
    CHECK_EQUAL(rename("d/a", "e/b"), 0);
    CHECK(events_of(group, known) == Lines{"10000000 10:d/a 12:e/b 1:file"});
    int one_side = init(kDirFid | kName | kNonBlock);
    CHECK_EQUAL(mark(one_side, kAdd, kRename, "d"), 0);
    CHECK_EQUAL(rename("e/b", "d/c"), 0);
    CHECK(events_of(one_side, known) == Lines{"10000000 12:d/c"});
    CHECK_EQUAL(rename("d/c", "e/d"), 0);
    CHECK(events_of(one_side, known) == Lines{"10000000 10:d/c"});
}

CASE(fanotify_handles, files_and_their_end) {
    enter_fresh_tmpfs();
    touch("f");
    std::vector<Named> known = {{handle_of("."), "top"}, {handle_of("f"), "f"}};
    int group = init(kFid | kNonBlock), both = init(kFid | kDirFid | kName | kNonBlock);
    CHECK(group >= 0);
    constexpr unsigned kEvents = kOpen | kAttribute | kMoveSelf | kDeleteSelf;
    CHECK_EQUAL(mark(group, kAdd, kEvents, "f"), 0);
    CHECK_EQUAL(mark(both, kAdd, kEvents, "f"), 0);
    touch("f");
    CHECK_EQUAL(chmod("f", 0600), 0);
    CHECK(events_of(group, known) == Lines{"24 1:f"}); // merged
    CHECK(events_of(both, known) == Lines{"24 2:top/f 1:f"});
    CHECK_EQUAL(rename("f", "g"), 0);
    CHECK_EQUAL(unlink("g"), 0);
    CHECK(events_of(group, known) == Lines{"c04 1:f"});
    CHECK(events_of(both, known) == Lines{"c04 1:f"});
}

CASE(fanotify_handles, pidfds_of_who_did_it) {
    enter_fresh_tmpfs();
    int group = init(kFid | kPidfd | kNonBlock);
    CHECK(group >= 0);
    CHECK_EQUAL(mark(group, kAdd, kCreate, "."), 0);
    pid_t child = fork();
    if (child == 0) {
        touch("a");
        _exit(0);
    }
    char buffer[256];
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
    touch("b");
    ssize_t size = read(group, buffer, sizeof buffer);
    CHECK(size > 48);
    unsigned event_size;
    memcpy(&event_size, buffer, sizeof event_size);
    CHECK_EQUAL(size, 2 * event_size);
    int of_child, own;
    CHECK_EQUAL(buffer[event_size - 8], 4); // the last record
    memcpy(&of_child, buffer + event_size - 4, sizeof of_child);
    memcpy(&own, buffer + 2 * event_size - 4, sizeof own);
    CHECK_EQUAL(of_child, -1); // FAN_NOPIDFD: it has been waited for
    CHECK(own >= 0);
    CHECK_EQUAL(syscall(SYS_pidfd_send_signal, own, 0, nullptr, 0), 0);
}

CASE(fanotify_handles, groups_that_cannot_be) {
    int probe = init(kFid);
    CHECK(probe >= 0);
    for (unsigned flags : {kPidfd | kThread, kFid | 4u, kDirFid | 8u, kName, kFid | kName, kTargetFid,
                           kTargetFid | kDirFid | kName, kTargetFid | kFid, 0x2000'0000u})
        CHECK_ERROR(init(flags), EINVAL);
    become_nobody();
    for (unsigned flags : {0u, 4u, kFid | kPidfd, kFid | kThread, kFid | 0x10, kFid | 0x20})
        CHECK_ERROR(init(flags), EPERM);
    int own = init(kFid);
    CHECK(own >= 0);
    CHECK_ERROR(mark(own, kAdd | kMarkMount, kOpen, "/tmp"), EPERM);
    CHECK_ERROR(mark(own, kAdd | kMarkFileSystem, kOpen, "/tmp"), EPERM);
}

CASE(fanotify_handles, marks_that_cannot_be) {
    enter_fresh_tmpfs();
    CHECK_EQUAL(mkdir("d", 0755), 0);
    touch("f");
    int group = init(kFid | kDirFid | kName), plain = init(0);
    CHECK(group >= 0 && plain >= 0);
    for (unsigned mask : {kCreate, kAttribute, kRename, kDeleteSelf, kError})
        CHECK_ERROR(mark(plain, kAdd, mask, "d"), EINVAL);
    CHECK_ERROR(mark(group, kAdd | kMarkMount, kCreate, "d"), EINVAL);
    CHECK_ERROR(mark(group, kAdd | kMarkFileSystem | kEvictable, kOpen, "d"), EINVAL);
    CHECK_ERROR(mark(group, kAdd, kError, "d"), EINVAL);
    CHECK_ERROR(mark(group, kAdd, kRename, "f"), ENOTDIR);
    CHECK_EQUAL(mark(group, kAdd, kCreate, "f"), 0); // of old taken without effect
    int target = init(kFid | kDirFid | kName | kTargetFid), directories = init(kFid | kDirFid);
    CHECK_ERROR(mark(target, kAdd, kCreate, "f"), ENOTDIR);
    CHECK_ERROR(mark(target, kAdd, kOpen | kOnChild, "f"), ENOTDIR);
    CHECK_ERROR(mark(directories, kAdd, kRename, "d"), EINVAL);
    CHECK_ERROR(mark(group, kAdd | kIgnore | kIgnoredMask, kOpen, "f"), EINVAL);
    CHECK_ERROR(mark(group, kAdd | kIgnore, kOpen, "d"), EISDIR);
    CHECK_ERROR(mark(group, kAdd | kIgnore | kMarkFileSystem, kOpen, "d"), EINVAL);
    CHECK_EQUAL(mark(group, kAdd | kIgnore | kSurvive, kOpen, "d"), 0);
    CHECK_ERROR(mark(group, kAdd | kIgnoredMask | kSurvive, kOpen, "d"), EEXIST);
    CHECK_ERROR(mark(group, kAdd | kEvictable, kOpen, "d"), EEXIST);
    char byte[24];
    CHECK_EQUAL(mark(group, kAdd, kCloseWrite, "f"), 0);
    touch("f");
    CHECK_ERROR(read(group, byte, sizeof byte), EINVAL); // too short for the first event
}
