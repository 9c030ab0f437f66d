// Every way into the kernel after boot, and the ways back: exceptions, interrupts, SYSCALL, and the stack switch.
//
// Rules: GS base points at the Cpu block in the kernel and belongs to the user otherwise; an entry from user mode
// does swapgs once, before it touches gs. NMI, #DF, #MC and #DB can arrive between the privilege change and that
// swapgs; they run on stacks of their own, whose top word holds the Cpu pointer, and restore the GS base they found
// (user mode may set any base with WRGSBASE, so its sign says nothing).
// Every entry builds a TrapFrame (arch/trap_frame.h) and ends with interrupts off.

#include "arch/x86_64/offsets.h"

// CLAC where there is SMAP, three bytes of NOP elsewhere (patched by smap_init).
.macro SMAP_CLAC
771: .byte 0x0f, 0x1f, 0x00
    .pushsection .martlet_smap_patches, "a"
    .long 771b - ., 0xca
    .popsection
.endm

// The registers below orig_rax and rdi, which the stub has pushed.
.macro PUSH_REGISTERS
    pushq %rsi
    pushq %rdx
    pushq %rcx
    pushq %rax
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
.endm

.macro POP_REGISTERS
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbp
    popq %rbx
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rax
    popq %rcx
    popq %rdx
    popq %rsi
    popq %rdi
.endm

    .section .text.entry, "ax"

// ---- Exceptions and interrupts ------------------------------------------------------------------------------

// One stub of 16 bytes for each vector; trap_stubs + 16 * vector.
    .balign 16
    .globl trap_stubs
trap_stubs:
vector = 0
.rept 256
    .balign 16
    .if !(vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30)
    pushq $-1
    .endif
    pushq %rdi
    movl $vector, %edi
    .if vector == 1 || vector == 2 || vector == 8 || vector == 18
    jmp trap_on_own_stack
    .else
    jmp trap_common
    .endif
    vector = vector + 1
.endr

    .balign 16
trap_common:
    cld
    SMAP_CLAC
    testb $3, 24(%rsp) // cs
    jz trap_from_kernel
    swapgs
trap_from_user:
    PUSH_REGISTERS
    xorl %ebp, %ebp // backtraces end here
    movq %rsp, %rsi
    subq $8, %rsp
    call trap_dispatch
    addq $8, %rsp
    // Falls through; interrupts are off and all work is done.
    .globl trap_return_to_user
trap_return_to_user:
    POP_REGISTERS
    swapgs
    addq $8, %rsp
    iretq

trap_from_kernel:
    PUSH_REGISTERS
    movq %rsp, %rsi
    movq %rsp, %rbx
    andq $-16, %rsp
    call trap_dispatch
    movq %rbx, %rsp
    POP_REGISTERS
    addq $8, %rsp
    iretq

// NMI, #DF, #MC, #DB. Stack: rdi, orig_rax, rip, cs, rflags, rsp, ss, Cpu*.
trap_on_own_stack:
    cld
    SMAP_CLAC
    PUSH_REGISTERS
    movl %edi, %r12d
    movl $0xc0000101, %ecx // IA32_GS_BASE
    rdmsr
    movl %eax, %r13d
    movl %edx, %r14d
    movq OWN_STACK_CPU(%rsp), %rax
    movq %rax, %rdx
    shrq $32, %rdx
    wrmsr
    movl %r12d, %edi
    movq %rsp, %rsi
    testb $3, TRAP_FRAME_CS(%rsp)
    jz 1f
    cmpl $1, %edi
    je trap_debug_from_user
1:  subq $8, %rsp
    call trap_dispatch_on_own_stack
    addq $8, %rsp
    movl $0xc0000101, %ecx
    movl %r13d, %eax
    movl %r14d, %edx
    wrmsr
    POP_REGISTERS
    addq $8, %rsp
    iretq

// #DB from user mode is an ordinary fault: its frame moves to the thread's kernel stack. GS base was the user's and
// has just been overwritten with the kernel's, so the value found goes to where swapgs would have put it.
trap_debug_from_user:
    movl $0xc0000102, %ecx // IA32_KERNEL_GS_BASE
    movl %r13d, %eax
    movl %r14d, %edx
    wrmsr
    movq %gs:CPU_KERNEL_STACK_TOP, %rdi
    subq $TRAP_FRAME_SIZE, %rdi
    movq %rdi, %rax
    movl $(TRAP_FRAME_SIZE / 8), %ecx
    rep movsq
    movq %rax, %rsp
    xorl %ebp, %ebp
    movl $1, %edi
    movq %rsp, %rsi
    subq $8, %rsp
    call trap_dispatch
    addq $8, %rsp
    jmp trap_return_to_user

// ---- System calls -------------------------------------------------------------------------------------------

    .balign 64
    .globl system_call_entry
system_call_entry:
    swapgs
    movq %rsp, %gs:CPU_SCRATCH
    movq %gs:CPU_KERNEL_STACK_TOP, %rsp
    pushq $USER_DATA_SELECTOR
    pushq %gs:CPU_SCRATCH
    pushq %r11
    pushq $USER_CODE_SELECTOR
    pushq %rcx
    pushq %rax // orig_rax
    pushq %rdi
    PUSH_REGISTERS
    xorl %ebp, %ebp
    movq %rsp, %rdi
    subq $8, %rsp
    call system_call // answers whether SYSRET may be used
    addq $8, %rsp
    testb %al, %al
    jz trap_return_to_user
    POP_REGISTERS
    movq 32(%rsp), %rsp // past orig_rax, rip, cs, rflags
    swapgs
    sysretq

// SYSCALL in 32-bit mode cannot happen (no 32-bit user code); the register is set so that it would end here.
    .globl system_call_entry_32
system_call_entry_32:
    movq $-38, %rax
    sysretl

// ---- Contexts -----------------------------------------------------------------------------------------------

// void switch_stacks(u64* save_rsp, u64 load_rsp)
    .balign 16
    .globl switch_stacks
switch_stacks:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret

// The first switch to a new context returns here: rbx = entry, r12 = argument.
    .globl context_first_run
context_first_run:
    movq %r12, %rdi
    xorl %ebp, %ebp
    call *%rbx
    ud2

// [[noreturn]] void return_with_frame(TrapFrame* frame): interrupts off, all work done.
    .globl return_with_frame
return_with_frame:
    movq %rdi, %rsp
    jmp trap_return_to_user

    .section .note.GNU-stack, "", @progbits
