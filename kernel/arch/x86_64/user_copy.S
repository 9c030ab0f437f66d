// The instructions that touch user memory. A fault that mm cannot resolve continues at the fixup that stands beside the
// instruction in .martlet_fixups. The callers (user_copy.cpp) have checked the address range.
//
// Copies go by words; a fault in a run of words is retried by bytes, so that the answer is exact to the byte.

.macro SMAP_STAC
771: .byte 0x0f, 0x1f, 0x00
    .pushsection .martlet_smap_patches, "a"
    .long 771b - ., 0xcb
    .popsection
.endm
.macro SMAP_CLAC
771: .byte 0x0f, 0x1f, 0x00
    .pushsection .martlet_smap_patches, "a"
    .long 771b - ., 0xca
    .popsection
.endm

// The next instruction may fault and then continues at \target.
.macro MAY_FAULT target
772:
    .pushsection .martlet_fixups, "a"
    .long 772b - ., \target - .
    .popsection
.endm

    .section .text.user_copy, "ax"

// usize user_copy(void* to, const void* from, usize count): bytes not copied.
    .balign 16
    .globl user_copy
user_copy:
    SMAP_STAC
    cmpq $64, %rdx
    ja 4f
    // Short: a loop of two words, then one, then bytes.
1:  subq $16, %rdx
    jb 2f
    MAY_FAULT 8f
    movq (%rsi), %rax
    MAY_FAULT 8f
    movq 8(%rsi), %rcx
    MAY_FAULT 8f
    movq %rax, (%rdi)
    MAY_FAULT 8f
    movq %rcx, 8(%rdi)
    addq $16, %rsi
    addq $16, %rdi
    jmp 1b
8:  // A word faulted: the bytes of both are still to do.
    addq $16, %rdx
    jmp 6f
2:  addq $16, %rdx
    jz 3f
    testb $8, %dl
    jz 5f
    MAY_FAULT 6f
    movq (%rsi), %rax
    MAY_FAULT 6f
    movq %rax, (%rdi)
    addq $8, %rsi
    addq $8, %rdi
    subq $8, %rdx
    jz 3f
5:  cmpq $4, %rdx
    jne 6f
    MAY_FAULT 6f
    movl (%rsi), %eax
    MAY_FAULT 6f
    movl %eax, (%rdi)
    xorl %eax, %eax
    SMAP_CLAC
    ret
6:  MAY_FAULT 3f
    movb (%rsi), %al
    MAY_FAULT 3f
    movb %al, (%rdi)
    incq %rsi
    incq %rdi
    decq %rdx
    jnz 6b
3:  movq %rdx, %rax
    SMAP_CLAC
    ret
4:  // Long: string words, then the odd bytes.
    movq %rdx, %rcx
    shrq $3, %rcx
    andl $7, %edx
    MAY_FAULT 5f
    rep movsq
    testl %edx, %edx
    jnz 6b
    xorl %eax, %eax
    SMAP_CLAC
    ret
5:  leaq (%rdx, %rcx, 8), %rdx
    jmp 6b

// usize user_clear(void* to, usize count): bytes not cleared.
    .balign 16
    .globl user_clear
user_clear:
    SMAP_STAC
    movq %rsi, %rcx
    movl %esi, %edx
    shrq $3, %rcx
    andl $7, %edx
    xorl %eax, %eax
    MAY_FAULT 1f
    rep stosq
    movl %edx, %ecx
2:  MAY_FAULT 3f
    rep stosb
3:  movq %rcx, %rax
    SMAP_CLAC
    ret
1:  leaq (%rdx, %rcx, 8), %rcx
    xorl %eax, %eax
    jmp 2b

// usize user_copy_string(char* to, const char* from, usize count): length without NUL, count if there is none, -1 on a
// fault. Reads words while they lie within one aligned word, so that it never touches a page beyond the NUL.
    .balign 16
    .globl user_copy_string
user_copy_string:
    SMAP_STAC
    movq %rdx, %r8  // count
    movabsq $0x0101010101010101, %r9
    movabsq $0x8080808080808080, %r10
    jmp 2f
1:  // A word at an aligned address with at least eight bytes to go.
    MAY_FAULT 9f
    movq (%rsi), %rax
    movq %rax, %rcx
    subq %r9, %rcx
    movq %rax, %r11
    notq %r11
    andq %r11, %rcx
    testq %r10, %rcx
    jnz 3f
    movq %rax, (%rdi)
    addq $8, %rsi
    addq $8, %rdi
    subq $8, %rdx
2:  cmpq $8, %rdx
    jb 3f
    testb $7, %sil
    jz 1b
3:  testq %rdx, %rdx
    jz 5f
    MAY_FAULT 9f
    movb (%rsi), %al
    movb %al, (%rdi)
    testb %al, %al
    jz 5f
    incq %rsi
    incq %rdi
    decq %rdx
    jmp 2b
5:  movq %r8, %rax
    subq %rdx, %rax
    SMAP_CLAC
    ret
9:  movq $-1, %rax
    SMAP_CLAC
    ret

// u64 user_save_state(void* to, u64 features): XSAVE; 0, or -1 on a fault.
// u64 user_load_state(const void* from, u64 features): XRSTOR; likewise, and for an area that the processor refuses.
    .macro state_move name, instruction
    .balign 16
    .globl \name
\name:
    SMAP_STAC
    movl %esi, %eax
    movq %rsi, %rdx
    shrq $32, %rdx
    MAY_FAULT 1f
    \instruction (%rdi)
    xorl %eax, %eax
    SMAP_CLAC
    ret
1:  movq $-1, %rax
    SMAP_CLAC
    ret
    .endm

    state_move user_save_state, xsave64
    state_move user_load_state, xrstor64

// u64 user_load_u32(const void* from): the value, or -1 (all 64 bits) on a fault.
    .balign 16
    .globl user_load_u32
user_load_u32:
    SMAP_STAC
    MAY_FAULT 1f
    movl (%rdi), %eax
    SMAP_CLAC
    ret
1:  movq $-1, %rax
    SMAP_CLAC
    ret

// u64 user_compare_exchange_u32(void* at, u32 expected, u32 desired): the value found, or -1 on a fault.
    .balign 16
    .globl user_compare_exchange_u32
user_compare_exchange_u32:
    SMAP_STAC
    movl %esi, %eax
    MAY_FAULT 1f
    lock cmpxchgl %edx, (%rdi)
    movl %eax, %eax
    SMAP_CLAC
    ret
1:  movq $-1, %rax
    SMAP_CLAC
    ret

    .section .note.GNU-stack, "", @progbits
