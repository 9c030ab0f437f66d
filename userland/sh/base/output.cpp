#include "base/output.hpp"

#include <cerrno>
#include <unistd.h>
#include <utility>

namespace sh {

bool write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        ssize_t count = write(descriptor, text.data(), text.size());
        if (count < 0) {
            if (errno == EINTR)
                continue;
            return false;
        }
        text.remove_prefix(static_cast<size_t>(count));
    }
    return true;
}

void Output::flush() {
    if (!error_ && !buffer_.empty() && !write_all(STDOUT_FILENO, buffer_))
        error_ = errno;
    buffer_.clear();
}

int Output::finish() {
    flush();
    return std::exchange(error_, 0);
}

}  // namespace sh
