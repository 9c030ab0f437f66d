#include "fs/proc/text_buffer.h"

#include <string.h>

#include <new>

#include "base/format.h"

namespace martlet {

TextBuffer::~TextBuffer() { ::operator delete(data_); }

void TextBuffer::clear() {
    size_ = line_start_ = 0;
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
    usize newline = text.rfind('\n');
    if (newline != text.npos) line_start_ = size_ - (text.size() - newline - 1);
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
    std::string_view added(data_ + size_, size);
    size_ += size;
    usize newline = added.rfind('\n');
    if (newline != added.npos) line_start_ = size_ - (size - newline - 1);
}

void TextBuffer::pad_to(usize column) {
    while (size_ - line_start_ < column && !out_of_memory_) append(" ");
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
