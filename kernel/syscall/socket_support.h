// What the socket calls share: from user arguments to kernel values.
#pragma once
#include "net/socket_file.h"
#include "syscall/file_support.h"

namespace martlet {

/// EBADF, EACCES, ENOTSOCK.
Result<Ref<SocketFile>> get_socket(int fd, Rights needed);
/// A socket address from user memory: EINVAL for its size, EFAULT.
Result<SocketAddress> load_address(u64 address, int size);
/// To user memory, cut to the room that is there; tells the whole size. EINVAL, EFAULT.
Result<void> store_address(const SocketAddress& from, u64 address, u64 size_address);

} // namespace martlet
