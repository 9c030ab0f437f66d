// Makes the C environment: environ, the auxiliary vector, the main thread's TLS block and control block, the
// stack guard. Part of the library, so that crt's object stays tiny.
#include "internal/startup.hpp"
#include "internal/thread.hpp"
#include "sysdep/syscall.hpp"

#include <errno.h>
#include <sys/auxv.h>
#include <unistd.h>

char **environ;
char *program_invocation_name = const_cast<char *>("");
char *program_invocation_short_name = const_cast<char *>("");

namespace libc {

bool g_multithreaded;
unsigned long *g_auxv;

namespace {

struct ProgramHeader {
    unsigned type, flags;
    unsigned long offset, virtual_address, physical_address, file_size, memory_size, alignment;
};

constexpr unsigned kSegmentTls = 7, kSegmentPhdr = 6;
constexpr size_t kBuiltinTlsBytes = 320;

struct TlsImage {
    const unsigned char *data;
    size_t file_size, memory_size, alignment;
};

TlsImage g_tls_image = {nullptr, 0, 0, 1};

alignas(64) unsigned char g_builtin_tls[kBuiltinTlsBytes];

size_t round_up(size_t value, size_t alignment) { return (value + alignment - 1) & ~(alignment - 1); }

// getauxval without errno, which does not exist yet.
__attribute__((no_stack_protector)) unsigned long auxiliary_value(unsigned long type) {
    for (unsigned long *entry = g_auxv; entry[0] != AT_NULL; entry += 2) {
        if (entry[0] == type)
            return entry[1];
    }
    return 0;
}

void find_tls_image() {
    auto *headers = reinterpret_cast<const ProgramHeader *>(auxiliary_value(AT_PHDR));
    unsigned long count = auxiliary_value(AT_PHNUM), bias = 0;
    if (!headers)
        return;
    for (unsigned long i = 0; i < count; i++) {
        if (headers[i].type == kSegmentPhdr)
            bias = reinterpret_cast<unsigned long>(headers) - headers[i].virtual_address;
    }
    for (unsigned long i = 0; i < count; i++) {
        if (headers[i].type == kSegmentTls)
            g_tls_image = {reinterpret_cast<const unsigned char *>(bias + headers[i].virtual_address),
                           headers[i].file_size, headers[i].memory_size,
                           headers[i].alignment ? headers[i].alignment : 1};
    }
}

} // namespace

size_t tls_block_bytes() {
    size_t alignment = g_tls_image.alignment < 64 ? 64 : g_tls_image.alignment;
    return round_up(g_tls_image.memory_size, g_tls_image.alignment) + sizeof(ThreadBlock) + alignment;
}

ThreadBlock *build_tls(void *memory) {
    size_t alignment = g_tls_image.alignment < 64 ? 64 : g_tls_image.alignment;
    size_t image_bytes = round_up(g_tls_image.memory_size, g_tls_image.alignment);
    auto pointer = round_up(reinterpret_cast<size_t>(memory) + image_bytes, alignment);
    auto *image = reinterpret_cast<unsigned char *>(pointer - image_bytes);
    for (size_t i = 0; i < g_tls_image.file_size; i++)
        image[i] = g_tls_image.data[i];
    auto *block = reinterpret_cast<ThreadBlock *>(pointer);
    block->self = block;
    return block;
}

__attribute__((no_stack_protector)) void initialize(int argc, char **argv, char **envp) {
    environ = envp;
    char **end = envp;
    while (*end)
        end++;
    g_auxv = reinterpret_cast<unsigned long *>(end + 1);
    if (argc > 0 && argv[0]) {
        program_invocation_name = program_invocation_short_name = argv[0];
        for (char *c = argv[0]; *c; c++) {
            if (*c == '/')
                program_invocation_short_name = c + 1;
        }
    }

    find_tls_image();
    void *memory = g_builtin_tls;
    if (tls_block_bytes() > sizeof g_builtin_tls) {
        constexpr int kReadWrite = 3, kPrivateAnonymous = 0x22;
        long mapping = call(SYS_mmap, nullptr, tls_block_bytes(), kReadWrite, kPrivateAnonymous, -1, 0);
        if (mapping < 0 && mapping > -4096)
            call(SYS_exit_group, 127);
        memory = reinterpret_cast<void *>(mapping);
    }
    ThreadBlock *block = build_tls(memory);
    constexpr int kArchSetFs = 0x1002;
    if (call(SYS_arch_prctl, kArchSetFs, block) < 0)
        call(SYS_exit_group, 127);
    block->tid = static_cast<int>(call(SYS_set_tid_address, &block->exit_futex));
    if (auto *random = reinterpret_cast<const uintptr_t *>(auxiliary_value(AT_RANDOM)))
        block->stack_guard = *random & ~0xfful; // a zero byte stops string overruns
}

} // namespace libc
