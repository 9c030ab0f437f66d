/* The linked vDSO inside the kernel's read-only data, whole pages of its own: they are mapped into processes as they are. */
    .section .rodata.vdso, "a"
    .balign 4096
    .globl vdso_image_start, vdso_image_end
vdso_image_start:
    .incbin VDSO_IMAGE
    .balign 4096
vdso_image_end:
