#include "system/file_type.h"

#include <sys/stat.h>
#include <unistd.h>

namespace coreutils::file {

std::string Contents::read(uint64_t offset, size_t size) const {
    if (offset <= head_.size() && size <= head_.size() - offset)
        return std::string(head_.substr(offset, size));
    std::string bytes(size, '\0');
    ssize_t count =
        fd_ >= 0 && offset <= INT64_MAX ? pread(fd_, bytes.data(), size, static_cast<off_t>(offset)) : -1;
    if (count < 0) return offset < head_.size() ? std::string(head_.substr(offset)) : std::string();
    bytes.resize(static_cast<size_t>(count));
    return bytes;
}

uint64_t Contents::number(uint64_t offset, unsigned width, bool big_endian) const {
    std::string bytes = read(offset, width);
    if (bytes.size() < width) return 0;
    uint64_t value = 0;
    for (unsigned index = 0; index < width; ++index)
        value = value << 8 | static_cast<unsigned char>(bytes[big_endian ? index : width - 1 - index]);
    return value;
}

std::optional<uint64_t> Contents::size() const {
    struct stat info;
    if (fd_ < 0 || fstat(fd_, &info) != 0 || !S_ISREG(info.st_mode)) return {};
    return static_cast<uint64_t>(info.st_size);
}

std::string Contents::text(uint64_t offset, size_t limit) const {
    std::string bytes = read(offset, limit), shown;
    for (char byte : bytes) {
        if (byte == '\0') break;
        if (byte >= ' ' && byte < 127) shown.push_back(byte);
    }
    return shown;
}

} // namespace coreutils::file
