// Programs that do what they must not: each gets the right signal, and only they.
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

static void expect_signal(void (*body)(), int signal_number) {
    int status = selftest::in_child(body);
    CHECK(WIFSIGNALED(status));
    CHECK_EQUAL(WTERMSIG(status), signal_number);
}

CASE(faults, null_dereference) {
    expect_signal([] { *static_cast<volatile int*>(nullptr) = 1; __builtin_trap(); }, SIGSEGV);
}
CASE(faults, read_of_kernel_memory) {
    expect_signal([] { (void)*reinterpret_cast<volatile int*>(0xffff800000000000); }, SIGSEGV);
}
CASE(faults, write_of_kernel_text) {
    expect_signal([] { *reinterpret_cast<volatile int*>(0xffffffff80100000) = 0; }, SIGSEGV);
}
CASE(faults, noncanonical_address) {
    expect_signal([] { (void)*reinterpret_cast<volatile int*>(0x8000'0000'0000'0000); }, SIGSEGV);
}
CASE(faults, jump_to_nowhere) {
    expect_signal([] { reinterpret_cast<void (*)()>(0x123456789000)(); }, SIGSEGV);
}
CASE(faults, jump_to_kernel) {
    expect_signal([] { reinterpret_cast<void (*)()>(0xffffffff80100000)(); }, SIGSEGV);
}
CASE(faults, jump_to_noncanonical) {
    expect_signal([] { asm volatile("movabs $0x8000000000000000, %rax; jmp *%rax"); }, SIGSEGV);
}
CASE(faults, system_call_at_the_end_of_the_address_space) {
    // The return address would be non-canonical: SYSRET must not be reached with it.
    expect_signal([] {
        char* last = reinterpret_cast<char*>(0x7ffffffff000 - 4096);
        void* page = mmap(last, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        if (page == MAP_FAILED) kill(getpid(), SIGSEGV); // not available: the same answer
        last[4094] = 0x0f;
        last[4095] = 0x05;
        reinterpret_cast<void (*)()>(last + 4094)();
    }, SIGSEGV);
}
CASE(faults, divide_by_zero) {
    expect_signal(
        [] {
            asm volatile("xor %%ecx, %%ecx; mov $1, %%eax; cltd; idiv %%ecx" : : : "eax", "ecx", "edx");
        },
        SIGFPE);
}
CASE(faults, privileged_instruction) { expect_signal([] { asm volatile("hlt"); }, SIGSEGV); }
CASE(faults, port_access) { expect_signal([] { asm volatile("outb %al, $0x64"); }, SIGSEGV); }
CASE(faults, control_register) { expect_signal([] { asm volatile("mov %%cr3, %%rax" : : : "rax"); }, SIGSEGV); }
CASE(faults, illegal_instruction) { expect_signal([] { asm volatile("ud2"); }, SIGILL); }
CASE(faults, breakpoint) { expect_signal([] { asm volatile("int3"); }, SIGTRAP); }
CASE(faults, software_interrupt) { expect_signal([] { asm volatile("int $0x20"); }, SIGSEGV); }
CASE(faults, page_fault_vector_by_hand) { expect_signal([] { asm volatile("int $14"); }, SIGSEGV); }
CASE(faults, single_step_trap) {
    expect_signal([] { asm volatile("pushf; orq $0x100, (%rsp); popf; nop; nop"); }, SIGTRAP);
}
CASE(faults, alignment_check) {
    int status = selftest::in_child([] {
        alignas(8) char bytes[16] = {};
        asm volatile("pushf; orq $0x40000, (%%rsp); popf; movl 1(%0), %%eax; pushf; andq $~0x40000, (%%rsp); popf"
                     : : "r"(bytes) : "eax", "memory");
    });
    // Software emulation of the processor (QEMU's TCG) does not check alignment.
    CHECK((WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS) || status == 0);
}
CASE(faults, a_wild_stack_pointer) {
    expect_signal([] { asm volatile("xor %esp, %esp; push %rax"); }, SIGSEGV);
    expect_signal([] { asm volatile("movabs $0xffffffff80100000, %rsp; push %rax"); }, SIGSEGV);
}
CASE(faults, a_signal_without_room_for_its_frame) {
    int status = selftest::in_child([] {
        signal(SIGUSR1, [](int) {});
        long pid = getpid();
        asm volatile("mov %0, %%rdi; mov $10, %%esi; mov $62, %%eax; mov $0x10000, %%esp; syscall; hlt"
                     :
                     : "r"(pid)
                     : "memory");
    });
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}
CASE(faults, a_direction_flag_does_not_reach_the_kernel) {
    asm volatile("std; mov $39, %%eax; syscall; cld" : : : "rax", "rcx", "r11", "memory");
    char from[64] = "still works", to[64];
    memcpy(to, from, sizeof from);
    CHECK(strcmp(to, "still works") == 0);
}
