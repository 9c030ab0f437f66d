/* Whole pages in steps of one vector register. Each keeps what the user has in the one register that it uses.
   void f(void *to, const void *from): interrupts may come (their handlers keep registers the same way), but the thread
   must not be switched, because kernel threads have no area to keep vectors in. */
    .text

    .globl clear_page_avx
clear_page_avx:
    subq $32, %rsp
    vmovdqu %ymm0, (%rsp)
    vpxor %ymm0, %ymm0, %ymm0
    movl $8, %ecx
1:
    .set offset, 0
    .rept 16
    vmovdqa %ymm0, offset(%rdi)
    .set offset, offset + 32
    .endr
    addq $512, %rdi
    decl %ecx
    jnz 1b
    vmovdqu (%rsp), %ymm0
    addq $32, %rsp
    ret

    .globl copy_page_avx
copy_page_avx:
    subq $32, %rsp
    vmovdqu %ymm0, (%rsp)
    movl $8, %ecx
1:
    .set offset, 0
    .rept 16
    vmovdqa offset(%rsi), %ymm0
    vmovdqa %ymm0, offset(%rdi)
    .set offset, offset + 32
    .endr
    addq $512, %rsi
    addq $512, %rdi
    decl %ecx
    jnz 1b
    vmovdqu (%rsp), %ymm0
    addq $32, %rsp
    ret

    .globl clear_page_sse
clear_page_sse:
    subq $16, %rsp
    movups %xmm0, (%rsp)
    pxor %xmm0, %xmm0
    movl $16, %ecx
1:
    .set offset, 0
    .rept 16
    movaps %xmm0, offset(%rdi)
    .set offset, offset + 16
    .endr
    addq $256, %rdi
    decl %ecx
    jnz 1b
    movups (%rsp), %xmm0
    addq $16, %rsp
    ret

    .globl copy_page_sse
copy_page_sse:
    subq $16, %rsp
    movups %xmm0, (%rsp)
    movl $16, %ecx
1:
    .set offset, 0
    .rept 16
    movaps offset(%rsi), %xmm0
    movaps %xmm0, offset(%rdi)
    .set offset, offset + 16
    .endr
    addq $256, %rsi
    addq $256, %rdi
    decl %ecx
    jnz 1b
    movups (%rsp), %xmm0
    addq $16, %rsp
    ret
