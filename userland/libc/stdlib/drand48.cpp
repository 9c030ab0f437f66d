// The drand48 family (POSIX.1-2017).
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

namespace {

constexpr uint64_t kMultiplier = 0x5deece66d, kMask48 = 0xffffffffffff;

struct Linear {
    unsigned short state[3] = {0, 0, 0};
    uint64_t multiplier = kMultiplier;
    uint64_t addend = 11;
};

Linear g_linear;

uint64_t join(const unsigned short words[3]) {
    return words[0] | static_cast<uint64_t>(words[1]) << 16 | static_cast<uint64_t>(words[2]) << 32;
}

uint64_t step(unsigned short words[3]) {
    uint64_t next = (join(words) * g_linear.multiplier + g_linear.addend) & kMask48;
    for (int i = 0; i < 3; i++)
        words[i] = static_cast<unsigned short>(next >> (16 * i));
    return next;
}

} // namespace

extern "C" {

double erand48(unsigned short words[3]) { return static_cast<double>(step(words)) * 0x1p-48; }
long nrand48(unsigned short words[3]) { return static_cast<long>(step(words) >> 17); }
long jrand48(unsigned short words[3]) { return static_cast<int32_t>(step(words) >> 16); }
double drand48() { return erand48(g_linear.state); }
long lrand48() { return nrand48(g_linear.state); }
long mrand48() { return jrand48(g_linear.state); }

unsigned short *seed48(unsigned short words[3]) {
    static unsigned short old[3];
    memcpy(old, g_linear.state, sizeof old);
    memcpy(g_linear.state, words, sizeof old);
    g_linear.multiplier = kMultiplier;
    g_linear.addend = 11;
    return old;
}

void srand48(long value) {
    unsigned short words[3] = {0x330e, static_cast<unsigned short>(value), static_cast<unsigned short>(value >> 16)};
    seed48(words);
}

void lcong48(unsigned short words[7]) {
    memcpy(g_linear.state, words, 6);
    g_linear.multiplier = join(words + 3);
    g_linear.addend = words[6];
}
}
