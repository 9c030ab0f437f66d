// What file(1) says about a file's contents: its own answers for special formats, then a table of magic
// numbers, then what kind of text it is. Nothing outside the bytes in hand is trusted: every offset is
// checked.
#pragma once

#include <optional>
#include <stdint.h>
#include <string>
#include <string_view>

namespace coreutils::file {

// The beginning of a file, and the rest of it where that can be reached.
class Contents {
public:
    // `fd` is where the bytes came from, -1 for none.
    Contents(std::string_view head, int fd) : head_(head), fd_(fd) {}

    std::string_view head() const { return head_; }
    bool has(uint64_t offset, std::string_view bytes) const {
        return offset <= head_.size() && head_.substr(offset).starts_with(bytes);
    }
    // Up to `size` bytes at `offset`, wherever in the file that is.
    std::string read(uint64_t offset, size_t size) const;
    // The number of `width` bytes at `offset`, 0 beyond the end.
    uint64_t number(uint64_t offset, unsigned width, bool big_endian) const;
    uint64_t little(uint64_t offset, unsigned width) const { return number(offset, width, false); }
    uint64_t big(uint64_t offset, unsigned width) const { return number(offset, width, true); }
    // The size of the whole, where that is known.
    std::optional<uint64_t> size() const;
    // The string at `offset`, up to a NUL, `limit` or the end; what cannot be printed is left out.
    std::string text(uint64_t offset, size_t limit) const;

private:
    std::string_view head_;
    int fd_;
};

struct Type {
    std::string description;
    std::string mime = "application/octet-stream";
};

// What describes text: "ASCII text", the charset of MIME, and what is to say about its lines.
struct TextKind {
    bool is_text = false;
    const char* name = "";
    const char* charset = "binary";
    std::string lines; // ", with CRLF line terminators"
};
TextKind examine_text(std::string_view bytes);

// Each is nothing when the contents are not of its kind.
std::optional<Type> identify_elf(const Contents& contents);
std::optional<Type> identify_by_magic(const Contents& contents);
std::optional<Type> identify_text(std::string_view bytes, const TextKind& kind);

} // namespace coreutils::file
