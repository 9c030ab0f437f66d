// The compression functions of the digests: one block into the running state (RFC 1321, FIPS 180-4).
#pragma once

#include <stdint.h>

namespace coreutils {

void md5_block(uint32_t state[4], const unsigned char* block);
void sha1_block(uint32_t state[5], const unsigned char* block);
void sha256_block(uint32_t state[8], const unsigned char* block);
void sha512_block(uint64_t state[8], const unsigned char* block);

} // namespace coreutils
