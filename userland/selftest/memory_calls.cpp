// The less common memory calls: memfd_create(2) and seals, remap_file_pages(2), pkeys, promised memory, fine points of
// mmap(2), madvise(2) and msync(2).
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

namespace {

constexpr size_t kPage = 4096;
constexpr unsigned kCloseOnExec = 1, kAllowSealing = 2;
constexpr int kAddSeals = 1033, kGetSeals = 1034;
constexpr int kSealSeal = 1, kSealShrink = 2, kSealGrow = 4, kSealWrite = 8, kSealFutureWrite = 16;

int make_memfd(const char* name, unsigned flags) { return static_cast<int>(syscall(SYS_memfd_create, name, flags)); }

char* map_file(int fd, size_t size, int protection, int flags = MAP_SHARED) {
    return static_cast<char*>(mmap(nullptr, size, protection, flags, fd, 0));
}

/// How many mappings /proc/self/maps shows in [start, start + size).
int count_mappings(const char* start, size_t size) {
    FILE* maps = fopen("/proc/self/maps", "r");
    CHECK(maps != nullptr);
    char line[512];
    int count = 0;
    while (fgets(line, sizeof line, maps)) {
        uintptr_t from, to;
        if (sscanf(line, "%lx-%lx", &from, &to) != 2) continue;
        auto address = reinterpret_cast<uintptr_t>(start);
        count += from < address + size && to > address;
    }
    fclose(maps);
    return count;
}

long read_number(const char* path) {
    FILE* file = fopen(path, "r");
    CHECK(file != nullptr);
    long value = -1;
    CHECK_EQUAL(fscanf(file, "%ld", &value), 1);
    fclose(file);
    return value;
}

long meminfo(const char* key) {
    FILE* file = fopen("/proc/meminfo", "r");
    CHECK(file != nullptr);
    char line[128];
    long value = -1;
    while (fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0) value = strtol(line + strlen(key), nullptr, 10);
    fclose(file);
    return value;
}

} // namespace

CASE(memfd, it_is_a_file_without_a_name) {
    int fd = make_memfd("thing", 0);
    CHECK(fd >= 0);
    CHECK_EQUAL(fcntl(fd, F_GETFD), 0);
    CHECK_EQUAL(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDWR);
    char path[64], target[64] = {};
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    CHECK(readlink(path, target, sizeof target - 1) > 0);
    CHECK(strcmp(target, "/memfd:thing (deleted)") == 0);
    struct stat status;
    CHECK_EQUAL(fstat(fd, &status), 0);
    CHECK(S_ISREG(status.st_mode) && status.st_size == 0 && status.st_nlink == 0);
    CHECK_EQUAL(write(fd, "hello", 5), 5);
    char* page = map_file(fd, kPage, PROT_READ | PROT_WRITE);
    CHECK(page != MAP_FAILED && memcmp(page, "hello", 5) == 0);
    page[0] = 'J';
    char byte;
    CHECK_EQUAL(pread(fd, &byte, 1, 0), 1);
    CHECK_EQUAL(byte, 'J');
    int again = open(path, O_RDONLY);
    CHECK(again >= 0);
    CHECK_EQUAL(pread(again, &byte, 1, 1), 1);
    CHECK_EQUAL(byte, 'e');
}

CASE(memfd, its_code_can_run) {
    int fd = make_memfd("code", kCloseOnExec);
    CHECK_EQUAL(fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK_EQUAL(write(fd, "\xb8\x2a\x00\x00\x00\xc3", 6), 6); // mov eax, 42; ret
    char* code = map_file(fd, kPage, PROT_READ | PROT_EXEC, MAP_PRIVATE);
    CHECK(code != MAP_FAILED);
    CHECK_EQUAL(reinterpret_cast<int (*)()>(code)(), 42);
}

CASE(memfd, bad_arguments) {
    CHECK_ERROR(make_memfd("x", 0x100), EINVAL);
    char name[300];
    memset(name, 'n', sizeof name);
    name[249] = '\0';
    CHECK(make_memfd(name, 0) >= 0);
    name[249] = 'n';
    name[250] = '\0';
    CHECK_ERROR(make_memfd(name, 0), EINVAL);
    CHECK_ERROR(make_memfd(reinterpret_cast<const char*>(8), 0), EFAULT);
}

CASE(memfd, seals_forbid_resizing) {
    int plain = make_memfd("plain", 0);
    CHECK_EQUAL(fcntl(plain, kGetSeals), kSealSeal);
    CHECK_ERROR(fcntl(plain, kAddSeals, kSealWrite), EPERM);
    int fd = make_memfd("sealed", kAllowSealing);
    CHECK_EQUAL(fcntl(fd, kGetSeals), 0);
    CHECK_EQUAL(ftruncate(fd, 2 * kPage), 0);
    CHECK_EQUAL(fcntl(fd, kAddSeals, kSealShrink), 0);
    CHECK_ERROR(ftruncate(fd, kPage), EPERM);
    CHECK_EQUAL(ftruncate(fd, 3 * kPage), 0);
    CHECK_EQUAL(fcntl(fd, kAddSeals, kSealGrow), 0);
    CHECK_ERROR(ftruncate(fd, 4 * kPage), EPERM);
    CHECK_ERROR(pwrite(fd, "x", 1, 3 * kPage), EPERM);
    CHECK_EQUAL(pwrite(fd, "xy", 2, 3 * kPage - 1), 1); // as much as lies before the end
    CHECK_EQUAL(fcntl(fd, kGetSeals), kSealShrink | kSealGrow);
    CHECK_EQUAL(fcntl(fd, kAddSeals, kSealSeal), 0);
    CHECK_ERROR(fcntl(fd, kAddSeals, kSealWrite), EPERM);
    CHECK_ERROR(fcntl(fd, kAddSeals, 0x1000), EINVAL);
    int ends[2];
    CHECK_EQUAL(pipe(ends), 0);
    CHECK_ERROR(fcntl(ends[0], kGetSeals), EINVAL);
}

CASE(memfd, a_write_seal_waits_for_writable_mappings) {
    int fd = make_memfd("sealed", kAllowSealing);
    CHECK_EQUAL(ftruncate(fd, kPage), 0);
    char* page = map_file(fd, kPage, PROT_READ | PROT_WRITE);
    CHECK(page != MAP_FAILED);
    CHECK_ERROR(fcntl(fd, kAddSeals, kSealWrite), EBUSY);
    CHECK_EQUAL(fcntl(fd, kAddSeals, kSealFutureWrite), 0);
    page[0] = 1; // what was there before goes on
    CHECK_ERROR(write(fd, "x", 1), EPERM);
    CHECK(map_file(fd, kPage, PROT_READ | PROT_WRITE) == MAP_FAILED && errno == EPERM);
    char* reading = map_file(fd, kPage, PROT_READ);
    CHECK(reading != MAP_FAILED && reading[0] == 1);
    CHECK_ERROR(mprotect(reading, kPage, PROT_READ | PROT_WRITE), EACCES);
    CHECK(map_file(fd, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE) != MAP_FAILED);
    CHECK_EQUAL(munmap(page, kPage), 0);
    CHECK_EQUAL(fcntl(fd, kAddSeals, kSealWrite), 0);
    CHECK_EQUAL(fcntl(fd, kGetSeals), kSealWrite | kSealFutureWrite);
    CHECK_ERROR(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, kPage), EPERM);
}

CASE(memfd, a_write_seal_sees_the_mappings_of_other_processes) {
    int fd = make_memfd("sealed", kAllowSealing);
    CHECK_EQUAL(ftruncate(fd, kPage), 0);
    char* page = map_file(fd, kPage, PROT_READ | PROT_WRITE);
    CHECK(page != MAP_FAILED);
    pid_t child = fork();
    if (child == 0) {
        munmap(page, kPage);
        _exit(fcntl(fd, kAddSeals, kSealWrite) == -1 && errno == EBUSY ? 0 : 1);
    }
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
    munmap(page, kPage);
    CHECK_EQUAL(fcntl(fd, kAddSeals, kSealWrite), 0);
}

CASE(memory, remap_file_pages_shows_another_part) {
    int fd = make_memfd("pages", 0);
    CHECK_EQUAL(ftruncate(fd, 4 * kPage), 0);
    char* pages = map_file(fd, 4 * kPage, PROT_READ | PROT_WRITE);
    for (size_t index = 0; index < 4; ++index) pages[index * kPage] = static_cast<char>(10 + index);
    CHECK_EQUAL(syscall(SYS_remap_file_pages, pages, kPage, 0, 2, 0), 0);
    CHECK_EQUAL(pages[0], 12);
    CHECK_EQUAL(pages[kPage], 11);
    pages[0] = 99;
    CHECK_EQUAL(pages[2 * kPage], 99);
    CHECK_ERROR(syscall(SYS_remap_file_pages, pages, kPage, PROT_READ, 2, 0), EINVAL);
    CHECK_ERROR(syscall(SYS_remap_file_pages, pages, 0, 0, 2, 0), EINVAL);
    CHECK_ERROR(syscall(SYS_remap_file_pages, pages, kPage, 0, -1L, 0), EINVAL);
    void* own = mmap(nullptr, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK_ERROR(syscall(SYS_remap_file_pages, own, kPage, 0, 0, 0), EINVAL);
}

CASE(memory, protection_keys_that_do_not_exist_are_refused) {
    char* page = static_cast<char*>(mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    CHECK_ERROR(syscall(SYS_pkey_alloc, 1, 0), EINVAL);
    CHECK_ERROR(syscall(SYS_pkey_alloc, 0, 4), EINVAL);
    CHECK_ERROR(syscall(SYS_pkey_free, 14), EINVAL);
    CHECK_ERROR(syscall(SYS_pkey_mprotect, page, kPage, PROT_READ, 14), EINVAL);
    CHECK_EQUAL(syscall(SYS_pkey_mprotect, page, kPage, PROT_READ, -1), 0);
}

CASE(memory, neighbours_that_are_equal_are_one_mapping) {
    char* hole = static_cast<char*>(
        mmap(nullptr, 16 * kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    char* pages = hole + 4 * kPage;
    auto map = [&](size_t first, size_t count) {
        void* at = pages + first * kPage;
        CHECK(mmap(at, count * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == at);
    };
    map(0, 2);
    map(4, 2);
    CHECK_EQUAL(count_mappings(pages, 6 * kPage), 3);
    map(2, 2); // closes the gap: all one
    CHECK_EQUAL(count_mappings(pages, 6 * kPage), 1);
    CHECK_EQUAL(mprotect(pages + 2 * kPage, kPage, PROT_READ), 0);
    CHECK_EQUAL(count_mappings(pages, 6 * kPage), 3);
    CHECK_EQUAL(mprotect(pages + 2 * kPage, kPage, PROT_READ | PROT_WRITE), 0);
    CHECK_EQUAL(count_mappings(pages, 6 * kPage), 1);
    CHECK_EQUAL(munmap(pages + kPage, 2 * kPage), 0);
    CHECK_EQUAL(count_mappings(pages, 6 * kPage), 2);
    pages[0] = pages[3 * kPage] = 1;
}

CASE(memory, file_offsets_that_cannot_be_are_refused) {
    int fd = make_memfd("offsets", 0);
    auto map = [&](int flags, off_t offset) {
        return mmap(nullptr, kPage, PROT_READ, flags, flags & MAP_ANONYMOUS ? -1 : fd, offset);
    };
    CHECK(map(MAP_SHARED, 0x7ffffffffffff000) == MAP_FAILED && errno == EOVERFLOW);
    CHECK(map(MAP_SHARED, -4096) == MAP_FAILED && errno == EOVERFLOW);
    CHECK(map(MAP_PRIVATE | MAP_ANONYMOUS, -4096) != MAP_FAILED); // it means nothing there
    // What no address space holds is ENOMEM, whatever the file could.
    for (size_t size : {SIZE_MAX, SIZE_MAX - kPage, size_t{1} << 47})
        CHECK(mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED && errno == ENOMEM);
}

CASE(memory, populating_needs_the_permission) {
    constexpr int kPopulateRead = 22, kPopulateWrite = 23;
    char* pages = static_cast<char*>(mmap(nullptr, 4 * kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    CHECK_EQUAL(madvise(pages, 4 * kPage, kPopulateRead), 0);
    CHECK_ERROR(madvise(pages, 4 * kPage, kPopulateWrite), EINVAL);
    CHECK_EQUAL(mprotect(pages + kPage, kPage, PROT_NONE), 0);
    CHECK_ERROR(madvise(pages, 4 * kPage, kPopulateRead), EINVAL);
    munmap(pages + kPage, kPage);
    CHECK_ERROR(madvise(pages, 4 * kPage, kPopulateRead), ENOMEM);
}

CASE(memory, msync_of_a_length_that_wraps_is_nothing) {
    char* page = static_cast<char*>(mmap(nullptr, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    CHECK_EQUAL(msync(page, SIZE_MAX, MS_SYNC), 0);
    CHECK_ERROR(msync(page, SIZE_MAX - kPage, MS_SYNC), ENOMEM);
}

CASE(memory, promised_memory_is_counted) {
    if (read_number("/proc/sys/vm/overcommit_memory") == 1) return; // then nobody asks
    constexpr size_t kSize = 64 << 20;
    long before = meminfo("Committed_AS:");
    CHECK(before >= 0);
    char* own = static_cast<char*>(mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    CHECK(own != MAP_FAILED);
    void* shared = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    void* unreserved = mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(shared != MAP_FAILED && unreserved != MAP_FAILED);
    constexpr long kEach = kSize / 1024, kSlack = kEach / 4; // others come and go meanwhile
    long after = meminfo("Committed_AS:");
    CHECK(after > before + 2 * kEach - kSlack && after < before + 2 * kEach + kSlack);
    munmap(own, kSize);
    munmap(shared, kSize);
    munmap(unreserved, kSize);
    long end = meminfo("Committed_AS:");
    CHECK(end < before + kSlack);
}

CASE(memory, process_madvise_hints_about_a_process) {
    char* page = static_cast<char*>(mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    page[0] = 7;
    constexpr int kCold = 20;
    constexpr long kPidfdOpen = 434, kProcessMadvise = 440;
    int self = static_cast<int>(syscall(kPidfdOpen, getpid(), 0));
    CHECK(self >= 0);
    struct { void* base; size_t size; } ranges[2] = {{page, kPage}, {reinterpret_cast<void*>(0x20000), kPage}};
    CHECK_EQUAL(syscall(kProcessMadvise, self, ranges, 1, kCold, 0), static_cast<long>(kPage));
    CHECK_EQUAL(syscall(kProcessMadvise, self, ranges, 2, kCold, 0), static_cast<long>(kPage)); // as far as it came
    CHECK_EQUAL(page[0], 7);
    CHECK_ERROR(syscall(kProcessMadvise, self, ranges, 1, kCold, 1), EINVAL);
    CHECK_ERROR(syscall(kProcessMadvise, self, ranges, 1025, kCold, 0), EINVAL);
    CHECK_ERROR(syscall(kProcessMadvise, -1, ranges, 1, kCold, 0), EBADF);
    CHECK_ERROR(syscall(kProcessMadvise, 0, ranges, 1, kCold, 0), EBADF);
    CHECK_ERROR(syscall(kProcessMadvise, self, 8, 1, kCold, 0), EFAULT);
}

CASE(memory, pages_filled_in_order_are_zeros_and_private) {
    constexpr size_t kPages = 300;
    char* pages = static_cast<char*>(
        mmap(nullptr, kPages * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    for (size_t index = 0; index < kPages; ++index) {
        for (size_t byte = 0; byte < kPage; byte += 512) CHECK_EQUAL(pages[index * kPage + byte], 0);
        pages[index * kPage] = static_cast<char>(index);
    }
    pid_t child = fork();
    if (child == 0) {
        for (size_t index = 0; index < kPages; ++index) pages[index * kPage] = 1;
        _exit(0);
    }
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    for (size_t index = 0; index < kPages; ++index) CHECK_EQUAL(pages[index * kPage], static_cast<char>(index));
}

CASE(memory, oom_score_adj_is_inherited_and_guarded) {
    auto write_adjust = [](const char* text) {
        int fd = open("/proc/self/oom_score_adj", O_WRONLY);
        CHECK(fd >= 0);
        ssize_t count = write(fd, text, strlen(text));
        int error = errno;
        close(fd);
        errno = error;
        return count;
    };
    CHECK_EQUAL(write_adjust("500\n"), 4);
    CHECK_EQUAL(read_number("/proc/self/oom_score_adj"), 500);
    CHECK(read_number("/proc/self/oom_score") > 900);
    CHECK_ERROR(write_adjust("1001"), EINVAL);
    CHECK_ERROR(write_adjust("-1001"), EINVAL);
    CHECK_ERROR(write_adjust("x"), EINVAL);
    pid_t child = fork();
    if (child == 0) _exit(read_number("/proc/self/oom_score_adj") == 500 ? 0 : 1);
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
    if (write_adjust("-1000") == -1) { // without CAP_SYS_RESOURCE
        CHECK_EQUAL(errno, EACCES);
        return;
    }
    CHECK_EQUAL(read_number("/proc/self/oom_score"), 0);
}

CASE(memory_calls, populating_for_reading_wants_a_readable_mapping) {
    constexpr int kPopulateRead = 22, kPopulateWrite = 23;
    char* pages = static_cast<char*>(mmap(nullptr, 2 * 4096, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    CHECK(pages != MAP_FAILED);
    CHECK_ERROR(madvise(pages, 2 * 4096, kPopulateRead), EINVAL);
    CHECK_EQUAL(madvise(pages, 2 * 4096, kPopulateWrite), 0);
    CHECK_EQUAL(mprotect(pages, 4096, PROT_READ), 0);
    CHECK_EQUAL(madvise(pages, 4096, kPopulateRead), 0);
    CHECK_EQUAL(munmap(pages + 4096, 4096), 0);
    CHECK_ERROR(madvise(pages, 2 * 4096, kPopulateRead), ENOMEM);
}
