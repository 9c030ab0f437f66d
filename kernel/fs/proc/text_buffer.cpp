#include "fs/proc/text_buffer.h"

#include <string.h>

#include <new>

#include "base/format.h"

namespace martlet {

TextBuffer::~TextBuffer() { ::operator delete(data_); }

void TextBuffer::clear() {
    size_ = 0;
    out_of_memory_ = false;
}

bool TextBuffer::reserve(usize more) {
    if (size_ + more <= capacity_) return true;
    usize wanted = capacity_ ? capacity_ * 2 : 512;
    while (wanted < size_ + more) wanted *= 2;
    auto* data = static_cast<char*>(::operator new(wanted, std::nothrow));
    if (!data) {
        out_of_memory_ = true;
        return false;
    }
    if (size_ > 0) memcpy(data, data_, size_);
    ::operator delete(data_);
    data_ = data;
    capacity_ = wanted;
    return true;
}

void TextBuffer::append(std::string_view text) {
    if (text.empty() || !reserve(text.size())) return;
    memcpy(data_ + size_, text.data(), text.size());
    size_ += text.size();
}

void TextBuffer::append_digits(const char* digits, usize count, usize width, char fill) {
    usize padding = width > count ? width - count : 0;
    if (!reserve(padding + count)) return;
    for (usize index = 0; index < padding; ++index) data_[size_++] = fill;
    for (usize index = 0; index < count; ++index) data_[size_++] = digits[index];
}

void TextBuffer::append_decimal(u64 value, usize width) {
    char digits[20];
    char* first = digits + sizeof digits;
    do *--first = static_cast<char>('0' + value % 10);
    while ((value /= 10) != 0);
    append_digits(first, static_cast<usize>(digits + sizeof digits - first), width, ' ');
}

void TextBuffer::append_hexadecimal(u64 value, usize width) {
    char digits[16];
    char* first = digits + sizeof digits;
    do *--first = "0123456789abcdef"[value & 15];
    while ((value >>= 4) != 0);
    append_digits(first, static_cast<usize>(digits + sizeof digits - first), width, '0');
}

void TextBuffer::print(const char* format, ...) {
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    usize size = format_arguments(text, format, arguments);
    va_end(arguments);
    if (size < sizeof text) return append({text, size});
    // Longer than most: once more, straight into the buffer.
    if (!reserve(size + 1)) return;
    va_start(arguments, format);
    format_arguments({data_ + size_, size + 1}, format, arguments);
    va_end(arguments);
    size_ += size;
}

void TextBuffer::pad_to(usize column) {
    usize line_start = view().rfind('\n') + 1; // 0 in the first line
    usize width = size_ - line_start;
    if (width < column) append_digits("", 0, column - width, ' ');
}

Result<void> TextBuffer::status() const {
    if (out_of_memory_) return Error(Errno::ENOMEM);
    return {};
}

void print_bit_list(TextBuffer& text, u64 bits) {
    const char* separator = "";
    for (u32 first = 0; first < 64; ++first) {
        if (!(bits >> first & 1)) continue;
        u32 last = first;
        while (last < 63 && (bits >> (last + 1) & 1)) ++last;
        text.print(last > first ? "%s%u-%u" : "%s%u", separator, first, last);
        separator = ",";
        first = last;
    }
}

} // namespace martlet
