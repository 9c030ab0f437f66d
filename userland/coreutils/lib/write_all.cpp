#include "lib/write_all.h"

#include <errno.h>
#include <unistd.h>

namespace coreutils {

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        ssize_t count = write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR) return false;
        if (count > 0) bytes.remove_prefix(static_cast<size_t>(count));
    }
    return true;
}

} // namespace coreutils
