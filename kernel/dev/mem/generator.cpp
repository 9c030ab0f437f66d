// ChaCha20 with fast key erasure (RFC 8439 2.3; Bernstein, "Fast-key-erasure random-number generators"): each
// request uses a key of its own, which is replaced before any output leaves, so that a later look at memory
// tells nothing of the past. Seeded from the processor, and again every few requests.
#include <string.h>

#include "arch/cpu.h"
#include "arch/machine.h"
#include "base/random.h"
#include "sync/spinlock.h"

namespace martlet {
namespace {

constexpr u32 kRequestsPerSeed = 4096;

SpinLock generator_lock{LockRank::Leaf};
u32 key[8] GUARDED_BY(generator_lock);
u64 requests GUARDED_BY(generator_lock) = 0;

u32 rotate_left(u32 value, u32 count) { return value << count | value >> (32 - count); }

void quarter_round(u32& a, u32& b, u32& c, u32& d) {
    a += b; d = rotate_left(d ^ a, 16);
    c += d; b = rotate_left(b ^ c, 12);
    a += b; d = rotate_left(d ^ a, 8);
    c += d; b = rotate_left(b ^ c, 7);
}

/// One block of the key stream.
void chacha20_block(const u32 (&block_key)[8], u64 counter, u32 (&output)[16]) {
    u32 state[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    memcpy(state + 4, block_key, sizeof block_key);
    state[12] = static_cast<u32>(counter);
    state[13] = static_cast<u32>(counter >> 32);
    memcpy(output, state, sizeof state);
    for (u32 round = 0; round < 10; ++round) {
        for (u32 column = 0; column < 4; ++column)
            quarter_round(output[column], output[column + 4], output[column + 8], output[column + 12]);
        for (u32 column = 0; column < 4; ++column)
            quarter_round(output[column], output[(column + 1) % 4 + 4], output[(column + 2) % 4 + 8],
                          output[(column + 3) % 4 + 12]);
    }
    for (u32 index = 0; index < 16; ++index) output[index] += state[index];
}

/// The key becomes a hash of itself and of `word`.
void mix(u64 word) REQUIRES(generator_lock) {
    key[0] ^= static_cast<u32>(word);
    key[1] ^= static_cast<u32>(word >> 32);
    u32 block[16];
    chacha20_block(key, ~0ull, block);
    memcpy(key, block, sizeof key);
}

} // namespace

void random_bytes(std::span<u8> bytes) {
    u32 request_key[8];
    {
        IrqLockGuard guard(generator_lock);
        if (requests++ % kRequestsPerSeed == 0)
            for (u32 count = 0; count < 4; ++count) mix(machine_entropy());
        mix(cycle_counter());
        u32 block[16];
        chacha20_block(key, 0, block);
        memcpy(key, block, sizeof key);
        memcpy(request_key, block + 8, sizeof request_key);
        memset(block, 0, sizeof block);
    }
    u32 block[16];
    for (u64 counter = 0; !bytes.empty(); ++counter) {
        chacha20_block(request_key, counter, block);
        usize count = bytes.size() < sizeof block ? bytes.size() : sizeof block;
        memcpy(bytes.data(), block, count);
        bytes = bytes.subspan(count);
    }
    memset(block, 0, sizeof block);
    memset(request_key, 0, sizeof request_key);
}

u64 random_u64() {
    u64 value;
    random_bytes({reinterpret_cast<u8*>(&value), sizeof value});
    return value;
}

void add_randomness(std::span<const u8> bytes) {
    IrqLockGuard guard(generator_lock);
    while (!bytes.empty()) {
        u64 word = 0;
        usize count = bytes.size() < sizeof word ? bytes.size() : sizeof word;
        memcpy(&word, bytes.data(), count);
        mix(word);
        bytes = bytes.subspan(count);
    }
}

} // namespace martlet
