/* Whole pages in steps of one vector register. Each keeps what the user has in the one register that it uses.
   void f(void *to, const void *from): interrupts may come (their handlers keep registers the same way), but the thread
   must not be switched, because kernel threads have no area to keep vectors in. */
    .text

/* The function \name: \mode is clear or copy, \zero the instruction that clears \register, which holds \width bytes. */
    .macro page_move name, mode, register, width, unaligned, aligned, zero:vararg
    .globl \name
\name:
    subq $\width, %rsp
    \unaligned %\register, (%rsp)
    .ifc \mode, clear
    \zero
    .endif
    movl $(4096 / (16 * \width)), %ecx
1:
    .set offset, 0
    .rept 16
    .ifc \mode, copy
    \aligned offset(%rsi), %\register
    .endif
    \aligned %\register, offset(%rdi)
    .set offset, offset + \width
    .endr
    .ifc \mode, copy
    addq $(16 * \width), %rsi
    .endif
    addq $(16 * \width), %rdi
    decl %ecx
    jnz 1b
    \unaligned (%rsp), %\register
    addq $\width, %rsp
    ret
    .endm

    page_move clear_page_avx, clear, ymm0, 32, vmovdqu, vmovdqa, vpxor %ymm0, %ymm0, %ymm0
    page_move copy_page_avx, copy, ymm0, 32, vmovdqu, vmovdqa
    page_move clear_page_sse, clear, xmm0, 16, movups, movaps, pxor %xmm0, %xmm0
    page_move copy_page_sse, copy, xmm0, 16, movups, movaps
