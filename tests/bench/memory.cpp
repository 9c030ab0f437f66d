// Page faults and mappings.
#include "meter.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr size_t kPage = 4096;
constexpr size_t kPages = 1024;
constexpr size_t kSize = kPage * kPages;

char* map(int flags, int file = -1, int protection = PROT_READ | PROT_WRITE) {
    void* area = mmap(nullptr, kSize, protection, flags, file, 0);
    require(area != MAP_FAILED, "mmap");
    return static_cast<char*>(area);
}

void write_pages(char* area) {
    for (size_t at = 0; at < kSize; at += kPage) *const_cast<volatile char*>(area + at) = 1;
}

void read_pages(const char* area) {
    for (size_t at = 0; at < kSize; at += kPage) (void)*const_cast<const volatile char*>(area + at);
}

/// Counts per page; the mapping itself is outside the measured stretch.
template <typename Touch>
void measure_faults(Meter& meter, const char* name, int flags, int file, int advice, Touch touch) {
    unsigned round = 0;
    meter.rounds(name, kPages, [&] {
        bool is_last = round++ == Meter::kRounds;
        char* area = map(flags, file);
        if (advice != MADV_NORMAL) madvise(area, kSize, advice);
        uint64_t start = meter.now();
        if (is_last) mark_start();
        touch(area);
        if (is_last) mark_stop();
        uint64_t elapsed = meter.now() - start;
        munmap(area, kSize);
        return elapsed;
    });
}

/// A child writes the pages that it shares with its parent, who goes on sharing them.
void measure_cow(Meter& meter) {
    char* area = map(MAP_PRIVATE | MAP_ANONYMOUS);
    madvise(area, kSize, MADV_NOHUGEPAGE);
    write_pages(area);
    auto* elapsed = reinterpret_cast<uint64_t*>(map(MAP_SHARED | MAP_ANONYMOUS));
    unsigned round = 0;
    meter.rounds("page_fault_cow", kPages, [&] {
        bool is_last = round++ == Meter::kRounds;
        pid_t child = fork();
        if (child == 0) {
            uint64_t start = meter.now();
            if (is_last) mark_start();
            write_pages(area);
            if (is_last) mark_stop();
            *elapsed = meter.now() - start;
            _exit(0);
        }
        require(child > 0 && waitpid(child, nullptr, 0) == child, "fork");
        return *elapsed;
    });
    munmap(area, kSize);
    munmap(elapsed, kSize);
}

uint64_t sum(const char* area) {
    auto* words = reinterpret_cast<const uint64_t*>(area);
    uint64_t total = 0;
    for (size_t i = 0; i < kSize / sizeof(uint64_t); i += 8) total += words[i];
    return total;
}

uint64_t g_sink;

} // namespace

void measure_memory(Meter& meter) {
    int file = open("pages", O_RDWR | O_CREAT, 0600);
    require(file >= 0, "open");
    static char page[kPage];
    for (size_t i = 0; i < kPages; ++i) require(write(file, page, kPage) == kPage, "write");

    measure_faults(meter, "page_fault_anonymous", MAP_PRIVATE | MAP_ANONYMOUS, -1, MADV_NOHUGEPAGE, write_pages);
    measure_faults(meter, "touch_anonymous", MAP_PRIVATE | MAP_ANONYMOUS, -1, MADV_NORMAL, write_pages);
    measure_faults(meter, "page_fault_file", MAP_PRIVATE, file, MADV_NORMAL, read_pages);
    measure_faults(meter, "page_fault_file_random", MAP_PRIVATE, file, MADV_RANDOM, read_pages);
    measure_cow(meter);
    meter.each("mmap_munmap", 2000, [] { munmap(map(MAP_PRIVATE | MAP_ANONYMOUS), kSize); });
    meter.each("mmap_touch_munmap", 1000, [] {
        char* area = map(MAP_PRIVATE | MAP_ANONYMOUS);
        *const_cast<volatile char*>(area) = 1;
        munmap(area, kSize);
    });
    meter.each("mmap_read_file_4m", 3, [&] {
        char* area = map(MAP_SHARED, file, PROT_READ);
        g_sink += sum(area);
        munmap(area, kSize);
    });
    meter.each("mmap_read_anonymous_4m", 3, [] {
        char* area = map(MAP_PRIVATE | MAP_ANONYMOUS);
        g_sink += sum(area);
        munmap(area, kSize);
    });
    close(file);
    unlink("pages");
}
