// The account of open files and their descriptors when a debug kernel is told to stop.
#pragma once
#include "base/types.h"

namespace martlet {

/// Compares the open file descriptions and inodes that exist with those that descriptors, programs, mappings
/// and file systems lead to. Logs totals at debug level, what does not add up as errors. Answers whether
/// everything did. May sleep.
[[nodiscard]] bool log_file_audit();

/// Address spaces that processes lead to.
u64 count_address_spaces();

} // namespace martlet
