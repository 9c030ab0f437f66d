// Memory in large pages: advised (madvise MADV_HUGEPAGE) and filled in order; what fork, protection and holes
// do to it; what /proc shows.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

namespace {

constexpr size_t kPage = 4096, kLargePage = 2 << 20;
constexpr int kNoHugePage = 15, kHugePage = 14;

/// `count` large pages' worth of memory, aligned to them, filled with its page numbers.
class LargeMemory {
public:
    explicit LargeMemory(size_t count, int advice = kHugePage) : size_(count * kLargePage) {
        raw_ = static_cast<char*>(
            mmap(nullptr, size_ + kLargePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        CHECK(raw_ != MAP_FAILED);
        start_ = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(raw_) + kLargePage - 1) & ~(kLargePage - 1));
        CHECK_EQUAL(madvise(start_, size_, advice), 0);
    }
    ~LargeMemory() { munmap(raw_, size_ + kLargePage); }
    char* start() const { return start_; }
    size_t size() const { return size_; }
    size_t pages() const { return size_ / kPage; }
    uint32_t& word(size_t page) const { return *reinterpret_cast<uint32_t*>(start_ + page * kPage + page % 1000 * 4); }
    void fill() const {
        for (size_t page = 0; page < pages(); ++page) word(page) = static_cast<uint32_t>(page) + 1;
    }
    /// Pages that do not hold what fill() wrote.
    size_t wrong_pages() const {
        size_t wrong = 0;
        for (size_t page = 0; page < pages(); ++page) wrong += word(page) != page + 1;
        return wrong;
    }

private:
    size_t size_;
    char *raw_, *start_;
};

/// A field of /proc/self/smaps in KiB, summed over the mappings that touch [start, start + size).
long usage_kib(const char* start, size_t size, const char* field) {
    FILE* smaps = fopen("/proc/self/smaps", "r");
    CHECK(smaps != nullptr);
    char line[512];
    long total = 0;
    bool is_inside = false;
    auto address = reinterpret_cast<uintptr_t>(start);
    while (fgets(line, sizeof line, smaps)) {
        uintptr_t from, to;
        char dash;
        if (sscanf(line, "%lx%c%lx", &from, &dash, &to) == 3 && dash == '-')
            is_inside = from < address + size && to > address;
        if (is_inside && strncmp(line, field, strlen(field)) == 0) total += atol(line + strlen(field));
    }
    fclose(smaps);
    return total;
}

/// Whether this kernel gives large pages to those who ask.
bool has_large_pages() {
    char text[64] = "[never]";
    if (FILE* file = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "r")) {
        if (!fgets(text, sizeof text, file)) text[0] = '\0';
        fclose(file);
    }
    return !strstr(text, "[never]");
}

} // namespace

CASE(large_pages, advised_memory_comes_in_large_pages) {
    LargeMemory memory(2);
    if (!has_large_pages()) return;
    memory.start()[kPage * 100] = 1;
    CHECK_EQUAL(usage_kib(memory.start(), memory.size(), "AnonHugePages:"), 2048);
    CHECK_EQUAL(usage_kib(memory.start(), memory.size(), "Rss:"), 2048);
    CHECK_EQUAL(memory.start()[kPage * 511], 0);
    memory.fill();
    CHECK_EQUAL(usage_kib(memory.start(), memory.size(), "AnonHugePages:"), 4096);
    CHECK_EQUAL(memory.wrong_pages(), 0u);
}

CASE(large_pages, refused_memory_does_not) {
    LargeMemory memory(1, kNoHugePage);
    memory.fill();
    CHECK_EQUAL(usage_kib(memory.start(), memory.size(), "AnonHugePages:"), 0);
    CHECK_EQUAL(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0), 0);
    CHECK_EQUAL(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 1);
    int status = selftest::in_child([] { CHECK_EQUAL(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 1); });
    CHECK_EQUAL(status, 0);
    LargeMemory other(1);
    other.fill();
    CHECK_EQUAL(usage_kib(other.start(), other.size(), "AnonHugePages:"), 0);
}

CASE(large_pages, fork_keeps_each_sides_content) {
    LargeMemory memory(3);
    memory.fill();
    for (int round = 0; round < 3; ++round) {
        pid_t child = fork();
        if (child == 0) {
            bool is_right = memory.wrong_pages() == 0;
            for (size_t page = 7; page < memory.pages(); page += 97) memory.word(page) = 0xdead;
            memory.start()[memory.size() - 1] = 'x';
            for (size_t page = 7; page < memory.pages(); page += 97) is_right &= memory.word(page) == 0xdead;
            _exit(is_right && memory.wrong_pages() == (memory.pages() - 7 + 96) / 97 ? 0 : 1);
        }
        // The parent writes what it has, so that both sides copy at once.
        for (size_t page = 0; page < memory.pages(); page += 3) memory.word(page) = static_cast<uint32_t>(page) + 1;
        int status;
        CHECK_EQUAL(waitpid(child, &status, 0), child);
        CHECK_EQUAL(status, 0);
        CHECK_EQUAL(memory.wrong_pages(), 0u);
        CHECK_EQUAL(memory.start()[memory.size() - 1], 0);
    }
}

CASE(large_pages, holes_protection_and_moves_split_them) {
    LargeMemory memory(2);
    memory.fill();
    char* start = memory.start();
    CHECK_EQUAL(madvise(start + 10 * kPage, 3 * kPage, MADV_DONTNEED), 0);
    CHECK_EQUAL(memory.wrong_pages(), 3u);
    CHECK_EQUAL(mprotect(start + 100 * kPage, kPage, PROT_READ), 0);
    CHECK_EQUAL(memory.word(100), 101u);
    int pair[2]; // the kernel's copy meets the protection: no signal handler needed
    CHECK_EQUAL(pipe(pair), 0);
    CHECK_EQUAL(write(pair[1], "abc", 3), 3);
    CHECK_ERROR(read(pair[0], start + 100 * kPage, 3), EFAULT);
    CHECK_EQUAL(read(pair[0], start + 101 * kPage + 8, 3), 3);
    CHECK_EQUAL(memcmp(start + 101 * kPage + 8, "abc", 3), 0);
    CHECK_EQUAL(munmap(start + 700 * kPage, 5 * kPage), 0);
    char* target = static_cast<char*>(mmap(nullptr, 8 * kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    void* moved = mremap(start + 800 * kPage, 8 * kPage, 8 * kPage, MREMAP_MAYMOVE | MREMAP_FIXED, target);
    CHECK(moved == target);
    for (size_t page = 0; page < 8; ++page)
        CHECK_EQUAL(*reinterpret_cast<uint32_t*>(target + page * kPage + (800 + page) % 1000 * 4), 801 + page);
    for (size_t page = 600; page < 1024; ++page)
        if ((page < 700 || page >= 705) && (page < 800 || page >= 808)) CHECK_EQUAL(memory.word(page), page + 1);
    munmap(target, 8 * kPage);
}

CASE(large_pages, given_up_whole_they_come_back_zero) {
    LargeMemory memory(2);
    memory.fill();
    CHECK_EQUAL(madvise(memory.start(), memory.size(), MADV_DONTNEED), 0);
    CHECK_EQUAL(usage_kib(memory.start(), memory.size(), "Rss:"), 0);
    for (size_t page = 0; page < memory.pages(); ++page) CHECK_EQUAL(memory.word(page), 0u);
    memory.fill();
    CHECK_EQUAL(memory.wrong_pages(), 0u);
}

CASE(large_pages, memory_filled_in_order_is_right) {
    constexpr size_t kSize = 12 << 20;
    char* memory = static_cast<char*>(mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    CHECK(memory != MAP_FAILED);
    for (size_t at = 0; at < kSize; at += 8) *reinterpret_cast<uint64_t*>(memory + at) = at * 3;
    size_t wrong = 0;
    for (size_t at = 0; at < kSize; at += 8) wrong += *reinterpret_cast<uint64_t*>(memory + at) != at * 3;
    CHECK_EQUAL(wrong, 0u);
    CHECK(usage_kib(memory, kSize, "Rss:") >= static_cast<long>(kSize >> 10)); // a neighbour may be part of the mapping
    CHECK_EQUAL(munmap(memory, kSize), 0);
}
