// memfd_create(2): files without a name in a file system of their own, with seals (fcntl(2), "File Sealing").
#pragma once
#include "vfs/file.h"

namespace martlet {

inline constexpr usize kMaximumMemfdName = 249;

/// An empty file open for reading and writing. `name` is for /proc only. ENOMEM.
enum class Sealing : u8 { Forbidden, Allowed };
Result<Ref<File>> create_memfd(std::string_view name, Sealing sealing);

} // namespace martlet
