#include "proc/exec/program_loader.h"

#include "vfs/inode.h"
#include "vfs/io_cursor.h"

namespace martlet {

namespace {

constexpr AddressSpaceLimits kNoLimits = {};

u32 protection_of(u32 flags) {
    u32 protection = 0;
    if (flags & abi::kElfRead) protection |= kProtRead;
    if (flags & abi::kElfWrite) protection |= kProtWrite;
    if (flags & abi::kElfExecute) protection |= kProtExec;
    return protection;
}

Result<void> read_exactly(File& file, u64 offset, std::span<u8> bytes) {
    while (!bytes.empty()) {
        IoCursor cursor = IoCursor::kernel(bytes.data(), bytes.size());
        usize count = TRY(file.read(cursor, offset));
        if (count == 0) return Error(Errno::ENOEXEC);
        bytes = bytes.subspan(count);
        offset += count;
    }
    return {};
}

Result<void> map_anonymous(AddressSpace& space, u64 start, u64 end, u32 protection) {
    if (start >= end) return {};
    TRY(space.map({.address = start,
                   .size_bytes = end - start,
                   .protection = protection,
                   .flags = kMapPrivate | kMapAnonymous | kMapFixed,
                   .file = nullptr,
                   .object = nullptr},
                  kNoLimits));
    return {};
}

/// The bytes after the file's part in its last page belong to the program and must be zero.
Result<void> clear_tail(AddressSpace& space, u64 start, u64 end) {
    static constexpr u8 kZeros[kPageSize] = {};
    if (start >= end) return {};
    usize written = TRY(space.write_memory(start, std::span<const u8>(kZeros, end - start)));
    if (written != end - start) return Error(Errno::ENOMEM);
    return {};
}

Result<void> map_segment(AddressSpace& space, const Ref<File>& file, const Ref<MemoryObject>& pages,
                         const ElfSegment& segment, u64 bias) {
    u64 start = align_down(segment.address + bias, kPageSize);
    u64 file_end = segment.address + bias + segment.file_size;
    u64 memory_end = align_up(segment.end() + bias, kPageSize);
    u32 protection = protection_of(segment.flags);
    u64 file_pages_end = segment.file_size != 0 ? align_up(file_end, kPageSize) : start;
    if (segment.file_size != 0)
        TRY(space.map({.address = start,
                       .size_bytes = file_pages_end - start,
                       .protection = protection,
                       .flags = kMapPrivate | kMapFixed,
                       .file = file,
                       .object = pages,
                       .offset_bytes = align_down(segment.file_offset, kPageSize)},
                      kNoLimits));
    TRY(map_anonymous(space, file_pages_end, memory_end, protection));
    if (segment.memory_size > segment.file_size && segment.file_size != 0 && (segment.flags & abi::kElfWrite))
        TRY(clear_tail(space, file_end, file_pages_end));
    return {};
}

/// Finds room for the whole image where mmap would put it, and leaves it free.
Result<u64> find_room(AddressSpace& space, u64 size, u64 alignment) {
    MapRequest request = {.size_bytes = size + alignment, .protection = 0, .flags = kMapPrivate | kMapAnonymous,
                          .file = nullptr, .object = nullptr};
    u64 address = TRY(space.map(request, kNoLimits));
    TRY(space.unmap(address, size + alignment));
    return align_up(address, alignment);
}

void record_layout(ProgramLayout& layout, const ElfImage& image, u64 bias) {
    for (const ElfSegment& segment : image.segments) {
        u64 start = segment.address + bias;
        if (segment.flags & abi::kElfExecute) {
            if (layout.code_start == 0) layout.code_start = start;
            layout.code_end = start + segment.file_size;
        } else if (segment.flags & abi::kElfWrite) {
            if (layout.data_start == 0) layout.data_start = start;
            layout.data_end = start + segment.file_size;
        }
    }
}

} // namespace

Result<ElfImage> read_elf_image(File& file, std::span<const u8> start_of_file) {
    u64 file_size = file.inode()->attributes.size;
    ElfHeaderTable table = TRY(check_elf_header(start_of_file, file_size));
    Vector<u8> headers;
    TRY(headers.resize(table.size_bytes));
    TRY(read_exactly(file, table.offset, headers.span()));
    return parse_elf(start_of_file, headers.span(), file_size, {.minimum = kUserMin, .limit = kUserEnd});
}

Result<LoadedImage> load_elf_image(AddressSpace& space, File& file, const ElfImage& image, u64 base, bool is_program) {
    Ref<MemoryObject> pages = TRY(file.mapping_object());
    Ref<File> shared_file(file);
    u64 low = align_down(image.low(), kPageSize);
    u64 high = align_up(image.high(), kPageSize);
    LoadedImage loaded;
    if (image.is_position_independent) {
        u64 place = base != 0 ? align_up(base, image.alignment) : TRY(find_room(space, high - low, image.alignment));
        loaded.bias = place - align_down(low, image.alignment);
    }
    if (high + loaded.bias > kUserEnd || high + loaded.bias < high) return Error(Errno::ENOEXEC);
    for (const ElfSegment& segment : image.segments) TRY(map_segment(space, shared_file, pages, segment, loaded.bias));
    loaded.entry = image.entry + loaded.bias;
    if (image.program_headers_address != 0)
        loaded.program_headers_address = image.program_headers_address + loaded.bias;
    loaded.start = low + loaded.bias;
    loaded.end = high + loaded.bias;
    if (is_program) record_layout(space.layout, image, loaded.bias);
    return loaded;
}

} // namespace martlet
