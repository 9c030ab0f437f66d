#include "archive/byte_source.h"

#include <algorithm>
#include <string.h>

namespace coreutils {

bool ByteSource::fill() {
    if (behind_ != behind_end_) {
        at_ = behind_;
        end_ = behind_end_;
        behind_ = behind_end_ = nullptr;
        return true;
    }
    std::string_view block = input_.next_block();
    at_ = block.data();
    end_ = at_ + block.size();
    before_ += block.size();
    return !block.empty();
}

void ByteSource::put_back(std::string_view bytes) {
    if (bytes.empty()) return;
    behind_ = at_;
    behind_end_ = end_;
    memcpy(returned_, bytes.data(), bytes.size());
    at_ = returned_;
    end_ = returned_ + bytes.size();
}

bool ByteSource::read(void* buffer, size_t size) {
    auto* target = static_cast<char*>(buffer);
    while (size > 0) {
        std::string_view block = peek().substr(0, size);
        if (block.empty()) return false;
        memcpy(target, block.data(), block.size());
        target += block.size();
        size -= block.size();
        take(block.size());
    }
    return true;
}

bool ByteSource::skip(uint64_t count) {
    while (count > 0) {
        size_t size = static_cast<size_t>(std::min<uint64_t>(count, peek().size()));
        if (size == 0) return false;
        take(size);
        count -= size;
    }
    return true;
}

} // namespace coreutils
