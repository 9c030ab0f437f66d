// mmap(2), munmap(2), mprotect(2), mremap(2), brk(2), madvise(2), mincore(2), fork's copy-on-write, the stack.
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

namespace {

constexpr size_t kPage = 4096;

char* map_anonymous(size_t size, int protection = PROT_READ | PROT_WRITE, int flags = MAP_PRIVATE) {
    void* address = mmap(nullptr, size, protection, flags | MAP_ANONYMOUS, -1, 0);
    CHECK(address != MAP_FAILED);
    return static_cast<char*>(address);
}

sigjmp_buf g_escape;
int g_fault_signal, g_fault_code;
void* g_fault_address;

void on_fault(int number, siginfo_t* info, void*) {
    g_fault_signal = number;
    g_fault_code = info->si_code;
    g_fault_address = info->si_addr;
    siglongjmp(g_escape, 1);
}

void catch_faults() {
    struct sigaction action = {};
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSEGV, &action, nullptr);
    sigaction(SIGBUS, &action, nullptr);
}

/// Touches one byte; answers the signal that stopped it, or 0.
int touch(volatile char* address, bool is_write) {
    g_fault_signal = 0;
    if (sigsetjmp(g_escape, 1) == 0) {
        if (is_write) *address = 1;
        else (void)*address;
    }
    return g_fault_signal;
}

int temporary_file(size_t size) {
    char name[] = "/tmp/self-test-XXXXXX";
    int fd = mkstemp(name);
    CHECK(fd >= 0);
    unlink(name);
    CHECK_EQUAL(ftruncate(fd, static_cast<off_t>(size)), 0);
    return fd;
}

} // namespace

CASE(memory, anonymous_pages_start_as_zeros) {
    char* pages = map_anonymous(16 * kPage);
    for (size_t index = 0; index < 16 * kPage; ++index) CHECK_EQUAL(pages[index], 0);
}

CASE(memory, mmap_rejects_bad_arguments) {
    CHECK(mmap(nullptr, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
    CHECK(mmap(nullptr, kPage, PROT_READ, MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
    CHECK(mmap(nullptr, kPage, PROT_READ, MAP_PRIVATE, -1, 0) == MAP_FAILED && errno == EBADF);
    CHECK(mmap(reinterpret_cast<void*>(1), kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
               0) == MAP_FAILED &&
          errno == EINVAL);
    int fd = temporary_file(kPage);
    CHECK(mmap(nullptr, kPage, PROT_READ, MAP_PRIVATE, fd, 1) == MAP_FAILED && errno == EINVAL);
    CHECK(mmap(nullptr, SIZE_MAX, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == ENOMEM);
    CHECK(mmap(reinterpret_cast<void*>(0xffff800000000000), kPage, PROT_READ,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED &&
          errno == ENOMEM);
}

CASE(memory, shared_writable_mapping_needs_a_writable_file) {
    int fd = open("/proc/self/exe", O_RDONLY);
    CHECK(fd >= 0);
    CHECK(mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED && errno == EACCES);
    CHECK(mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0) != MAP_FAILED);
}

CASE(memory, fixed_mapping_replaces_what_was_there) {
    char* pages = map_anonymous(3 * kPage);
    memset(pages, 'x', 3 * kPage);
    CHECK(mmap(pages + kPage, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == pages + kPage);
    CHECK_EQUAL(pages[0], 'x');
    CHECK_EQUAL(pages[kPage], 0);
    CHECK_EQUAL(pages[2 * kPage], 'x');
}

CASE(memory, fixed_noreplace_refuses_to_replace) {
    char* pages = map_anonymous(kPage);
    CHECK(mmap(pages, kPage, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) ==
              MAP_FAILED &&
          errno == EEXIST);
}

CASE(memory, partial_munmap_splits) {
    catch_faults();
    char* pages = map_anonymous(3 * kPage);
    CHECK_EQUAL(munmap(pages + kPage, kPage), 0);
    CHECK_EQUAL(touch(pages, true), 0);
    CHECK_EQUAL(touch(pages + kPage, true), SIGSEGV);
    CHECK_EQUAL(g_fault_code, SEGV_MAPERR);
    CHECK(g_fault_address == pages + kPage);
    CHECK_EQUAL(touch(pages + 2 * kPage, true), 0);
    CHECK_EQUAL(munmap(pages, 3 * kPage), 0); // holes are no error
    CHECK_ERROR(munmap(pages + 1, kPage), EINVAL);
    CHECK_ERROR(munmap(pages, 0), EINVAL);
}

CASE(memory, mprotect_changes_what_is_allowed) {
    catch_faults();
    char* pages = map_anonymous(2 * kPage);
    pages[0] = 7;
    CHECK_EQUAL(mprotect(pages, kPage, PROT_READ), 0);
    CHECK_EQUAL(pages[0], 7);
    CHECK_EQUAL(touch(pages, true), SIGSEGV);
    CHECK_EQUAL(g_fault_code, SEGV_ACCERR);
    CHECK_EQUAL(touch(pages + kPage, true), 0);
    CHECK_EQUAL(mprotect(pages, kPage, PROT_NONE), 0);
    CHECK_EQUAL(touch(pages, false), SIGSEGV);
    CHECK_EQUAL(mprotect(pages, kPage, PROT_READ | PROT_WRITE), 0);
    CHECK_EQUAL(pages[0], 7);
    CHECK_ERROR(mprotect(pages + 1, kPage, PROT_READ), EINVAL);
    munmap(pages, 2 * kPage);
    CHECK_ERROR(mprotect(pages, kPage, PROT_READ), ENOMEM);
}

CASE(memory, no_execute_is_enforced) {
    catch_faults();
    char* page = map_anonymous(kPage);
    page[0] = static_cast<char>(0xc3); // ret
    g_fault_signal = 0;
    if (sigsetjmp(g_escape, 1) == 0) reinterpret_cast<void (*)()>(page)();
    CHECK_EQUAL(g_fault_signal, SIGSEGV);
    CHECK_EQUAL(g_fault_code, SEGV_ACCERR);
    CHECK_EQUAL(mprotect(page, kPage, PROT_READ | PROT_EXEC), 0);
    g_fault_signal = 0;
    if (sigsetjmp(g_escape, 1) == 0) reinterpret_cast<void (*)()>(page)();
    CHECK_EQUAL(g_fault_signal, 0);
}

CASE(memory, mremap_grows_moves_and_shrinks) {
    char* pages = map_anonymous(2 * kPage);
    pages[0] = 1;
    pages[kPage] = 2;
    char* moved = static_cast<char*>(mremap(pages, 2 * kPage, 64 * kPage, MREMAP_MAYMOVE));
    CHECK(moved != MAP_FAILED);
    CHECK_EQUAL(moved[0], 1);
    CHECK_EQUAL(moved[kPage], 2);
    CHECK_EQUAL(moved[63 * kPage], 0);
    CHECK(mremap(moved, 64 * kPage, kPage, 0) == moved);
    CHECK(mremap(moved, kPage, 0, 0) == MAP_FAILED && errno == EINVAL);
    CHECK(mremap(moved + 32 * kPage, kPage, 2 * kPage, MREMAP_MAYMOVE) == MAP_FAILED && errno == EFAULT);
}

CASE(memory, private_file_mapping_copies_on_write) {
    int fd = temporary_file(kPage);
    CHECK_EQUAL(pwrite(fd, "before", 6, 0), 6);
    char* page = static_cast<char*>(mmap(nullptr, kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0));
    CHECK(page != MAP_FAILED);
    CHECK(memcmp(page, "before", 6) == 0);
    memcpy(page, "AFTER!", 6);
    char buffer[6];
    CHECK_EQUAL(pread(fd, buffer, 6, 0), 6);
    CHECK(memcmp(buffer, "before", 6) == 0);
}

CASE(memory, shared_file_mapping_and_read_agree) {
    int fd = temporary_file(2 * kPage);
    char* page = static_cast<char*>(mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    CHECK(page != MAP_FAILED);
    memcpy(page + kPage, "mapped", 6);
    char buffer[6];
    CHECK_EQUAL(pread(fd, buffer, 6, kPage), 6);
    CHECK(memcmp(buffer, "mapped", 6) == 0);
    CHECK_EQUAL(pwrite(fd, "writ", 4, 10), 4);
    CHECK(memcmp(page + 10, "writ", 4) == 0);
    CHECK_EQUAL(msync(page, 2 * kPage, MS_SYNC), 0);
}

CASE(memory, access_past_the_end_of_a_file_is_sigbus) {
    catch_faults();
    int fd = temporary_file(kPage + 1);
    char* pages = static_cast<char*>(mmap(nullptr, 4 * kPage, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
    CHECK(pages != MAP_FAILED);
    CHECK_EQUAL(touch(pages + 2 * kPage - 1, false), 0);
    CHECK_EQUAL(touch(pages + 2 * kPage, false), SIGBUS);
    CHECK_EQUAL(g_fault_code, BUS_ADRERR);
}

CASE(memory, fork_copies_private_and_shares_shared) {
    char* own = map_anonymous(kPage);
    char* shared = map_anonymous(kPage, PROT_READ | PROT_WRITE, MAP_SHARED);
    own[0] = shared[0] = 1;
    pid_t child = fork();
    if (child == 0) {
        own[0] = shared[0] = 2;
        _exit(own[0] == 2 ? 0 : 1);
    }
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
    CHECK_EQUAL(own[0], 1);
    CHECK_EQUAL(shared[0], 2);
}

CASE(memory, a_parent_s_write_after_fork_stays_hidden_from_the_child) {
    volatile char* own = map_anonymous(kPage);
    own[0] = 1;
    int gate[2];
    CHECK_EQUAL(pipe(gate), 0);
    pid_t child = fork();
    if (child == 0) {
        char byte;
        close(gate[1]);
        if (read(gate[0], &byte, 1) != 0) _exit(2);
        _exit(own[0]);
    }
    own[0] = 9;
    close(gate[1]);
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(WEXITSTATUS(status), 1);
}

CASE(memory, brk_grows_and_shrinks) {
    char* start = static_cast<char*>(sbrk(0));
    CHECK(sbrk(10 * kPage) == start);
    memset(start, 5, 10 * kPage);
    CHECK_EQUAL(brk(start), 0);
    CHECK(sbrk(kPage) == start);
    CHECK_EQUAL(start[0], 0); // given back and taken again: zeros
}

static int grow_stack(int depth) {
    volatile char buffer[4096];
    buffer[0] = static_cast<char>(depth);
    return depth == 0 ? buffer[0] : grow_stack(depth - 1) + buffer[0];
}

CASE(memory, the_stack_grows_to_its_limit_and_no_further) {
    CHECK(grow_stack(1000) != 1); // 4 MiB of the usual 8
    int status = selftest::in_child([] { _exit(grow_stack(1'000'000) & 1); });
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

CASE(memory, address_space_limit_is_enforced) {
    rlimit limit = {256 << 20, 256 << 20};
    CHECK_EQUAL(setrlimit(RLIMIT_AS, &limit), 0);
    CHECK(mmap(nullptr, 512 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == ENOMEM);
}

CASE(memory, dontneed_gives_zeros_again) {
    char* pages = map_anonymous(2 * kPage);
    pages[0] = pages[kPage] = 3;
    CHECK_EQUAL(madvise(pages, kPage, MADV_DONTNEED), 0);
    CHECK_EQUAL(pages[0], 0);
    CHECK_EQUAL(pages[kPage], 3);
    CHECK_ERROR(madvise(pages + 1, kPage, MADV_DONTNEED), EINVAL);
    CHECK_ERROR(madvise(pages, kPage, 12345), EINVAL);
}

CASE(memory, mincore_tells_what_is_resident) {
    char* pages = map_anonymous(4 * kPage);
    pages[kPage] = 1;
    unsigned char resident[4] = {9, 9, 9, 9};
    CHECK_EQUAL(mincore(pages, 4 * kPage, resident), 0);
    CHECK_EQUAL(resident[0] & 1, 0);
    CHECK_EQUAL(resident[1] & 1, 1);
    munmap(pages + 2 * kPage, kPage);
    CHECK_ERROR(mincore(pages, 4 * kPage, resident), ENOMEM);
}

CASE(memory, the_zero_page_is_not_mappable) {
    catch_faults();
    CHECK_EQUAL(touch(nullptr, false), SIGSEGV);
    CHECK_EQUAL(g_fault_code, SEGV_MAPERR);
    CHECK_EQUAL(touch(reinterpret_cast<char*>(0xffffffff80100000), false), SIGSEGV);
    CHECK_EQUAL(touch(reinterpret_cast<char*>(0x800000000000), false), SIGSEGV);
}
