// Files, names and directories.
#include "meter.h"

#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

constexpr size_t kMebibyte = 1 << 20;
char g_buffer[kMebibyte];

void measure_names(Meter& meter) {
    int made = open("file", O_RDWR | O_CREAT, 0600);
    require(made >= 0, "open");
    close(made);
    meter.each("open_close", 5000, [] { close(open("file", O_RDONLY)); });
    struct stat status;
    meter.each("stat_shallow", 5000, [&] { stat("file", &status); });
    meter.each("stat_absent", 5000, [&] { stat("absent", &status); });
    unlink("file");

    std::string deep = ".";
    for (char name = 'a'; name < 'k'; ++name) {
        deep += std::string("/directory-") + name;
        require(mkdir(deep.c_str(), 0755) == 0, "mkdir");
    }
    meter.each("stat_deep", 5000, [&] { stat(deep.c_str(), &status); });
    while (deep != ".") {
        require(rmdir(deep.c_str()) == 0, "rmdir");
        deep.resize(deep.rfind('/'));
    }
}

void measure_transfers(Meter& meter) {
    int file = open("data", O_RDWR | O_CREAT, 0600);
    require(file >= 0 && write(file, g_buffer, kMebibyte) == kMebibyte, "write");
    meter.each("read_1", 5000, [&] { pread(file, g_buffer, 1, 0); });
    meter.each("write_1", 5000, [&] { pwrite(file, g_buffer, 1, 0); });
    meter.each("read_1m", 20, [&] { pread(file, g_buffer, kMebibyte, 0); });
    meter.each("write_1m", 20, [&] { pwrite(file, g_buffer, kMebibyte, 0); });
    meter.each("copy_1m", 10, [&] {
        int target = open("copy", O_WRONLY | O_CREAT | O_TRUNC, 0600);
        lseek(file, 0, SEEK_SET);
        for (ssize_t got; (got = read(file, g_buffer, 65536)) > 0;) require(write(target, g_buffer, got) == got, "write");
        close(target);
    });
    close(file);
    unlink("data");
    unlink("copy");
}

void create_and_delete(size_t size) {
    int file = open("new", O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (size != 0) require(write(file, g_buffer, size) == static_cast<ssize_t>(size), "write");
    close(file);
    unlink("new");
}

void measure_directory(Meter& meter) {
    if (!meter.wants("getdents_10000")) return;
    constexpr int kEntries = 10000;
    char name[32];
    require(mkdir("many", 0755) == 0 && chdir("many") == 0, "mkdir");
    for (int i = 0; i < kEntries; ++i) {
        snprintf(name, sizeof(name), "entry-%05d", i);
        close(open(name, O_WRONLY | O_CREAT, 0600));
    }
    int folder = open(".", O_RDONLY | O_DIRECTORY);
    meter.each("getdents_10000", 3, [&] {
        lseek(folder, 0, SEEK_SET);
        while (syscall(SYS_getdents64, folder, g_buffer, 32768) > 0) {}
    });
    close(folder);
    for (int i = 0; i < kEntries; ++i) {
        snprintf(name, sizeof(name), "entry-%05d", i);
        unlink(name);
    }
    require(chdir("..") == 0 && rmdir("many") == 0, "rmdir");
}

} // namespace

void measure_files(Meter& meter) {
    measure_names(meter);
    measure_transfers(meter);
    meter.each("create_delete_0k", 1000, [] { create_and_delete(0); });
    meter.each("create_delete_10k", 1000, [] { create_and_delete(10240); });
    measure_directory(meter);
}
