// Pseudo-random numbers: rand and random (C17 7.22.2, POSIX.1-2017) share one additive generator of degree 31
// (Knuth, TAOCP 2, 3.2.2), seeded by a linear congruence; rand_r and the drand48 family have the standard's own
// state; arc4random comes from the kernel.
#include "internal/lock.hpp"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

namespace {

constexpr int kDegree = 31, kSeparation = 3, kDiscarded = 310;

struct Generator {
    bool seeded = false;
    int front = 0;
    uint32_t words[kDegree];
};

libc::Lock g_lock;
Generator g_generator;

void seed(Generator &generator, unsigned value) {
    auto word = static_cast<int32_t>(value ? value : 1);
    generator.words[0] = static_cast<uint32_t>(word);
    for (int i = 1; i < kDegree; i++) {
        // 16807 * word mod (2^31 - 1), by Schrage's method
        int32_t high = word / 127773, low = word % 127773;
        word = 16807 * low - 2836 * high;
        if (word < 0)
            word += 2147483647;
        generator.words[i] = static_cast<uint32_t>(word);
    }
    generator.front = 0;
    generator.seeded = true;
}

uint32_t step(Generator &generator) {
    uint32_t sum = generator.words[(generator.front + kSeparation) % kDegree] += generator.words[generator.front];
    generator.front = (generator.front + 1) % kDegree;
    return sum >> 1;
}

void seed_and_warm(Generator &generator, unsigned value) {
    seed(generator, value);
    for (int i = 0; i < kDiscarded; i++)
        step(generator);
}

} // namespace

extern "C" {

long random() {
    libc::LockGuard guard(g_lock);
    if (!g_generator.seeded)
        seed_and_warm(g_generator, 1);
    return step(g_generator);
}

void srandom(unsigned value) {
    libc::LockGuard guard(g_lock);
    seed_and_warm(g_generator, value);
}

int rand() { return static_cast<int>(random()); }
void srand(unsigned value) { srandom(value); }

int rand_r(unsigned *state) {
    unsigned result = 0;
    static constexpr int kBits[] = {11, 10, 10};
    for (int bits : kBits) {
        *state = *state * 1103515245 + 12345;
        result = result << bits | ((*state >> 16) & ((1u << bits) - 1));
    }
    return static_cast<int>(result & RAND_MAX);
}

unsigned arc4random() {
    unsigned value;
    arc4random_buf(&value, sizeof value);
    return value;
}

void arc4random_buf(void *buffer, size_t size) {
    auto *at = static_cast<char *>(buffer);
    while (size > 0) {
        ssize_t got = getrandom(at, size < 256 ? size : 256, 0);
        if (got < 0) {
            if (errno == EINTR)
                continue;
            abort(); // no random numbers is no answer
        }
        at += got;
        size -= static_cast<size_t>(got);
    }
}

unsigned arc4random_uniform(unsigned bound) {
    if (bound < 2)
        return 0;
    for (unsigned minimum = -bound % bound;;) { // 2^32 mod bound values would make some too frequent
        unsigned value = arc4random();
        if (value >= minimum)
            return value % bound;
    }
}

int getentropy(void *buffer, size_t size) {
    if (size > 256) {
        errno = EIO;
        return -1;
    }
    arc4random_buf(buffer, size);
    return 0;
}
}
