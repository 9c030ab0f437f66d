// core(5): when a dump is written, its wait status, and that it is an ELF core file.
#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

namespace {

constexpr const char* kFolder = "/tmp/self-test-core";
rlim_t g_limit;
bool g_is_dumpable;
int g_signal;

/// Ends a child by a signal in an empty folder; answers its wait status.
int die_there() {
    mkdir(kFolder, 0755);
    unlink("/tmp/self-test-core/core");
    return selftest::in_child([] {
        rlimit limit = {g_limit, RLIM_INFINITY};
        if (chdir(kFolder) != 0 || setrlimit(RLIMIT_CORE, &limit) != 0) _exit(1);
        if (!g_is_dumpable) prctl(PR_SET_DUMPABLE, 0);
        kill(getpid(), g_signal);
        while (true) pause();
    });
}

bool has_plain_pattern() {
    char text[128];
    int fd = open("/proc/sys/kernel/core_pattern", O_RDONLY);
    ssize_t size = read(fd, text, sizeof text);
    close(fd);
    return size == 5 && memcmp(text, "core\n", 5) == 0;
}

} // namespace

CASE(core_dumps, no_dump_with_a_limit_of_zero_or_for_other_signals) {
    struct stat status;
    g_limit = 0, g_is_dumpable = true, g_signal = SIGABRT;
    CHECK_EQUAL(die_there(), SIGABRT);
    CHECK_ERROR(stat("/tmp/self-test-core/core", &status), ENOENT);
    g_limit = RLIM_INFINITY, g_signal = SIGTERM;
    CHECK_EQUAL(die_there(), SIGTERM);
    g_signal = SIGQUIT, g_is_dumpable = false;
    CHECK_EQUAL(die_there(), SIGQUIT);
    CHECK_ERROR(stat("/tmp/self-test-core/core", &status), ENOENT);
}

CASE(core_dumps, a_dump_is_an_elf_core_file) {
    if (!has_plain_pattern()) return; // the host sends dumps elsewhere
    g_limit = RLIM_INFINITY, g_is_dumpable = true, g_signal = SIGSEGV;
    CHECK_EQUAL(die_there(), SIGSEGV | 0x80);
    int fd = open("/tmp/self-test-core/core", O_RDONLY);
    CHECK(fd >= 0);
    struct stat status;
    CHECK_EQUAL(fstat(fd, &status), 0);
    CHECK_EQUAL(status.st_mode & 07777, 0600);
    Elf64_Ehdr header;
    CHECK_EQUAL(read(fd, &header, sizeof header), sizeof header);
    CHECK_EQUAL(memcmp(header.e_ident, ELFMAG, 4), 0);
    CHECK_EQUAL(header.e_type, ET_CORE);
    CHECK(header.e_phnum > 2);
    Elf64_Phdr segment;
    CHECK_EQUAL(read(fd, &segment, sizeof segment), sizeof segment);
    CHECK_EQUAL(segment.p_type, PT_NOTE);
    unsigned note[3];
    CHECK_EQUAL(pread(fd, note, sizeof note, static_cast<off_t>(segment.p_offset)), sizeof note);
    CHECK_EQUAL(note[2], 1); // NT_PRSTATUS first
    CHECK_EQUAL(note[1], 336);
    int signal = 0;
    CHECK_EQUAL(pread(fd, &signal, sizeof signal, static_cast<off_t>(segment.p_offset) + 20), sizeof signal);
    CHECK_EQUAL(signal, SIGSEGV);
    for (int index = 1; index < header.e_phnum; ++index) {
        CHECK_EQUAL(read(fd, &segment, sizeof segment), sizeof segment);
        CHECK_EQUAL(segment.p_type, PT_LOAD);
        CHECK(segment.p_offset + segment.p_filesz <= static_cast<unsigned long>(status.st_size));
    }
    close(fd);
    unlink("/tmp/self-test-core/core");
    rmdir(kFolder);
}

CASE(core_dumps, a_small_limit_cuts_the_file) {
    if (!has_plain_pattern()) return;
    g_limit = 8192, g_is_dumpable = true, g_signal = SIGQUIT;
    CHECK_EQUAL(die_there(), SIGQUIT | 0x80);
    struct stat status;
    CHECK_EQUAL(stat("/tmp/self-test-core/core", &status), 0);
    CHECK(status.st_size <= 8192);
    unlink("/tmp/self-test-core/core");
    rmdir(kFolder);
}
