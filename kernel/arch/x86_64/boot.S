// The first instructions: from the loader's 32-bit protected mode to boot_main in the higher half.
//
// Entered by Multiboot2 (GRUB on BIOS and UEFI; eax = magic, ebx = information, Multiboot2 3.3) or PVH (qemu -kernel;
// ebx = start info). Paging is off, interrupts are off, .bss has been zeroed by the loader, which both protocols demand.
// Checks what the kernel cannot do without and says what is missing on the serial port and the VGA text screen.

#define PHYS(symbol) ((symbol) - 0xffffffff80000000)
#define KERNEL_BASE_HIGH 0xffffffff80000000
#define DIRECT_MAP_BASE 0xffff800000000000

#define LOADER_MULTIBOOT2 1
#define LOADER_PVH 2

// ---- Headers ------------------------------------------------------------------------------------------------

    .section .multiboot2, "a"
    .balign 8
multiboot2_header:
    .long 0xe85250d6, 0, multiboot2_header_end - multiboot2_header
    .long -(0xe85250d6 + 0 + (multiboot2_header_end - multiboot2_header))
    // Information wanted: command line, modules, memory map, framebuffer, ACPI (old and new).
    .balign 8
1:  .short 1, 1
    .long 2f - 1b
    .long 1, 3, 6, 8, 14, 15
2:  .balign 8
    // Entry address, physical.
    .short 3, 0
    .long 12
    .long PHYS(boot_multiboot2)
    // Console: VGA text is supported.
    .balign 8
    .short 4, 1
    .long 12
    .long 2
    // Framebuffer, if there can be one: the boot menu keeps text mode where the machine has it.
    .balign 8
    .short 5, 1
    .long 20
    .long 1024, 768, 32
    // Modules start on page boundaries: the root file system's pages are the archive's pages.
    .balign 8
    .short 6, 0
    .long 8
    .balign 8
    .short 0, 0
    .long 8
multiboot2_header_end:

    .section .note.pvh, "a", @note
    .balign 4
    .long 4, 8, 18 // name size, descriptor size, XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .quad PHYS(boot_pvh)

// ---- 32-bit entry -------------------------------------------------------------------------------------------

    .section .text.boot, "ax"
    .code32
    .globl boot_multiboot2, boot_pvh
boot_pvh:
    movl $LOADER_PVH, %ebp
    jmp boot_common
boot_multiboot2:
    movl $LOADER_MULTIBOOT2, %ebp
    cmpl $0x36d76289, %eax
    je boot_common
    movl $PHYS(text_loader), %esi
    jmp boot_refuse

boot_common:
    cli
    cld
    movl $PHYS(boot_stack_top), %esp
    movl %ebx, %edi

    // Is there CPUID at all: can EFLAGS.ID be changed?
    movl $PHYS(text_cpuid), %esi
    pushfl
    popl %eax
    movl %eax, %ecx
    xorl $0x200000, %eax
    pushl %eax
    popfl
    pushfl
    popl %eax
    xorl %ecx, %eax
    testl $0x200000, %eax
    jz boot_refuse

    movl $PHYS(text_long_mode), %esi
    movl $0x80000000, %eax
    cpuid
    cmpl $0x80000001, %eax
    jb boot_refuse
    movl $0x80000001, %eax
    cpuid
    testl $(1 << 29), %edx
    jz boot_refuse
    movl $PHYS(text_no_execute), %esi
    testl $(1 << 20), %edx
    jz boot_refuse

    // FPU, TSC, MSR, PAE, CX8, APIC, CMOV, FXSR, SSE, SSE2: every x86-64 has them, a masked virtual CPU may not.
    movl $PHYS(text_base), %esi
    movl $1, %eax
    cpuid
    andl $0x07008371, %edx
    cmpl $0x07008371, %edx
    jne boot_refuse

    // Page tables: 4 GiB of 2 MiB pages, seen at 0 (for the jump), at the direct map, and its first GiB at -2 GiB.
    movl $PHYS(boot_page_directories), %ebx
    movl $0x83, %eax // present, writable, large
    movl $2048, %ecx
1:  movl %eax, (%ebx)
    addl $8, %ebx
    addl $0x200000, %eax
    decl %ecx
    jnz 1b
    movl $PHYS(boot_page_directories) + 3, %eax
    movl $PHYS(boot_pdpt_low), %ebx
    movl %eax, PHYS(boot_pdpt_high) + 510 * 8
    movl $4, %ecx
1:  movl %eax, (%ebx)
    addl $8, %ebx
    addl $4096, %eax
    decl %ecx
    jnz 1b
    movl $PHYS(boot_pdpt_low) + 3, PHYS(boot_pml4)
    movl $PHYS(boot_pdpt_low) + 3, PHYS(boot_pml4) + 256 * 8
    movl $PHYS(boot_pdpt_high) + 3, PHYS(boot_pml4) + 511 * 8

    movl $PHYS(boot_pml4), %eax
    movl %eax, %cr3
    movl %cr4, %eax
    orl $0x20, %eax // PAE
    movl %eax, %cr4
    movl $0xc0000080, %ecx
    rdmsr
    orl $0x901, %eax // SYSCALL, long mode, no-execute
    wrmsr
    movl $0x80010033, %eax // PG, WP, NE, ET, MP, PE; EM and TS clear
    movl %eax, %cr0
    lgdt PHYS(boot_gdt_pointer)
    ljmpl $8, $PHYS(boot_long_mode)

    // Prints the text at esi and stops.
boot_refuse:
    movl $PHYS(boot_stack_top), %esp
    movl $PHYS(text_prefix), %ebx
    movl $0xb8000, %edi
    movw $0x3fb, %dx // 115200 8n1
    movb $0x80, %al
    outb %al, %dx
    movw $0x3f8, %dx
    movb $1, %al
    outb %al, %dx
    incw %dx
    xorb %al, %al
    outb %al, %dx
    movw $0x3fb, %dx
    movb $3, %al
    outb %al, %dx
    call boot_print
    movl %esi, %ebx
    call boot_print
1:  cli
    hlt
    jmp 1b

boot_print: // ebx: text; edi: screen position
    movb (%ebx), %al
    testb %al, %al
    jz 3f
    incl %ebx
    movb %al, (%edi)
    movb $0x4f, 1(%edi)
    addl $2, %edi
    movb %al, %ah
    movl $100000, %ecx // no port at all must not stop us
    movw $0x3fd, %dx
1:  inb %dx, %al
    testb $0x20, %al
    loopz 1b
    movw $0x3f8, %dx
    movb %ah, %al
    outb %al, %dx
    jmp boot_print
3:  ret

// ---- 64-bit -------------------------------------------------------------------------------------------------

    .code64
boot_long_mode:
    movabsq $boot_higher_half, %rax
    jmpq *%rax
boot_higher_half:
    lgdt boot_gdt_pointer_high(%rip)
    xorl %eax, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl %eax, %fs
    movl %eax, %gs
    leaq boot_stack_top(%rip), %rsp
    // The boot processor's Cpu block.
    leaq boot_cpu(%rip), %rax
    movq %rax, boot_cpu(%rip)
    movq %rax, %rdx
    shrq $32, %rdx
    movl $0xc0000101, %ecx // IA32_GS_BASE
    wrmsr
    // A stack-protector canary: time now; the C++ code adds better randomness while no protected frame is live.
    rdtsc
    shlq $32, %rdx
    orq %rdx, %rax
    movq %rax, boot_cycle_counter(%rip)
    movabsq $0x9e3779b97f4a7c15, %rcx
    imulq %rcx, %rax
    shlq $8, %rax // a zero byte stops string overruns
    movq %rax, __stack_chk_guard(%rip)

    movl %edi, %esi
    movl %ebp, %edi
    xorl %ebp, %ebp
    call boot_main
    ud2

// ---- Data ---------------------------------------------------------------------------------------------------

    .section .rodata
    .balign 8
    .globl boot_gdt, boot_gdt_pointer_high
boot_gdt:
    .quad 0
    .quad 0x00af9b000000ffff // 64-bit code
    .quad 0x00cf93000000ffff // data
boot_gdt_end:
boot_gdt_pointer:
    .short boot_gdt_end - boot_gdt - 1
    .long PHYS(boot_gdt)
boot_gdt_pointer_high:
    .short boot_gdt_end - boot_gdt - 1
    .quad boot_gdt

text_prefix:    .asciz "Martlet cannot run here: "
text_loader:    .asciz "started by something that is neither a Multiboot2 nor a PVH loader.\r\n"
text_cpuid:     .asciz "the processor has no CPUID instruction (a 64-bit x86 is needed).\r\n"
text_long_mode: .asciz "the processor has no 64-bit mode (x86-64 is needed).\r\n"
text_no_execute: .asciz "the processor has no NX bit, or the firmware has turned it off.\r\n"
text_base:      .asciz "the processor lacks a basic x86-64 feature (FPU TSC MSR PAE CX8 APIC CMOV FXSR SSE SSE2).\r\n"

    .section .boot_page_tables, "aw", @nobits
    .balign 4096
    .globl boot_pml4
boot_pml4:              .skip 4096
boot_pdpt_low:          .skip 4096
boot_pdpt_high:         .skip 4096
boot_page_directories:  .skip 4 * 4096

    .section .bss.boot_stack, "aw", @nobits
    .balign 4096
    .globl boot_stack, boot_stack_top
boot_stack:
    .skip 16384
boot_stack_top:

    .section .bss.boot_cycle_counter, "aw", @nobits
    .balign 8
    .globl boot_cycle_counter
boot_cycle_counter: .skip 8

    .section .note.GNU-stack, "", @progbits
