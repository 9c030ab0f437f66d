// Cases for defects that a review of the kernel found: what a hostile program could do, one each.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

namespace {

constexpr size_t kPage = 4096;

} // namespace

CASE(regressions, mremap_dontunmap_to_the_neighbour_keeps_both_ranges) {
    constexpr size_t kSize = 4 * kPage;
    auto* area = static_cast<char*>(mmap(nullptr, 2 * kSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    CHECK(area != MAP_FAILED);
    CHECK_EQUAL(munmap(area, 2 * kSize), 0);
    CHECK(mmap(area, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == area);
    for (size_t page = 0; page < 4; ++page) area[page * kPage] = static_cast<char>('a' + page);
    void* moved = mremap(area, kSize, kSize, MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, area + kSize);
    CHECK(moved == area + kSize);
    for (size_t page = 0; page < 4; ++page) {
        CHECK_EQUAL(area[page * kPage], 0);
        CHECK_EQUAL(area[kSize + page * kPage], 'a' + page);
    }
    CHECK_EQUAL(munmap(area, 2 * kSize), 0);
}

CASE(regressions, mmap_hint_at_a_low_growing_mapping_does_not_overlap_it) {
    auto* low = reinterpret_cast<char*>(0x20000);
    void* stack = mmap(low, 2 * kPage, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED_NOREPLACE, -1, 0);
    CHECK(stack == low);
    low[0] = 'x';
    auto* other = static_cast<char*>(mmap(low, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    CHECK(other != MAP_FAILED);
    CHECK(other >= low + 2 * kPage || other + kPage <= low);
    CHECK_EQUAL(low[0], 'x');
}

CASE(regressions, populating_a_huge_unreadable_mapping_ends_at_once) {
    constexpr size_t kSize = 1ul << 44;
    void* area = mmap(nullptr, kSize, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_POPULATE, -1, 0);
    CHECK(area != MAP_FAILED);
    CHECK_EQUAL(munmap(area, kSize), 0);
}

namespace {

// linux/futex.h
constexpr int kFutexWaitPrivate = 128, kFutexWakePrivate = 129, kFutexRequeuePrivate = 131;

unsigned g_word;

void* wait_on_word(void*) {
    syscall(SYS_futex, &g_word, kFutexWaitPrivate, 0, nullptr, nullptr, 0);
    return nullptr;
}

} // namespace

CASE(regressions, futex_requeue_to_the_same_word_ends) {
    pthread_t waiter;
    CHECK_EQUAL(pthread_create(&waiter, nullptr, wait_on_word, nullptr), 0);
    usleep(50'000);
    CHECK_EQUAL(syscall(SYS_futex, &g_word, kFutexRequeuePrivate, 0, 0x7fffffff, &g_word, 0), 1);
    CHECK_EQUAL(syscall(SYS_futex, &g_word, kFutexWakePrivate, 1, nullptr, nullptr, 0), 1);
    CHECK_EQUAL(pthread_join(waiter, nullptr), 0);
}

CASE(regressions, pages_allocated_behind_the_end_are_not_mapped_with_their_neighbours) {
    char name[] = "/tmp/regression-XXXXXX";
    int fd = mkstemp(name);
    CHECK(fd >= 0);
    unlink(name);
    CHECK_EQUAL(write(fd, "x", 1), 1);
    if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 4 * kPage) != 0) return; // not on every file system
    auto* area = static_cast<volatile char*>(mmap(nullptr, 4 * kPage, PROT_READ, MAP_SHARED, fd, 0));
    CHECK(area != MAP_FAILED);
    CHECK_EQUAL(area[0], 'x');
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        signal(SIGBUS, SIG_DFL);
        (void)area[kPage];
        _exit(0);
    }
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status));
    CHECK_EQUAL(WTERMSIG(status), SIGBUS);
}

CASE(regressions, chown_of_nothing_leaves_a_foreign_program_its_privileges) {
    if (geteuid() != 0) return;
    char name[] = "/tmp/regression-XXXXXX";
    int fd = mkstemp(name);
    CHECK(fd >= 0);
    CHECK_EQUAL(fchmod(fd, 04755), 0);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        if (setgid(1000) != 0 || setuid(1000) != 0) _exit(2);
        int result = chown(name, static_cast<uid_t>(-1), static_cast<gid_t>(-1));
        _exit(result == -1 && errno == EPERM ? 0 : 1);
    }
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
    struct stat attributes;
    CHECK_EQUAL(stat(name, &attributes), 0);
    CHECK_EQUAL(attributes.st_mode & 07777, 04755);
    CHECK_EQUAL(unlink(name), 0);
}
