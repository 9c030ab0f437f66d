// A tmpfs with few pages and inodes, filled by several processes at once (tmpfs(5)). Each process has a model
// of its own files: what fails for lack of room has changed nothing, what was there is there, and in the end
// all room is free again.
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <string>

#include "file_helpers.h"
#include "random.h"

using namespace selftest;

namespace {

constexpr int kProcesses = 6, kRounds = 700;
constexpr unsigned kNames = 6, kPage = 4096, kMaxFilePages = 24;
constexpr size_t kMaxFileSize = kMaxFilePages * kPage;

sigjmp_buf g_no_room;
void on_bus_error(int) { siglongjmp(g_no_room, 1); }

/// One process's files: names lead to contents, two names perhaps to the same.
class Model {
public:
    Model(unsigned seed, std::string directory) : random_(seed), directory_(std::move(directory)) {}
    void step();
    void check_all() {
        for (auto& [name, content] : files_) CHECK(read_file(name.c_str(), kMaxFileSize + 1) == *content);
    }
    void remove_all() {
        for (auto& [name, content] : files_) CHECK_EQUAL(unlink(name.c_str()), 0);
        CHECK_EQUAL(rmdir(directory_.c_str()), 0);
    }

private:
    using Content = std::shared_ptr<std::string>;
    void create(const std::string& name);
    void write_at(const std::string& name, std::string& content);
    void write_mapped(const std::string& name, std::string& content);
    void allocate(const std::string& name, std::string& content);
    void rename_to(const std::string& from, const std::string& to);
    /// The call succeeded, or there was no room and it is as if it had not been made.
    bool succeeds(int result) {
        CHECK(result == 0 || errno == ENOSPC);
        return result == 0;
    }

    Random random_;
    std::string directory_;
    std::map<std::string, Content> files_;
};

void Model::create(const std::string& name) {
    int fd = open(name.c_str(), O_CREAT | O_EXCL | O_RDWR, 0644);
    CHECK(fd >= 0 || errno == ENOSPC);
    if (fd < 0) return;
    files_[name] = std::make_shared<std::string>();
    close(fd);
}

void Model::write_at(const std::string& name, std::string& content) {
    size_t offset = random_.next(kMaxFileSize - 1), size = 1 + random_.next(3 * kPage);
    if (offset + size > kMaxFileSize) size = kMaxFileSize - offset;
    std::string bytes(size, static_cast<char>(1 + random_.next(255)));
    int fd = open(name.c_str(), O_RDWR);
    CHECK(fd >= 0);
    ssize_t done = pwrite(fd, bytes.data(), size, static_cast<off_t>(offset));
    CHECK(done > 0 || (done == -1 && errno == ENOSPC));
    close(fd);
    if (done <= 0) return;
    size_t end = offset + static_cast<size_t>(done);
    if (content.size() < end) content.resize(end);
    content.replace(offset, static_cast<size_t>(done), bytes, 0, static_cast<size_t>(done));
}

/// A store into a hole that finds no page is a SIGBUS.
void Model::write_mapped(const std::string& name, std::string& content) {
    if (content.empty()) return;
    int fd = open(name.c_str(), O_RDWR);
    CHECK(fd >= 0);
    void* memory = mmap(nullptr, content.size(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(memory != MAP_FAILED);
    close(fd);
    size_t offset = random_.next(static_cast<unsigned>(content.size()));
    char byte = static_cast<char>(1 + random_.next(255));
    if (sigsetjmp(g_no_room, 1) == 0) {
        static_cast<volatile char*>(memory)[offset] = byte;
        content[offset] = byte;
    }
    CHECK_EQUAL(munmap(memory, content.size()), 0);
}

void Model::allocate(const std::string& name, std::string& content) {
    constexpr int kModes[] = {0, FALLOC_FL_KEEP_SIZE, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE};
    int mode = kModes[random_.next(3)];
    size_t offset = random_.next(kMaxFileSize / 2), size = 1 + random_.next(kMaxFileSize / 2);
    int fd = open(name.c_str(), O_RDWR);
    CHECK(fd >= 0);
    bool succeeded = succeeds(fallocate(fd, mode, static_cast<off_t>(offset), static_cast<off_t>(size)));
    close(fd);
    if (!succeeded) return;
    if (mode == 0 && content.size() < offset + size) content.resize(offset + size);
    if (mode & FALLOC_FL_PUNCH_HOLE)
        for (size_t at = offset; at < offset + size && at < content.size(); ++at) content[at] = 0;
}

void Model::rename_to(const std::string& from, const std::string& to) {
    if (!succeeds(rename(from.c_str(), to.c_str()))) return;
    if (from == to || (files_.count(to) && files_[from] == files_[to])) return; // the same file: nothing happens
    files_[to] = files_[from];
    files_.erase(from);
}

void Model::step() {
    std::string name = directory_ + "/" + std::to_string(random_.next(kNames));
    std::string other = directory_ + "/" + std::to_string(random_.next(kNames));
    if (!files_.count(name)) return create(name);
    std::string& content = *files_[name];
    switch (random_.next(9)) {
    case 0:
    case 1:
    case 2: write_at(name, content); break;
    case 3: {
        size_t size = random_.next(kMaxFileSize);
        if (succeeds(truncate(name.c_str(), static_cast<off_t>(size)))) content.resize(size);
        break;
    }
    case 4: rename_to(name, other); break;
    case 5:
        CHECK_EQUAL(unlink(name.c_str()), 0);
        files_.erase(name);
        break;
    case 6:
        if (!files_.count(other) && succeeds(link(name.c_str(), other.c_str()))) files_[other] = files_[name];
        break;
    case 7: write_mapped(name, content); break;
    case 8: allocate(name, content); break;
    }
    if (files_.count(name)) CHECK(read_file(name.c_str(), kMaxFileSize + 1) == *files_[name]);
}

void run_model(unsigned seed, std::string directory) {
    struct sigaction action = {};
    action.sa_handler = on_bus_error;
    sigaction(SIGBUS, &action, nullptr);
    Model model(seed, std::move(directory));
    for (int round = 0; round < kRounds; ++round) model.step();
    model.check_all();
    model.remove_all();
}

} // namespace

CASE(full_tmpfs, what_fails_for_lack_of_room_changes_nothing) {
    if (unshare(CLONE_NEWNS) != 0) return; // a container
    CHECK_EQUAL(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    enter_fresh_directory();
    CHECK_EQUAL(mkdir("small", 0755), 0);
    CHECK_EQUAL(mount("small", "small", "tmpfs", 0, "size=240k,nr_inodes=26"), 0);
    CHECK_EQUAL(chdir("small"), 0);
    struct statvfs before, after;
    CHECK_EQUAL(statvfs(".", &before), 0);
    CHECK_EQUAL(before.f_bfree, 60);
    auto directory_of = [](unsigned index) { return "p" + std::to_string(index); };
    for (unsigned index = 0; index < kProcesses; ++index) CHECK_EQUAL(mkdir(directory_of(index).c_str(), 0755), 0);
    for (unsigned index = 0; index < kProcesses; ++index) {
        if (fork() != 0) continue;
        run_model(index + 1, directory_of(index));
        _exit(0);
    }
    for (int index = 0; index < kProcesses; ++index) {
        int status;
        CHECK(wait(&status) > 0);
        CHECK_EQUAL(status, 0);
    }
    CHECK_EQUAL(statvfs(".", &after), 0);
    CHECK_EQUAL(after.f_bfree, before.f_bfree);
    CHECK_EQUAL(after.f_bavail, before.f_bavail);
    CHECK_EQUAL(after.f_ffree, before.f_ffree);
    CHECK_EQUAL(chdir(".."), 0);
    CHECK_EQUAL(umount("small"), 0); // nobody has it open
}

CASE(full_tmpfs, another_name_takes_an_inode_of_the_limit) {
    if (unshare(CLONE_NEWNS) != 0) return;
    CHECK_EQUAL(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
    enter_fresh_directory();
    CHECK_EQUAL(mkdir("small", 0755), 0);
    CHECK_EQUAL(mount("small", "small", "tmpfs", 0, "nr_inodes=4"), 0);
    CHECK_EQUAL(chdir("small"), 0);
    auto free_inodes = [] {
        struct statvfs status;
        CHECK_EQUAL(statvfs(".", &status), 0);
        return static_cast<long>(status.f_ffree);
    };
    CHECK_EQUAL(free_inodes(), 3);
    write_file("a", "x");
    CHECK_EQUAL(link("a", "b"), 0);
    CHECK_EQUAL(free_inodes(), 1);
    CHECK_EQUAL(mkdir("d", 0755), 0);
    CHECK_ERROR(link("a", "c"), ENOSPC);
    CHECK_ERROR(symlink("a", "c"), ENOSPC);
    CHECK_ERROR(mkdir("c", 0755), ENOSPC);
    CHECK_ERROR(open("c", O_CREAT | O_WRONLY, 0644), ENOSPC);
    CHECK_ERROR(open(".", O_TMPFILE | O_WRONLY, 0644), ENOSPC);
    CHECK_EQUAL(status_of("a").st_nlink, 2);
    CHECK_EQUAL(rmdir("d"), 0);
    CHECK_EQUAL(free_inodes(), 1);
    CHECK_EQUAL(unlink("a"), 0);
    CHECK_EQUAL(free_inodes(), 2);
    int fd = open(".", O_TMPFILE | O_RDWR, 0644);
    CHECK(fd >= 0);
    CHECK_EQUAL(free_inodes(), 1);
    CHECK_EQUAL(linkat(AT_FDCWD, ("/proc/self/fd/" + std::to_string(fd)).c_str(), AT_FDCWD, "t", AT_SYMLINK_FOLLOW), 0);
    CHECK_EQUAL(free_inodes(), 1); // its first name
    close(fd);
    CHECK_EQUAL(rename("t", "b"), 0);
    CHECK_EQUAL(free_inodes(), 2);
    CHECK_EQUAL(link("b", "c"), 0);
    write_file("d", "y");
    CHECK_EQUAL(free_inodes(), 0);
    CHECK_EQUAL(rename("d", "c"), 0); // a name of two goes
    CHECK_EQUAL(free_inodes(), 1);
    CHECK_EQUAL(unlink("b"), 0);
    CHECK_EQUAL(unlink("c"), 0);
    CHECK_EQUAL(free_inodes(), 3);
}
