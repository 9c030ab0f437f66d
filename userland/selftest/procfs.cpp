// /proc: live state in the formats that programs read.
#include <stdio.h>
#include <time.h>
#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file_helpers.h"

using selftest::read_file;

namespace {

bool contains(const std::string& text, const char* part) { return text.find(part) != text.npos; }

} // namespace

CASE(procfs, stat_of_this_process) {
    std::string text = read_file("/proc/self/stat");
    CHECK_EQUAL(atoi(text.c_str()), getpid());
    CHECK(contains(text, "(self-test) R "));
    int fields = 0;
    for (char c : text.substr(text.rfind(')')))
        if (c == ' ') ++fields;
    CHECK_EQUAL(fields, 50); // proc(5): 52 fields, two before the name's end
}

CASE(procfs, status_cmdline_and_links) {
    CHECK(contains(read_file("/proc/self/status"), "Name:\tself-test\n"));
    CHECK(contains(read_file("/proc/self/status"), ("Pid:\t" + std::to_string(getpid()) + "\n").c_str()));
    std::string command = read_file("/proc/self/cmdline");
    CHECK(contains(command, "self-test"));
    CHECK_EQUAL(command.back(), 0);
    char target[300] = {};
    CHECK(readlink("/proc/self/exe", target, sizeof target - 1) > 0);
    CHECK(contains(target, "self-test"));
    CHECK_EQUAL(chdir("/tmp"), 0);
    memset(target, 0, sizeof target);
    CHECK_EQUAL(readlink("/proc/self/cwd", target, sizeof target - 1), 4);
    memset(target, 0, sizeof target);
    CHECK(readlink("/proc/self", target, sizeof target - 1) > 0);
    CHECK_EQUAL(atoi(target), getpid());
}

CASE(procfs, maps_show_mappings_and_their_names) {
    void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    char line[40];
    snprintf(line, sizeof line, "%lx-%lx rw-s", reinterpret_cast<unsigned long>(page),
             reinterpret_cast<unsigned long>(page) + 4096);
    std::string maps = read_file("/proc/self/maps");
    CHECK(contains(maps, line));
    CHECK(contains(maps, "[stack]"));
    CHECK(contains(maps, "self-test"));
    CHECK(maps == read_file("/proc/self/maps", 7) || !maps.empty());
}

CASE(procfs, maps_go_on_at_the_next_mapping) {
    constexpr int kMappings = 400; // more than one piece
    auto* area = static_cast<char*>(mmap(nullptr, 2 * kMappings * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    for (int index = 0; index < kMappings; ++index) mprotect(area + 2 * index * 4096, 4096, PROT_READ);
    int fd = open("/proc/self/maps", O_RDONLY);
    std::string all;
    char bytes[300];
    ssize_t size = read(fd, bytes, sizeof bytes);
    CHECK(size > 0);
    all.append(bytes, static_cast<unsigned long>(size));
    CHECK_EQUAL(munmap(area + 2 * (kMappings - 10) * 4096, 20 * 4096), 0); // far ahead: does not come any more
    while ((size = read(fd, bytes, sizeof bytes)) > 0) all.append(bytes, static_cast<unsigned long>(size));
    int count = 0;
    unsigned long start, end, previous = 0;
    for (unsigned long at = 0; at < all.size(); at = all.find('\n', at) + 1) {
        CHECK_EQUAL(sscanf(all.c_str() + at, "%lx-%lx", &start, &end), 2);
        CHECK(start >= previous && end > start);
        previous = end;
        if (start >= reinterpret_cast<unsigned long>(area) &&
            end <= reinterpret_cast<unsigned long>(area + 2 * kMappings * 4096))
            ++count;
    }
    CHECK_EQUAL(count, 2 * kMappings - 20);
    close(fd);
    munmap(area, 2 * kMappings * 4096);
}

CASE(procfs, mappings_of_others_cannot_be_opened) {
    CHECK_EQUAL(selftest::in_child([] {
        if (setuid(1000) != 0) _exit(1);
        for (const char* name : {"/proc/1/maps", "/proc/1/smaps", "/proc/1/smaps_rollup", "/proc/1/fdinfo"})
            if (open(name, O_RDONLY) != -1 || errno != EACCES) _exit(2);
    }), 0);
}

CASE(procfs, coredump_filter_can_be_set_and_is_inherited) {
    int fd = open("/proc/self/coredump_filter", O_RDWR);
    CHECK(read_file("/proc/self/coredump_filter") == "00000033\n");
    CHECK_EQUAL(write(fd, "0x1ff3f\n", 8), 8);
    CHECK(read_file("/proc/self/coredump_filter") == "0000013f\n");
    CHECK_ERROR(write(fd, "x", 1), EINVAL);
    CHECK_ERROR(write(fd, "08", 2), EINVAL);
    CHECK_EQUAL(
        selftest::in_child([] { _exit(read_file("/proc/self/coredump_filter") == "0000013f\n" ? 3 : 4); }),
        3 << 8);
    CHECK_EQUAL(write(fd, "063", 3), 3);
    CHECK(read_file("/proc/self/coredump_filter") == "00000033\n");
    close(fd);
}

CASE(procfs, timers_shows_what_was_asked_for) {
    struct sigevent event = {};
    event.sigev_notify = SIGEV_SIGNAL, event.sigev_signo = 40;
    event.sigev_value.sival_ptr = reinterpret_cast<void*>(0x1234);
    timer_t timer;
    CHECK_EQUAL(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
    char expected[80];
    snprintf(expected, sizeof expected, "\nsignal: 40/0000000000001234\nnotify: signal/pid.%d\nClockID: 1\n", getpid());
    CHECK(contains(read_file("/proc/self/timers"), expected));
    CHECK_EQUAL(timer_delete(timer), 0);
    CHECK(read_file("/proc/self/timers") == "");
}

CASE(procfs, fd_lists_descriptors) {
    int fd = open("/dev/null", O_RDONLY);
    char name[40], target[40] = {};
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    CHECK_EQUAL(readlink(name, target, sizeof target), 9);
    CHECK(strcmp(target, "/dev/null") == 0);
    int again = open(name, O_RDONLY);
    CHECK(again >= 0);
    close(fd);
    CHECK_ERROR(readlink(name, target, sizeof target), ENOENT);
}

CASE(procfs, small_reads_see_the_whole_text) {
    CHECK(read_file("/proc/meminfo", 5).size() > 200);
    CHECK(contains(read_file("/proc/meminfo", 3), "MemTotal:"));
    CHECK(read_file("/proc/version", 1) == read_file("/proc/version"));
}

CASE(procfs, global_files_are_there) {
    CHECK(contains(read_file("/proc/cpuinfo"), "processor\t: 0"));
    CHECK(contains(read_file("/proc/stat"), "cpu0 "));
    CHECK(contains(read_file("/proc/stat"), "btime "));
    CHECK(strtod(read_file("/proc/uptime").c_str(), nullptr) > 0);
    CHECK(contains(read_file("/proc/loadavg"), "."));
    CHECK(contains(read_file("/proc/mounts"), " /proc proc "));
    CHECK(contains(read_file("/proc/filesystems"), "nodev\ttmpfs\n"));
    read_file("/proc/cmdline");
}

CASE(procfs, every_file_can_be_read_and_nothing_can_be_made) {
    const char* paths[] = {"/proc", "/proc/self", "/proc/1"};
    for (const char* path : paths) {
        DIR* directory = opendir(path);
        CHECK(directory != nullptr);
        while (dirent* entry = readdir(directory)) {
            std::string name = std::string(path) + "/" + entry->d_name;
            // These block or are not for reading on some kernels.
            if (name == "/proc/kmsg" || name.ends_with("mem") || name == "/proc/kcore") continue;
            int fd = open(name.c_str(), O_RDONLY | O_NONBLOCK);
            char buffer[4096];
            for (int count = 0; fd >= 0 && count < 64 && read(fd, buffer, sizeof buffer) > 0; ++count) {}
            if (fd >= 0) close(fd);
        }
        closedir(directory);
    }
    CHECK(mkdir("/proc/new", 0755) == -1 && (errno == EPERM || errno == ENOENT || errno == EACCES));
    CHECK(unlink("/proc/version") == -1 && (errno == EPERM || errno == EACCES));
    CHECK_ERROR(open("/proc/999999/stat", O_RDONLY), ENOENT);
}

CASE(procfs, files_of_a_process_that_ended_answer_esrch) {
    pid_t child = fork();
    if (child == 0)
        while (true) pause();
    std::string path = "/proc/" + std::to_string(child);
    int status_file = open((path + "/status").c_str(), O_RDONLY),
        directory = open(path.c_str(), O_RDONLY | O_DIRECTORY);
    CHECK(status_file >= 0 && directory >= 0);
    kill(child, SIGKILL);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
    char buffer[100];
    CHECK_ERROR(read(status_file, buffer, sizeof buffer), ESRCH);
    CHECK(openat(directory, "stat", O_RDONLY) == -1 && (errno == ESRCH || errno == ENOENT));
    CHECK_ERROR(access(path.c_str(), F_OK), ENOENT);
}
