// String: an owned, immutable, NUL-terminated run of bytes whose creation can fail.
#pragma once
#include <string.h>

#include <new>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "base/types.h"

namespace martlet {

class String {
public:
    String() = default;
    String(String&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    String& operator=(String&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~String() { ::operator delete(data_); }

    [[nodiscard]] static Result<String> create(std::string_view text) {
        String string;
        string.data_ = static_cast<char*>(::operator new(text.size() + 1, std::nothrow));
        if (!string.data_) return Error(Errno::ENOMEM);
        memcpy(string.data_, text.data(), text.size());
        string.data_[text.size()] = '\0';
        string.size_ = text.size();
        return string;
    }
    /// Takes over `data` (from release(), NUL-terminated); null makes an empty string.
    [[nodiscard]] static String adopt(char* data, usize size) {
        String string;
        string.data_ = data;
        string.size_ = data ? size : 0;
        return string;
    }
    [[nodiscard]] Result<String> clone() const { return create(view()); }

    std::string_view view() const { return {data_ ? data_ : "", size_}; }
    operator std::string_view() const { return view(); }
    const char* c_str() const { return data_ ? data_ : ""; }
    usize size() const { return size_; }
    bool is_empty() const { return size_ == 0; }
    /// Gives the bytes to the caller, who frees them with operator delete; null if empty.
    [[nodiscard]] char* release() { size_ = 0; return std::exchange(data_, nullptr); }

private:
    char* data_ = nullptr;
    usize size_ = 0;
};

} // namespace martlet
