// The kernel's random generator: unpredictable bytes from the first call on, for any context (random(7)).
#pragma once
#include <span>

#include "base/types.h"

namespace martlet {

void random_bytes(std::span<u8> bytes);
u64 random_u64();
/// Mixes in what an outsider offers (writes to /dev/urandom); never weakens the state.
void add_randomness(std::span<const u8> bytes);

} // namespace martlet
