// The first instructions of a processor other than the first: from the STARTUP interrupt's real mode to ap_main.
//
// ap_trampoline is copied to a page below 1 MiB and entered with CS = that page, IP = 0. It uses the page tables of early
// boot, which map the low 4 GiB one to one, and jumps to the kernel image's physical address.

#define PHYS(symbol) ((symbol) - 0xffffffff80000000)

    .section .text.boot, "ax"
    .code16
    .globl ap_trampoline, ap_trampoline_end
ap_trampoline:
    cli
    cld
    movw %cs, %ax
    movw %ax, %ds
    lgdtl (ap_gdt_pointer - ap_trampoline)
    movl $0x20, %eax // PAE
    movl %eax, %cr4
    movl $PHYS(boot_pml4), %eax
    movl %eax, %cr3
    movl $0xc0000080, %ecx
    rdmsr
    orl $0x901, %eax // SYSCALL, long mode, no-execute
    wrmsr
    movl $0x80010033, %eax // PG, WP, NE, ET, MP, PE: from real mode to 64-bit mode in one step
    movl %eax, %cr0
    ljmpl $8, $PHYS(ap_long_mode)
    .balign 4
ap_gdt_pointer:
    .short 3 * 8 - 1
    .long PHYS(boot_gdt)
ap_trampoline_end:

    .code64
ap_long_mode:
    movabsq $ap_higher_half, %rax
    jmpq *%rax
ap_higher_half:
    lgdt boot_gdt_pointer_high(%rip)
    xorl %eax, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl %eax, %fs
    movl %eax, %gs
    // The kernel's page table: the stack is mapped there only.
    movq ap_page_table(%rip), %rax
    movq %rax, %cr3
    movl $1, %ebx
    lock xaddl %ebx, ap_next_ticket(%rip)
    cmpl ap_ticket_count(%rip), %ebx
    jae 1f
    leaq ap_blocks(%rip), %rdi
    movq (%rdi,%rbx,8), %rdi
    movq %rdi, %rax
    movq %rdi, %rdx
    shrq $32, %rdx
    movl $0xc0000101, %ecx // IA32_GS_BASE
    wrmsr
    movq 16(%rdi), %rsp // Cpu::kernel_stack_top
    xorl %ebp, %ebp
    call ap_main
1:  cli
    hlt
    jmp 1b

    .section .note.GNU-stack, "", @progbits
