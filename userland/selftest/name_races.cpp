// Many processes that link, unlink, rename, exchange, make and remove the same names: afterwards the tree
// must be one that could have come about: every name leads somewhere, every link count is the number of
// names, nothing is lost or left.
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <map>
#include <set>

#include "file_helpers.h"
#include "random.h"

using namespace selftest;

namespace {

constexpr int kProcesses = 8, kRounds = 1500, kNames = 12;
constexpr unsigned kNoReplace = 1, kExchange = 2;

/// A name in one of three directories, one of which comes and goes by renames itself.
std::string any_name(Random& random) {
    const char* directories[] = {"one", "two", "one/inner", "two/inner"};
    return std::string(directories[random.next(4)]) + "/n" + std::to_string(random.next(kNames));
}

void work(unsigned seed) {
    Random random(seed);
    for (int round = 0; round < kRounds; ++round) {
        std::string from = any_name(random), to = any_name(random);
        switch (random.next(10)) {
        case 0:
        case 1: {
            int fd = open(from.c_str(), O_CREAT | O_RDWR, 0644);
            if (fd >= 0) {
                (void)!write(fd, "content", 7);
                close(fd);
            }
            break;
        }
        case 2: (void)!link(from.c_str(), to.c_str()); break;
        case 3: unlink(from.c_str()); break;
        case 4: rename(from.c_str(), to.c_str()); break;
        case 5: syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), kExchange); break;
        case 6: syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), kNoReplace); break;
        case 7: mkdir(from.c_str(), 0755); break;
        case 8: rmdir(from.c_str()); break;
        case 9: rename(random.next(2) ? "one/inner" : "two/inner", random.next(2) ? "two/inner" : "one/inner"); break;
        }
    }
}

struct Found {
    nlink_t expected = 0; // what stat says
    nlink_t names = 0;
};

/// Visits the tree; link counts of files by inode, of directories on the spot.
void examine(const std::string& directory, std::map<ino_t, Found>& files) {
    DIR* stream = opendir(directory.c_str());
    CHECK(stream != nullptr);
    std::set<std::string> names;
    nlink_t subdirectories = 0;
    while (dirent* entry = readdir(stream)) {
        std::string name = entry->d_name;
        CHECK(names.insert(name).second); // once
        if (name == "." || name == "..") continue;
        std::string path = directory + "/" + name;
        struct stat status = status_of(path.c_str());
        CHECK_EQUAL(status.st_ino, entry->d_ino);
        if (S_ISDIR(status.st_mode)) {
            ++subdirectories;
            examine(path, files);
        } else {
            Found& found = files[status.st_ino];
            found.expected = status.st_nlink;
            ++found.names;
            std::string text = read_file(path.c_str());
            CHECK(text.empty() || text == "content");
        }
    }
    closedir(stream);
    nlink_t links = status_of(directory.c_str()).st_nlink;
    CHECK(links == 2 + subdirectories || links == 1); // 1: a file system that does not count them
}

void remove_tree(const std::string& directory) {
    DIR* stream = opendir(directory.c_str());
    CHECK(stream != nullptr);
    while (dirent* entry = readdir(stream)) {
        std::string name = entry->d_name, path = directory + "/" + name;
        if (name == "." || name == "..") continue;
        if (S_ISDIR(status_of(path.c_str()).st_mode)) remove_tree(path);
        else CHECK_EQUAL(unlink(path.c_str()), 0);
    }
    closedir(stream);
    CHECK_EQUAL(rmdir(directory.c_str()), 0);
}

} // namespace

CASE(name_races, the_tree_stays_whole) {
    enter_fresh_directory();
    for (const char* name : {"one", "two", "one/inner"}) CHECK_EQUAL(mkdir(name, 0755), 0);
    for (unsigned index = 0; index < kProcesses; ++index) {
        if (fork() != 0) continue;
        work(index + 1);
        _exit(0);
    }
    for (int index = 0; index < kProcesses; ++index) {
        int status;
        CHECK(wait(&status) > 0);
        CHECK_EQUAL(status, 0);
    }
    std::map<ino_t, Found> files;
    examine(".", files);
    for (auto& [inode, found] : files) CHECK_EQUAL(found.expected, found.names);
    remove_tree("one");
    remove_tree("two");
}

CASE(name_races, names_are_found_while_the_name_cache_is_emptied) {
    constexpr int kFiles = 2000, kSearchers = 3, kDrops = 40;
    enter_fresh_directory();
    for (int index = 0; index < kFiles; ++index) write_file(("f" + std::to_string(index)).c_str(), "");
    for (unsigned index = 0; index < kSearchers; ++index) {
        if (fork() != 0) continue;
        Random random(index + 1);
        for (int round = 0; round < 4000; ++round) {
            std::string number = std::to_string(random.next(kFiles));
            struct stat status;
            if (stat(("f" + number).c_str(), &status) != 0 || stat(("g" + number).c_str(), &status) == 0) _exit(1);
        }
        _exit(0);
    }
    int drop = open("/proc/sys/vm/drop_caches", O_WRONLY);
    for (int round = 0; round < kDrops && drop >= 0; ++round)
        CHECK_EQUAL(pwrite(drop, "2", 1, 0), 1); // a container has it read-only
    for (int index = 0; index < kSearchers; ++index) {
        int status;
        CHECK(wait(&status) > 0);
        CHECK_EQUAL(status, 0);
    }
}
