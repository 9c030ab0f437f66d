// What an ELF64 program asks for, read from its headers and checked completely: no other code trusts header fields.
//
// Pure functions of bytes: no memory is mapped here. Every rejection is ENOEXEC.
#pragma once
#include <span>

#include "abi/elf.h"
#include "base/result.h"
#include "base/vector.h"

namespace martlet {

struct ElfSegment {
    u64 address;      // as linked, not page-aligned
    u64 file_offset;  // congruent to the address modulo the page size
    u64 file_size, memory_size;
    u32 flags;        // kElfRead | …
    u64 end() const { return address + memory_size; }
};

struct ElfImage {
    bool is_position_independent = false; // ET_DYN: may be loaded anywhere
    u64 entry = 0;
    u64 program_headers_address = 0;      // AT_PHDR as linked; 0: not in any segment
    u16 program_header_count = 0;
    u64 interpreter_offset = 0, interpreter_size = 0; // PT_INTERP in the file; size 0: none
    bool wants_executable_stack = false;  // PT_GNU_STACK
    u64 alignment = 0;                    // the largest of its segments, at least a page
    Vector<ElfSegment> segments;          // PT_LOAD, ascending and disjoint, none empty
    u64 low() const { return segments[0].address; }
    u64 high() const { return segments[segments.size() - 1].end(); }
};

/// The place of the program headers in the file.
struct ElfHeaderTable {
    u64 offset;
    u64 size_bytes;
};
/// Checks the file header alone, so that the program headers can be read.
Result<ElfHeaderTable> check_elf_header(std::span<const u8> start_of_file, u64 file_size);

/// `program_headers` is what check_elf_header located. Addresses must lie in [minimum, limit).
struct ElfAddressRange { u64 minimum, limit; };
Result<ElfImage> parse_elf(std::span<const u8> start_of_file, std::span<const u8> program_headers, u64 file_size,
                           ElfAddressRange range);

} // namespace martlet
