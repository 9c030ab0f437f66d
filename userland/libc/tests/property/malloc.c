// The heap under random use: blocks never overlap, keep their contents, are aligned; misuse ends the program.
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kSlots = 2000, kSteps = 300000 };

static struct {
    unsigned char *block;
    size_t size;
    unsigned char mark;
} slots[kSlots];

static uint64_t state = 12345;
static uint64_t next_random(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void fail(const char *what) {
    printf("FAILED: %s\n", what);
    exit(1);
}

static void check(int i) {
    for (size_t j = 0; j < slots[i].size; j += 1 + slots[i].size / 64)
        if (slots[i].block[j] != slots[i].mark) fail("contents changed");
}

static size_t random_size(void) {
    switch (next_random() % 8) {
    case 0: return next_random() % 20000;
    case 1: return next_random() % 100 == 0 ? next_random() % 600000 : next_random() % 70000;
    default: return next_random() % 300;
    }
}

static void fill(int i, unsigned char *block, size_t size) {
    if ((uintptr_t)block % 16) fail("alignment");
    if (malloc_usable_size(block) < size) fail("usable size");
    slots[i].block = block;
    slots[i].size = size;
    slots[i].mark = (unsigned char)next_random();
    memset(block, slots[i].mark, size);
}

static void random_use(void) {
    for (int step = 0; step < kSteps; step++) {
        int i = (int)(next_random() % kSlots);
        if (!slots[i].block) {
            size_t size = random_size();
            unsigned kind = next_random() % 8;
            unsigned char *block;
            if (kind == 0) {
                block = calloc(size, 1);
                for (size_t j = 0; j < size; j++)
                    if (block[j]) fail("calloc is not zero");
            } else if (kind == 1) {
                size_t alignment = (size_t)16 << next_random() % 14;
                void *memory;
                if (posix_memalign(&memory, alignment, size)) fail("posix_memalign");
                if ((uintptr_t)memory % alignment) fail("posix_memalign alignment");
                block = memory;
            } else {
                block = malloc(size);
            }
            if (!block) fail("out of memory");
            fill(i, block, size);
        } else if (next_random() % 3 == 0) {
            check(i);
            size_t size = random_size(), kept = size < slots[i].size ? size : slots[i].size;
            unsigned char *block = realloc(slots[i].block, size), mark = slots[i].mark;
            if (!block) fail("realloc");
            for (size_t j = 0; j < kept; j++)
                if (block[j] != mark) fail("realloc lost contents");
            fill(i, block, size);
        } else {
            check(i);
            free(slots[i].block);
            slots[i].block = 0;
            slots[i].size = 0;
        }
    }
    for (int i = 0; i < kSlots; i++) {
        if (slots[i].block) check(i);
        free(slots[i].block);
    }
}

static void limits(void) {
    errno = 0;
    if (malloc(PTRDIFF_MAX) || errno != ENOMEM) fail("impossible size");
    if (malloc(SIZE_MAX) || calloc(SIZE_MAX / 2, 3) || reallocarray(0, SIZE_MAX / 2, 3)) fail("overflow");
    if (aligned_alloc(3, 10) || errno != EINVAL) fail("aligned_alloc of a bad alignment");
    void *p = malloc(0), *q = malloc(0);
    if (!p || !q || p == q) fail("malloc(0)");
    free(p);
    free(q);
    char *big = malloc(100 << 20);
    big[0] = 1;
    big[(100 << 20) - 1] = 2;
    big = realloc(big, 200 << 20);
    if (!big || big[0] != 1 || big[(100 << 20) - 1] != 2) fail("growing a big block");
    free(big);
}

int main(int argc, char **argv) {
    if (argc > 1) {
        char *volatile p = malloc(40), *volatile q = malloc(40);
        if (strcmp(argv[1], "malloc_double_free") == 0) {
            free(p);
            free(p);
        } else if (strcmp(argv[1], "malloc_wild_free") == 0) {
            free(p + 16);
        } else {
            free(p);
            memset(p, 'x', 16);
            p = malloc(40);
        }
        return 0;
    }
    random_use();
    limits();
    puts("ok");
    return 0;
}
