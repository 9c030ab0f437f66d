// /proc and /sys as procps, glibc and debuggers parse them (proc(5), sysfs(5)).
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "file_helpers.h"
#include "selftest.h"

namespace {

using selftest::read_file;

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (size_t start = 0; start < text.size();) {
        size_t end = text.find('\n', start);
        if (end == std::string::npos) end = text.size();
        lines.push_back(text.substr(start, end - start));
        start = end + 1;
    }
    return lines;
}

/// The number behind "name:" in a file of such lines; -1 if there is none.
long long value_of(const std::string& text, const std::string& name) {
    for (const std::string& line : lines_of(text))
        if (line.starts_with(name + ":")) return atoll(line.c_str() + name.size() + 1);
    return -1;
}

} // namespace

CASE(proc, stat_has_52_fields) {
    std::string text = read_file("/proc/self/stat");
    text = text.substr(text.rfind(')') + 2);
    size_t fields = 2;
    for (size_t at = 0; at != std::string::npos; at = text.find(' ', at + 1)) ++fields;
    CHECK_EQUAL(fields, 52);
}

CASE(proc, pressure_counts_the_waits_for_a_processor) {
    int fd = open("/proc/pressure/cpu", O_RDONLY);
    if (fd < 0) return; // a Linux without it
    char text[512] = {};
    if (read(fd, text, sizeof text - 1) <= 0) return; // one that was started without it
    float averages[3];
    long long before, after;
    auto parse = [&](long long& total) {
        return sscanf(text, "some avg10=%f avg60=%f avg300=%f total=%lld", &averages[0], &averages[1],
                      &averages[2], &total);
    };
    CHECK_EQUAL(parse(before), 4);
    CHECK(strstr(text, "\nfull avg10="));
    cpu_set_t one;
    CHECK_EQUAL(sched_getaffinity(0, sizeof one, &one), 0);
    int cpu = 0;
    while (!CPU_ISSET(cpu, &one)) ++cpu;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    CHECK_EQUAL(sched_setaffinity(0, sizeof one, &one), 0);
    pid_t child = fork();
    if (child == 0)
        while (true) {}
    // Both want the one processor: the total grows sooner or later.
    do CHECK(pread(fd, text, sizeof text - 1, 0) > 0 && parse(after) == 4);
    while (after <= before);
    kill(child, SIGKILL);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
    close(fd);
}

CASE(proc, status_has_its_lines_in_order) {
    constexpr const char* kNames[] = {"Name",
                                      "Umask",
                                      "State",
                                      "Tgid",
                                      "Ngid",
                                      "Pid",
                                      "PPid",
                                      "TracerPid",
                                      "Uid",
                                      "Gid",
                                      "FDSize",
                                      "Groups",
                                      "NStgid",
                                      "NSpid",
                                      "NSpgid",
                                      "NSsid",
                                      "VmPeak",
                                      "VmSize",
                                      "VmLck",
                                      "VmPin",
                                      "VmHWM",
                                      "VmRSS",
                                      "RssAnon",
                                      "RssFile",
                                      "RssShmem",
                                      "VmData",
                                      "VmStk",
                                      "VmExe",
                                      "VmLib",
                                      "VmPTE",
                                      "VmSwap",
                                      "HugetlbPages",
                                      "CoreDumping",
                                      "THP_enabled",
                                      "Threads",
                                      "SigQ",
                                      "SigPnd",
                                      "ShdPnd",
                                      "SigBlk",
                                      "SigIgn",
                                      "SigCgt",
                                      "CapInh",
                                      "CapPrm",
                                      "CapEff",
                                      "CapBnd",
                                      "CapAmb",
                                      "NoNewPrivs",
                                      "Seccomp",
                                      "Seccomp_filters",
                                      "Speculation_Store_Bypass",
                                      "SpeculationIndirectBranch",
                                      "Cpus_allowed",
                                      "Cpus_allowed_list",
                                      "Mems_allowed",
                                      "Mems_allowed_list",
                                      "voluntary_ctxt_switches",
                                      "nonvoluntary_ctxt_switches"};
    std::string text = read_file("/proc/self/status");
    size_t position = 0;
    for (const char* name : kNames) {
        size_t found = text.find(std::string(position == 0 ? "" : "\n") + name + ":\t", position);
        if (found == std::string::npos) selftest::fail(__FILE__, __LINE__, "%s is missing or out of order", name);
        position = found + 1;
    }
}

CASE(proc, smaps_add_up) {
    constexpr size_t kSize = 64 * 4096;
    auto* memory = static_cast<char*>(mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    CHECK(memory != MAP_FAILED);
    memset(memory, 1, kSize / 2);
    char start[32];
    snprintf(start, sizeof start, "%lx-", reinterpret_cast<unsigned long>(memory));
    std::string smaps = read_file("/proc/self/smaps");
    size_t at = smaps.find(start);
    if (at == std::string::npos) return; // joined to a neighbour
    std::string mine = smaps.substr(at);
    CHECK(value_of(mine, "Rss") >= static_cast<long long>(kSize / 2 / 1024));
    CHECK(value_of(mine, "Private_Dirty") >= static_cast<long long>(kSize / 2 / 1024));
    CHECK(value_of(mine, "KernelPageSize") == 4);
    std::string rollup = read_file("/proc/self/smaps_rollup");
    CHECK(rollup.find("[rollup]") != std::string::npos);
    CHECK(value_of(rollup, "Rss") >= value_of(rollup, "Pss"));
    CHECK(value_of(rollup, "Anonymous") >= static_cast<long long>(kSize / 2 / 1024));
}

CASE(proc, pagemap_tells_present_pages) {
    auto* memory = static_cast<char*>(
        mmap(nullptr, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    memory[4096] = 1;
    int fd = open("/proc/self/pagemap", O_RDONLY);
    CHECK(fd >= 0);
    unsigned long long entries[3];
    CHECK_EQUAL(pread(fd, entries, sizeof entries,
                      static_cast<off_t>(reinterpret_cast<unsigned long>(memory) / 4096 * 8)),
                sizeof entries);
    CHECK_EQUAL(entries[0] >> 63, 0);
    CHECK_EQUAL(entries[1] >> 63, 1);
    CHECK_EQUAL(entries[2] >> 63, 0);
    CHECK_ERROR(pread(fd, entries, 3, 0), EINVAL);
}

CASE(proc, io_counts_what_was_moved) {
    std::string before = read_file("/proc/self/io");
    int fd = open("/dev/zero", O_RDONLY), null = open("/dev/null", O_WRONLY);
    char buffer[5000];
    CHECK_EQUAL(read(fd, buffer, sizeof buffer), sizeof buffer);
    CHECK_EQUAL(write(null, buffer, 3000), 3000);
    std::string after = read_file("/proc/self/io");
    CHECK(value_of(after, "rchar") >= value_of(before, "rchar") + 5000);
    CHECK(value_of(after, "wchar") >= value_of(before, "wchar") + 3000);
    CHECK(value_of(after, "syscr") > value_of(before, "syscr"));
    CHECK(value_of(after, "syscw") > value_of(before, "syscw"));
}

CASE(proc, auxv_ends_with_a_null_entry_and_holds_the_page_size) {
    std::string text = read_file("/proc/self/auxv");
    CHECK(text.size() >= 32 && text.size() % 16 == 0);
    bool has_page_size = false;
    for (size_t at = 0; at < text.size(); at += 16) {
        unsigned long pair[2];
        memcpy(pair, text.data() + at, sizeof pair);
        if (pair[0] == AT_PAGESZ) has_page_size = pair[1] == 4096;
        CHECK_EQUAL(pair[0] == AT_NULL, at + 16 == text.size());
    }
    CHECK(has_page_size);
}

CASE(proc, a_sleeping_process_shows_its_call_and_its_parent_lists_it) {
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        char byte;
        (void)!read(ends[0], &byte, 1);
        _exit(0);
    }
    std::string folder = "/proc/" + std::to_string(child);
    std::string call;
    for (int tries = 0; tries < 1000; ++tries) {
        call = read_file((folder + "/syscall").c_str());
        if (call.starts_with("0 ")) break; // read
        usleep(1000);
    }
    CHECK(call.starts_with("0 0x" ));
    std::string place = read_file((folder + "/wchan").c_str());
    CHECK(!place.empty() && place.back() != '\n');
    std::string task = "/proc/" + std::to_string(getpid()) + "/task/" + std::to_string(getpid()) + "/children";
    if (access(task.c_str(), F_OK) == 0)
        CHECK(read_file(task.c_str()).find(std::to_string(child) + " ") != std::string::npos);
    kill(child, SIGKILL);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
}

CASE(proc, name_spaces_are_links) {
    char text[64];
    for (const char* name : {"mnt", "pid", "user", "uts", "ipc", "net"}) {
        ssize_t size = readlink((std::string("/proc/self/ns/") + name).c_str(), text, sizeof text);
        CHECK(size > 0);
        CHECK(std::string(text, static_cast<size_t>(size)).starts_with(std::string(name) + ":["));
    }
}

CASE(proc, directories_of_settings_list_each_name_once) {
    for (const char* path : {"/proc/sys", "/proc/sys/kernel", "/proc/sys/vm", "/proc/tty"}) {
        DIR* directory = opendir(path);
        CHECK(directory);
        std::string seen = " ";
        while (dirent* entry = readdir(directory)) {
            std::string name = std::string(" ") + entry->d_name + " ";
            CHECK(seen.find(name) == std::string::npos);
            seen += name.substr(1);
        }
        closedir(directory);
    }
    CHECK(atoi(read_file("/proc/sys/kernel/pid_max").c_str()) > 300);
    CHECK_ERROR(open("/proc/sys/kernel/no_such_name", O_RDONLY), ENOENT);
}

CASE(proc, interrupts_have_a_column_for_each_processor) {
    std::string text = read_file("/proc/interrupts");
    std::vector<std::string> lines = lines_of(text);
    size_t columns = 0;
    for (size_t at = 0; (at = lines[0].find("CPU", at)) != std::string::npos; ++at) ++columns;
    CHECK_EQUAL(columns, sysconf(_SC_NPROCESSORS_ONLN));
    CHECK(text.find("LOC:") != std::string::npos);
}

CASE(sysfs, processors_are_counted) {
    std::string online = read_file("/sys/devices/system/cpu/online");
    CHECK(!online.empty() && online.back() == '\n');
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    CHECK_EQUAL(online == (count == 1 ? std::string("0\n") : "0-" + std::to_string(count - 1) + "\n"), 1);
}

CASE(sysfs, nothing_can_be_made_or_removed) {
    CHECK_ERROR(mkdir("/sys/new", 0755), EPERM);
    CHECK_ERROR(unlink("/sys/devices/system/cpu/online"), EPERM);
    CHECK(open("/sys/new", O_CREAT | O_WRONLY, 0644) < 0);
}

CASE(sysfs, a_device_is_found_by_its_number_and_by_its_class) {
    std::string text = read_file("/sys/dev/char/1:3/uevent");
    CHECK(text.find("DEVNAME=null\n") != std::string::npos);
    CHECK(read_file("/sys/class/mem/null/dev") == "1:3\n");
}

CASE(proc, locks_lists_what_is_held) {
    char path[] = "/tmp/lockXXXXXX";
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    struct stat status;
    CHECK_EQUAL(fstat(fd, &status), 0);
    struct flock wanted = {};
    wanted.l_type = F_WRLCK;
    wanted.l_start = 10;
    wanted.l_len = 5;
    CHECK_EQUAL(fcntl(fd, F_SETLK, &wanted), 0);
    std::string expected = "POSIX  ADVISORY  WRITE " + std::to_string(getpid()) + " ";
    std::string range = ":" + std::to_string(status.st_ino) + " 10 14\n";
    std::string locks = read_file("/proc/locks");
    CHECK(locks.find(expected) != std::string::npos);
    CHECK(locks.find(range) != std::string::npos);
    unlink(path);
    close(fd);
    CHECK(read_file("/proc/locks").find(expected) == std::string::npos);
}

CASE(procfs, files_answer_poll_by_what_they_tell) {
    constexpr short kIn = POLLIN | POLLRDNORM, kBoth = kIn | POLLOUT | POLLWRNORM, kUrgent = POLLERR | POLLPRI;
    struct {
        const char* name;
        short first, after_read;
    } const files[] = {
        {"/proc/version", kBoth, kBoth},
        {"/proc/swaps", kIn, kIn},
        {"/proc/self/mounts", kIn, kIn},
        {"/proc/pressure/memory", kBoth | kUrgent, kBoth | kUrgent},
        {"/sys/devices/system/cpu/online", kBoth | kUrgent, kBoth},
    };
    for (const auto& file : files) {
        int fd = open(file.name, O_RDONLY);
        if (fd < 0 && errno == ENOENT) continue; // a Linux without it
        pollfd entry = {fd, kBoth | POLLPRI, 0};
        char buffer[4096];
        CHECK_EQUAL(poll(&entry, 1, 0), 1);
        CHECK_EQUAL(entry.revents, file.first);
        CHECK(read(fd, buffer, sizeof buffer) > 0);
        CHECK_EQUAL(poll(&entry, 1, 0), 1);
        CHECK_EQUAL(entry.revents, file.after_read);
        close(fd);
    }
    int log = open("/dev/kmsg", O_RDWR | O_NONBLOCK);
    if (log < 0) return;
    pollfd entry = {log, POLLIN | POLLOUT, 0};
    CHECK(poll(&entry, 1, 0) >= 0);
    CHECK_EQUAL(entry.revents & POLLOUT, 0);
}
