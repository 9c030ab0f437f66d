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
        if (target_) {
            *target_ += text;
            return;
        }
        buffer_ += text;
        if (buffer_.size() > 4096)
            flush();
    }
    void put(char c) { put(std::string_view(&c, 1)); }
    // 0 or the first errno since the last call.
    int finish();
    // In a child: what the parent had not written is not the child's.
    void forget() { buffer_.clear(); }
    // What is put goes to `target` instead, until null is given.
    void redirect_to(std::string* target) { target_ = target; }

private:
    void flush();

    std::string buffer_;
    std::string* target_ = nullptr;
    int error_ = 0;
};

}  // namespace sh
