// The program's first instructions, linked into every program. The kernel enters _start with the stack of the
// x86-64 psABI 3.4.1 (argc, argv, envp, auxv) and nothing relocated; relocate_self must therefore use neither
// global data through a GOT nor a function outside this file before it has finished.
#include "crt/elf_relocations.hpp"
#include "internal/startup.hpp"

#include <stdlib.h>

extern "C" {
int main(int, char **, char **);
extern void (*__preinit_array_start[])(int, char **, char **) __attribute__((visibility("hidden")));
extern void (*__preinit_array_end[])(int, char **, char **) __attribute__((visibility("hidden")));
extern void (*__init_array_start[])(int, char **, char **) __attribute__((visibility("hidden")));
extern void (*__init_array_end[])(int, char **, char **) __attribute__((visibility("hidden")));
extern const char __ehdr_start[] __attribute__((visibility("hidden")));

[[noreturn]] void __martlet_start(unsigned long *stack, const libc::DynamicEntry *dynamic);

__attribute__((naked, noreturn)) void _start() {
    asm("xor %ebp, %ebp\n\t"
        "mov %rsp, %rdi\n\t"
        ".weak _DYNAMIC\n\t" // absent, hence null, in a program linked to a fixed address
        ".hidden _DYNAMIC\n\t"
        "lea _DYNAMIC(%rip), %rsi\n\t"
        "and $-16, %rsp\n\t"
        "call __martlet_start\n\t"
        "hlt");
}

__attribute__((no_stack_protector)) void __martlet_start(unsigned long *stack, const libc::DynamicEntry *dynamic) {
    const auto load_bias = reinterpret_cast<unsigned long>(__ehdr_start);
    if (dynamic)
        libc::relocate_self(load_bias, dynamic);

    int argc = static_cast<int>(stack[0]);
    char **argv = reinterpret_cast<char **>(stack + 1);
    char **envp = argv + argc + 1;
    libc::initialize(argc, argv, envp);
    for (auto function = __preinit_array_start; function != __preinit_array_end; function++)
        (*function)(argc, argv, envp);
    for (auto function = __init_array_start; function != __init_array_end; function++)
        (*function)(argc, argv, envp);
    exit(main(argc, argv, envp));
}
}
