// TextBuffer: text of any length, built piece by piece. Running out of memory is remembered and reported once.
#pragma once
#include <stdarg.h>

#include <string_view>

#include "base/result.h"
#include "base/types.h"

namespace martlet {

class TextBuffer : NonCopyable {
public:
    ~TextBuffer();
    void append(std::string_view text);
    void print(const char* format, ...) __attribute__((format(printf, 2, 3)));
    /// For long tables, without a format to interpret: blanks, or zeros, in front up to `width`.
    void append_decimal(u64 value, usize width = 0);
    void append_hexadecimal(u64 value, usize width = 0);
    /// Blanks up to `column` of the present line.
    void pad_to(usize column);
    std::string_view view() const { return {data_, size_}; }
    /// ENOMEM if anything was lost.
    Result<void> status() const;
    void clear();

private:
    bool reserve(usize more);
    void append_digits(const char* digits, usize count, usize width, char fill);
    char* data_ = nullptr;
    usize size_ = 0, capacity_ = 0;
    bool out_of_memory_ = false;
};

/// A set of bits in the list format of cpuset(7): "0-3,5".
void print_bit_list(TextBuffer& text, u64 bits);

} // namespace martlet
