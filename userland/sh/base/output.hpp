// Standard output of the built-in utilities: buffered, flushed when the utility ends, errors remembered.
#pragma once

#include <string>
#include <string_view>

namespace sh {

// Writes everything; false with errno set on failure.
bool write_all(int descriptor, std::string_view text);

class Output {
public:
    void put(std::string_view text) {
        buffer_ += text;
        if (buffer_.size() > 4096)
            flush();
    }
    void put(char c) { put(std::string_view(&c, 1)); }
    // 0 or the first errno since the last call.
    int finish();
    // In a child: what the parent had not written is not the child's.
    void forget() { buffer_.clear(); }

private:
    void flush();

    std::string buffer_;
    int error_ = 0;
};

}  // namespace sh
