#include "proc/exec/elf_image.h"

#include <string.h>

namespace martlet {

namespace {

constexpr u64 kPage = 4096;
constexpr u64 kMaximumTableSize = 64 * kKiB;
constexpr u64 kMaximumInterpreterPath = 4096;

std::unexpected<Errno> not_executable() { return std::unexpected(Errno::ENOEXEC); }

abi::ElfHeader header_of(std::span<const u8> start_of_file) {
    abi::ElfHeader header;
    memcpy(&header, start_of_file.data(), sizeof header);
    return header;
}

/// Whether [offset, offset + size) lies within `limit` bytes.
bool is_inside(u64 offset, u64 size, u64 limit) { return offset <= limit && size <= limit - offset; }

Result<void> add_segment(ElfImage& image, const abi::ElfProgramHeader& header, u64 file_size, ElfAddressRange range) {
    if (header.memory_size == 0) return {};
    if (header.file_size > header.memory_size || !is_inside(header.offset, header.file_size, file_size))
        return not_executable();
    if (header.virtual_address % kPage != header.offset % kPage) return not_executable();
    if (header.memory_size > range.limit || !is_inside(header.virtual_address, header.memory_size, range.limit))
        return not_executable();
    if (!image.is_position_independent && header.virtual_address < range.minimum) return not_executable();
    if (header.alignment > image.alignment) {
        if ((header.alignment & (header.alignment - 1)) != 0) return not_executable();
        if (header.alignment <= kGiB) image.alignment = header.alignment;
    }
    if (!image.segments.is_empty() && header.virtual_address < image.high()) return not_executable();
    return image.segments.push_back({.address = header.virtual_address,
                                     .file_offset = header.offset,
                                     .file_size = header.file_size,
                                     .memory_size = header.memory_size,
                                     .flags = header.flags});
}

/// Where the program headers are in memory: the segment that holds their place in the file.
u64 find_program_headers(const ElfImage& image, u64 offset, u64 size) {
    for (const ElfSegment& segment : image.segments)
        if (offset >= segment.file_offset && is_inside(offset - segment.file_offset, size, segment.file_size))
            return segment.address + (offset - segment.file_offset);
    return 0;
}

} // namespace

Result<ElfHeaderTable> check_elf_header(std::span<const u8> start_of_file, u64 file_size) {
    if (start_of_file.size() < sizeof(abi::ElfHeader)) return not_executable();
    abi::ElfHeader header = header_of(start_of_file);
    constexpr u8 kClass64 = 2, kLittleEndian = 1;
    static constexpr u8 kMagic[4] = {0x7f, 'E', 'L', 'F'};
    if (memcmp(header.identification, kMagic, sizeof kMagic) != 0) return not_executable();
    if (header.identification[4] != kClass64 || header.identification[5] != kLittleEndian) return not_executable();
    if (header.type != abi::kElfExecutable && header.type != abi::kElfDynamic) return not_executable();
    if (header.machine != abi::kElfMachineX86_64) return not_executable();
    if (header.program_header_size != sizeof(abi::ElfProgramHeader)) return not_executable();
    u64 size = static_cast<u64>(header.program_header_count) * sizeof(abi::ElfProgramHeader);
    if (size == 0 || size > kMaximumTableSize) return not_executable();
    if (!is_inside(header.program_header_offset, size, file_size)) return not_executable();
    return ElfHeaderTable{header.program_header_offset, size};
}

Result<ElfImage> parse_elf(std::span<const u8> start_of_file, std::span<const u8> program_headers, u64 file_size,
                           ElfAddressRange range) {
    ElfHeaderTable table = TRY(check_elf_header(start_of_file, file_size));
    if (program_headers.size() != table.size_bytes) return not_executable();
    abi::ElfHeader header = header_of(start_of_file);
    ElfImage image;
    image.is_position_independent = header.type == abi::kElfDynamic;
    image.entry = header.entry;
    image.program_header_count = header.program_header_count;
    image.alignment = kPage;
    for (usize index = 0; index < header.program_header_count; ++index) {
        abi::ElfProgramHeader entry;
        memcpy(&entry, program_headers.data() + index * sizeof entry, sizeof entry);
        if (entry.type == abi::kElfLoad) {
            TRY(add_segment(image, entry, file_size, range));
        } else if (entry.type == abi::kElfInterpreter && image.interpreter_size == 0) {
            if (entry.file_size < 2 || entry.file_size > kMaximumInterpreterPath ||
                !is_inside(entry.offset, entry.file_size, file_size))
                return not_executable();
            image.interpreter_offset = entry.offset;
            image.interpreter_size = entry.file_size;
        } else if (entry.type == abi::kElfGnuStack) {
            image.wants_executable_stack = (entry.flags & abi::kElfExecute) != 0;
        }
    }
    if (image.segments.is_empty()) return not_executable();
    image.program_headers_address = find_program_headers(image, table.offset, table.size_bytes);
    return image;
}

} // namespace martlet
