// Many processes at once on shared things: what they do must come out as if done one after the other.
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

namespace {

/// 64-bit linear congruential generator (Knuth): the same operations on every run.
class Random {
public:
    explicit Random(unsigned long seed) : state_(seed) {}
    unsigned below(unsigned limit) {
        state_ = state_ * 6364136223846793005 + 1442695040888963407;
        return static_cast<unsigned>(state_ >> 33) % limit;
    }

private:
    unsigned long state_;
};

std::string random_name(Random& random) {
    return std::string(1, static_cast<char>('a' + random.below(4))) + "/" + static_cast<char>('a' + random.below(6));
}

void change_the_tree(int seed, int count) {
    Random random(static_cast<unsigned long>(seed) * 77 + 1);
    for (int step = 0; step < count; ++step) {
        std::string one = random_name(random), two = random_name(random);
        switch (random.below(8)) {
        case 0: mkdir(one.c_str(), 0755); break;
        case 1: rmdir(one.c_str()); break;
        case 2: unlink(one.c_str()); break;
        case 3: rename(one.c_str(), two.c_str()); break;
        case 4: close(open(one.c_str(), O_CREAT | O_RDWR, 0644)); break;
        case 5: (void)!link(one.c_str(), two.c_str()); break;
        case 6: (void)!symlink(two.c_str(), one.c_str()); break;
        case 7: renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, two.c_str(), RENAME_EXCHANGE); break;
        }
    }
}

/// Every entry listed exists, is reached by its name, and all of it can be removed.
void check_and_remove(const std::string& path) {
    DIR* directory = opendir(path.c_str());
    CHECK(directory != nullptr);
    while (dirent* entry = readdir(directory)) {
        std::string name = entry->d_name;
        if (name == "." || name == "..") continue;
        std::string below = path + "/" + name;
        struct stat status = status_of(below.c_str());
        CHECK_EQUAL(status.st_ino, entry->d_ino);
        if (S_ISDIR(status.st_mode)) {
            check_and_remove(below);
        } else {
            CHECK(status.st_nlink >= 1);
            CHECK_EQUAL(unlink(below.c_str()), 0);
        }
    }
    closedir(directory);
    CHECK_EQUAL(status_of(path.c_str()).st_nlink, 2);
    CHECK_EQUAL(rmdir(path.c_str()), 0);
}

void expect_all_succeed() {
    int status;
    while (wait(&status) > 0) CHECK_EQUAL(status, 0);
}

} // namespace

CASE(stress, a_tree_changed_by_several_processes_stays_whole) {
    enter_fresh_directory();
    for (const char* name : {"a", "b", "c", "d"}) CHECK_EQUAL(mkdir(name, 0755), 0);
    for (int worker = 0; worker < 5; ++worker) {
        if (fork() != 0) continue;
        change_the_tree(worker, 600);
        _exit(0);
    }
    expect_all_succeed();
    for (const char* name : {"a", "b", "c", "d"}) check_and_remove(name);
}

CASE(stress, replacing_by_rename_never_shows_a_gap) {
    enter_fresh_directory();
    write_file("target", "x");
    pid_t child = fork();
    if (child == 0) {
        for (int round = 0; round < 500; ++round) {
            write_file("fresh", "y");
            if (rename("fresh", "target") != 0) _exit(1);
        }
        _exit(0);
    }
    int status;
    while (waitpid(child, &status, WNOHANG) == 0) {
        int fd = open("target", O_RDONLY);
        CHECK(fd >= 0);
        char byte = 0;
        CHECK_EQUAL(read(fd, &byte, 1), 1);
        close(fd);
    }
    CHECK_EQUAL(status, 0);
}

CASE(stress, two_hundred_processes_live_at_once_and_go) {
    constexpr int kCount = 200;
    int gate[2];
    CHECK_EQUAL(pipe(gate), 0);
    pid_t children[kCount];
    for (pid_t& child : children) {
        child = fork();
        if (child == 0) {
            char byte;
            close(gate[1]);
            _exit(static_cast<int>(read(gate[0], &byte, 1))); // ends when the gate opens
        }
        CHECK(child > 0);
    }
    close(gate[1]);
    for (pid_t child : children) {
        int status = -1;
        CHECK_EQUAL(waitpid(child, &status, 0), child);
        CHECK_EQUAL(status, 0);
        CHECK_ERROR(kill(child, 0), ESRCH);
    }
    CHECK_ERROR(wait(nullptr), ECHILD);
}

CASE(stress, appends_of_several_processes_are_never_lost) {
    enter_fresh_directory();
    for (int worker = 0; worker < 4; ++worker) {
        if (fork() != 0) continue;
        int fd = open("log", O_CREAT | O_WRONLY | O_APPEND, 0600);
        char line[16];
        memset(line, 'a' + worker, sizeof line);
        for (int round = 0; round < 200; ++round)
            if (write(fd, line, sizeof line) != sizeof line) _exit(1);
        _exit(0);
    }
    expect_all_succeed();
    std::string log = read_file("log");
    CHECK_EQUAL(log.size(), 4 * 200 * 16);
    for (size_t at = 0; at < log.size(); at += 16)
        for (size_t index = 1; index < 16; ++index) CHECK_EQUAL(log[at + index], log[at]);
}
