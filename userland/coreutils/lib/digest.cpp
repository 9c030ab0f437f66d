#include "lib/digest.h"

#include "lib/digest_rounds.h"

#include <string.h>

namespace coreutils {
namespace {

constexpr uint32_t kMd5Start[8] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
constexpr uint32_t kSha1Start[8] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
constexpr uint32_t kSha224Start[8] = {0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939,
                                      0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4};
constexpr uint32_t kSha256Start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
constexpr uint64_t kSha384Start[8] = {0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17,
                                      0x152fecd8f70e5939, 0x67332667ffc00b31, 0x8eb44a8768581511,
                                      0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4};
constexpr uint64_t kSha512Start[8] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                      0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                      0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

} // namespace

size_t digest_bytes(DigestKind kind) {
    switch (kind) {
    case DigestKind::md5:
        return 16;
    case DigestKind::sha1:
        return 20;
    case DigestKind::sha224:
        return 28;
    case DigestKind::sha256:
        return 32;
    case DigestKind::sha384:
        return 48;
    case DigestKind::sha512:
        return 64;
    }
    __builtin_unreachable();
}

Digest::Digest(DigestKind kind)
    : kind_(kind), digest_bytes_(digest_bytes(kind)),
      wide_(kind == DigestKind::sha384 || kind == DigestKind::sha512) {
    block_bytes_ = wide_ ? 128 : 64;
    const void* start = kind == DigestKind::md5      ? static_cast<const void*>(kMd5Start)
                        : kind == DigestKind::sha1   ? kSha1Start
                        : kind == DigestKind::sha224 ? kSha224Start
                        : kind == DigestKind::sha256 ? static_cast<const void*>(kSha256Start)
                        : kind == DigestKind::sha384 ? static_cast<const void*>(kSha384Start)
                                                     : kSha512Start;
    if (wide_)
        memcpy(wide_words_, start, sizeof(wide_words_));
    else
        memcpy(words_, start, sizeof(words_));
}

void Digest::process(const unsigned char* block, size_t count) {
    for (; count > 0; --count, block += block_bytes_) {
        if (kind_ == DigestKind::md5)
            md5_block(words_, block);
        else if (kind_ == DigestKind::sha1)
            sha1_block(words_, block);
        else if (!wide_)
            sha256_block(words_, block);
        else
            sha512_block(wide_words_, block);
    }
}

void Digest::update(std::string_view bytes) {
    total_ += bytes.size();
    if (pending_count_ > 0) {
        size_t taken = std::min(bytes.size(), block_bytes_ - pending_count_);
        memcpy(pending_ + pending_count_, bytes.data(), taken);
        pending_count_ += taken;
        bytes.remove_prefix(taken);
        if (pending_count_ < block_bytes_) return;
        process(pending_, 1);
        pending_count_ = 0;
    }
    size_t blocks = bytes.size() / block_bytes_;
    process(reinterpret_cast<const unsigned char*>(bytes.data()), blocks);
    bytes.remove_prefix(blocks * block_bytes_);
    if (!bytes.empty()) memcpy(pending_, bytes.data(), bytes.size());
    pending_count_ = bytes.size();
}

std::string Digest::finish() {
    // A one bit, zeros, and the length in bits in the last 8 (16) bytes of a block.
    uint64_t bits = total_ * 8, high_bits = total_ >> 61;
    size_t length_bytes = wide_ ? 16 : 8;
    pending_[pending_count_++] = 0x80;
    if (pending_count_ > block_bytes_ - length_bytes) {
        memset(pending_ + pending_count_, 0, block_bytes_ - pending_count_);
        process(pending_, 1);
        pending_count_ = 0;
    }
    memset(pending_ + pending_count_, 0, block_bytes_ - pending_count_);
    bool little = kind_ == DigestKind::md5;
    for (size_t index = 0; index < 8; ++index) {
        auto byte = static_cast<unsigned char>(bits >> (8 * index));
        pending_[little ? block_bytes_ - 8 + index : block_bytes_ - 1 - index] = byte;
    }
    if (wide_) pending_[block_bytes_ - 9] = static_cast<unsigned char>(high_bits);
    process(pending_, 1);

    std::string text;
    for (size_t index = 0; index < digest_bytes_; ++index) {
        uint64_t byte = wide_    ? wide_words_[index / 8] >> (56 - 8 * (index % 8))
                        : little ? words_[index / 4] >> (8 * (index % 4))
                                 : words_[index / 4] >> (24 - 8 * (index % 4));
        text.push_back("0123456789abcdef"[byte >> 4 & 15]);
        text.push_back("0123456789abcdef"[byte & 15]);
    }
    return text;
}

} // namespace coreutils
