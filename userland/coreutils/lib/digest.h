// Message digests: MD5 (RFC 1321), SHA-1 and the SHA-2 family (FIPS 180-4), behind one interface.
#pragma once

#include <algorithm>
#include <stddef.h>
#include <stdint.h>
#include <string>
#include <string_view>

namespace coreutils {

enum class DigestKind { md5, sha1, sha224, sha256, sha384, sha512 };

class Digest {
public:
    explicit Digest(DigestKind kind);

    void update(std::string_view bytes);
    // The digest in hexadecimal; the object is used up.
    std::string finish();

private:
    void process(const unsigned char* block, size_t count);

    DigestKind kind_;
    size_t block_bytes_, digest_bytes_;
    bool wide_;  // 64-bit words
    union {
        uint32_t words_[8];
        uint64_t wide_words_[8];
    };
    unsigned char pending_[128];
    size_t pending_count_ = 0;
    uint64_t total_ = 0; // bytes
};

size_t digest_bytes(DigestKind kind);

} // namespace coreutils
