#include "lib/digest_rounds.h"

#include <bit>
#include <stddef.h>
#include <string.h>

namespace coreutils {
namespace {

// The integer parts of 2^32 times |sin(i)|, i from 1 (RFC 1321, 3.4).
constexpr uint32_t kMd5Constants[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};
constexpr int kMd5Shifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

// The first bits of the fractional parts of the cube roots of the first primes (FIPS 180-4, 4.2).
constexpr uint64_t kSha512Constants[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538,
    0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe,
    0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
    0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5, 0x983e5152ee66dfab,
    0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
    0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed,
    0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
    0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8, 0x1e376c085141ab53,
    0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373,
    0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c,
    0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6,
    0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
    0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

template <typename Word>
Word load_big(const unsigned char* bytes) {
    Word word;
    memcpy(&word, bytes, sizeof(word));
    return std::byteswap(word);
}

// SHA-256 and SHA-512 differ in the width of words, the number of rounds and the rotations.
struct Sha256 {
    using Word = uint32_t;
    static constexpr size_t rounds = 64;
    static Word constant(size_t round) { return static_cast<uint32_t>(kSha512Constants[round] >> 32); }
    static Word sum0(Word x) { return std::rotr(x, 2) ^ std::rotr(x, 13) ^ std::rotr(x, 22); }
    static Word sum1(Word x) { return std::rotr(x, 6) ^ std::rotr(x, 11) ^ std::rotr(x, 25); }
    static Word sigma0(Word x) { return std::rotr(x, 7) ^ std::rotr(x, 18) ^ x >> 3; }
    static Word sigma1(Word x) { return std::rotr(x, 17) ^ std::rotr(x, 19) ^ x >> 10; }
};
struct Sha512 {
    using Word = uint64_t;
    static constexpr size_t rounds = 80;
    static Word constant(size_t round) { return kSha512Constants[round]; }
    static Word sum0(Word x) { return std::rotr(x, 28) ^ std::rotr(x, 34) ^ std::rotr(x, 39); }
    static Word sum1(Word x) { return std::rotr(x, 14) ^ std::rotr(x, 18) ^ std::rotr(x, 41); }
    static Word sigma0(Word x) { return std::rotr(x, 1) ^ std::rotr(x, 8) ^ x >> 7; }
    static Word sigma1(Word x) { return std::rotr(x, 19) ^ std::rotr(x, 61) ^ x >> 6; }
};

template <typename Sha>
void sha2_block(typename Sha::Word state[8], const unsigned char* block) {
    using Word = typename Sha::Word;
    Word schedule[Sha::rounds];
    for (size_t round = 0; round < 16; ++round)
        schedule[round] = load_big<Word>(block + sizeof(Word) * round);
    for (size_t round = 16; round < Sha::rounds; ++round)
        schedule[round] = Sha::sigma1(schedule[round - 2]) + schedule[round - 7] +
                          Sha::sigma0(schedule[round - 15]) + schedule[round - 16];
    Word a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6],
         h = state[7];
#pragma clang loop unroll_count(8) // after eight rounds every variable is where it was: no moves
    for (size_t round = 0; round < Sha::rounds; ++round) {
        Word first = h + Sha::sum1(e) + (g ^ (e & (f ^ g))) + Sha::constant(round) + schedule[round];
        Word second = Sha::sum0(a) + ((a & b) | (c & (a | b)));
        h = g, g = f, f = e, e = d + first;
        d = c, c = b, b = a, a = first + second;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

} // namespace

void md5_block(uint32_t state[4], const unsigned char* block) {
    uint32_t words[16];
    memcpy(words, block, sizeof(words));
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
#pragma clang loop unroll(full)
    for (uint32_t round = 0; round < 64; ++round) {
        uint32_t mixed, word, early = a + kMd5Constants[round];
        if (round < 16) {
            mixed = d ^ (b & (c ^ d));
            word = round;
        } else if (round < 32) {
            early += c & ~d;
            mixed = b & d; // the bits of both are disjoint: they may be added
            word = 5 * round + 1;
        } else if (round < 48) {
            mixed = b ^ c ^ d;
            word = 3 * round + 5;
        } else {
            mixed = c ^ (b | ~d);
            word = 7 * round;
        }
        early += words[word % 16];
        asm("" : "+r"(early)); // b is the last to be known: what does not need it is added before
        uint32_t rotated = std::rotl(early + mixed, kMd5Shifts[round / 16][round % 4]);
        a = d, d = c, c = b, b += rotated;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
}

void sha1_block(uint32_t state[5], const unsigned char* block) {
    uint32_t words[16];
    for (size_t index = 0; index < 16; ++index) words[index] = load_big<uint32_t>(block + 4 * index);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
#pragma clang loop unroll(full)
    for (uint32_t round = 0; round < 80; ++round) {
        uint32_t& word = words[round % 16];
        if (round >= 16)
            word = std::rotl(
                words[(round + 13) % 16] ^ words[(round + 8) % 16] ^ words[(round + 2) % 16] ^ word, 1);
        uint32_t mixed = round < 20   ? (d ^ (b & (c ^ d))) + 0x5a827999
                         : round < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                         : round < 60 ? ((b & c) | (d & (b | c))) + 0x8f1bbcdc
                                      : (b ^ c ^ d) + 0xca62c1d6;
        uint32_t next = std::rotl(a, 5) + mixed + e + word;
        e = d, d = c, c = std::rotl(b, 30), b = a, a = next;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d, state[4] += e;
}

void sha256_block(uint32_t state[8], const unsigned char* block) { sha2_block<Sha256>(state, block); }
void sha512_block(uint64_t state[8], const unsigned char* block) { sha2_block<Sha512>(state, block); }

} // namespace coreutils
