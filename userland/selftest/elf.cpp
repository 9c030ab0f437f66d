// execve(2) of damaged and hostile ELF files: ENOEXEC or a like error, and nothing else happens.
#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "selftest.h"

extern char** environ;

namespace {

constexpr const char* kPath = "/tmp/self-test-elf";

/// A minimal program that exits with status 42: header, one loadable segment, code.
struct Image {
    Elf64_Ehdr header = {};
    Elf64_Phdr segment = {};
    unsigned char code[16] = {0xbf, 42, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05};

    Image() {
        memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_ident[EI_CLASS] = ELFCLASS64;
        header.e_ident[EI_DATA] = ELFDATA2LSB;
        header.e_ident[EI_VERSION] = EV_CURRENT;
        header.e_type = ET_EXEC;
        header.e_machine = EM_X86_64;
        header.e_version = EV_CURRENT;
        header.e_entry = 0x400000 + sizeof header + sizeof segment;
        header.e_phoff = sizeof header;
        header.e_ehsize = sizeof header;
        header.e_phentsize = sizeof segment;
        header.e_phnum = 1;
        segment.p_type = PT_LOAD;
        segment.p_flags = PF_R | PF_X;
        segment.p_vaddr = segment.p_paddr = 0x400000;
        segment.p_filesz = segment.p_memsz = sizeof(Image);
        segment.p_align = 4096;
    }
};

void install(const Image& image, size_t size = sizeof(Image)) {
    unlink(kPath);
    int fd = open(kPath, O_CREAT | O_EXCL | O_WRONLY, 0755);
    CHECK(fd >= 0);
    CHECK_EQUAL(write(fd, &image, size), size);
    close(fd);
}

/// What happens when it is run: the exit status, 1000 + the errno of execve, or 2000 + the signal that ended it.
int outcome(const Image& image, size_t size = sizeof(Image)) {
    install(image, size);
    pid_t child = fork();
    if (child == 0) {
        char* arguments[] = {const_cast<char*>("x"), nullptr};
        execve(kPath, arguments, environ);
        _exit(100 + errno);
    }
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    unlink(kPath);
    if (WIFSIGNALED(status)) return 2000 + WTERMSIG(status);
    return WEXITSTATUS(status) >= 100 ? 900 + WEXITSTATUS(status) : WEXITSTATUS(status);
}

} // namespace

CASE(elf, a_minimal_program_runs) { CHECK_EQUAL(outcome(Image()), 42); }

CASE(elf, headers_that_are_not_for_this_machine_are_enoexec) {
    Image image;
    image.header.e_machine = EM_AARCH64;
    CHECK_EQUAL(outcome(image), 1000 + ENOEXEC);
    image = Image();
    image.header.e_ident[EI_CLASS] = ELFCLASS32;
    image.header.e_machine = 0;
    CHECK_EQUAL(outcome(image), 1000 + ENOEXEC);
    image = Image();
    image.header.e_type = ET_REL;
    CHECK_EQUAL(outcome(image), 1000 + ENOEXEC);
    image = Image();
    image.header.e_ident[0] = 0;
    CHECK_EQUAL(outcome(image), 1000 + ENOEXEC);
}

CASE(elf, damaged_header_tables_are_refused) {
    Image image;
    image.header.e_phnum = 0;
    CHECK_EQUAL(outcome(image), 1000 + ENOEXEC);
    image = Image();
    image.header.e_phentsize = 7;
    CHECK_EQUAL(outcome(image), 1000 + ENOEXEC);
    image = Image();
    image.header.e_phnum = 0xffff;
    int result = outcome(image);
    CHECK(result == 1000 + ENOEXEC || result == 1000 + EINVAL);
    image = Image();
    image.header.e_phoff = 0x7fffffffffffffff;
    result = outcome(image);
    CHECK(result >= 1000 && result < 2000);
}

CASE(elf, truncated_files_are_refused) {
    for (size_t size : {0, 1, 4, 20, 63, 64, 100}) {
        int result = outcome(Image(), size);
        CHECK(result >= 1000 && result < 2000); // an error of execve, never a started program
    }
}

CASE(elf, segments_over_the_kernel_start_nothing) {
    Image image;
    image.segment.p_vaddr = 0xffffffff80000000;
    image.header.e_entry = 0xffffffff80000078;
    CHECK(outcome(image) >= 1000);
    image = Image();
    image.segment.p_vaddr = 0x7ffffffff000 - 4096;
    image.segment.p_memsz = 0x10000;
    CHECK(outcome(image) >= 1000);
    image = Image();
    image.segment.p_memsz = 0xffffffffffffff00; // wraps around
    CHECK(outcome(image) >= 1000);
    image = Image();
    image.segment.p_filesz = 100'000; // more than memsz
    image.segment.p_memsz = 10;
    CHECK(outcome(image) >= 1000);
}

CASE(elf, an_entry_point_nowhere_is_sigsegv) {
    Image image;
    image.header.e_entry = 0x10;
    CHECK_EQUAL(outcome(image), 2000 + 11);
}

CASE(elf, random_damage_never_hurts_the_system) {
    srand(1);
    for (int round = 0; round < 300; ++round) {
        Image image;
        auto* bytes = reinterpret_cast<unsigned char*>(&image);
        for (int change = 0; change < 4; ++change)
            bytes[static_cast<size_t>(rand()) % (sizeof image.header + sizeof image.segment)] =
                static_cast<unsigned char>(rand());
        outcome(image); // any outcome will do, as long as we are here to see it
    }
    CHECK_EQUAL(outcome(Image()), 42);
}
