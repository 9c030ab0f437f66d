// SHA-256 and SHA-512 (FIPS 180-4) for crypt(3): one class template, the two differ in their word, rounds and
// constants.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace libc {

struct Sha256Traits {
    using Word = uint32_t;
    static constexpr int kRounds = 64;
    static constexpr int kBigA[3] = {2, 13, 22}, kBigE[3] = {6, 11, 25};
    static constexpr int kSmall0[3] = {7, 18, 3}, kSmall1[3] = {17, 19, 10};
    static const Word kInitial[8], kConstants[kRounds];
};

struct Sha512Traits {
    using Word = uint64_t;
    static constexpr int kRounds = 80;
    static constexpr int kBigA[3] = {28, 34, 39}, kBigE[3] = {14, 18, 41};
    static constexpr int kSmall0[3] = {1, 8, 7}, kSmall1[3] = {19, 61, 6};
    static const Word kInitial[8], kConstants[kRounds];
};

template <typename Traits> class Sha2 {
public:
    using Word = typename Traits::Word;
    static constexpr size_t kDigestBytes = 8 * sizeof(Word), kBlockBytes = 16 * sizeof(Word);

    void add(const void *data, size_t bytes);
    // The digest; the object is spent then.
    void finish(uint8_t *digest);

private:
    void process(const uint8_t *block);

    Word state_[8] = {Traits::kInitial[0], Traits::kInitial[1], Traits::kInitial[2], Traits::kInitial[3],
                      Traits::kInitial[4], Traits::kInitial[5], Traits::kInitial[6], Traits::kInitial[7]};
    uint8_t block_[kBlockBytes];
    size_t used_ = 0;
    uint64_t total_bytes_ = 0;
};

using Sha256 = Sha2<Sha256Traits>;
using Sha512 = Sha2<Sha512Traits>;

} // namespace libc
