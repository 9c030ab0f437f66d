// Maps a checked ELF image into a new address space.
#pragma once
#include "mm/address_space.h"
#include "proc/exec/elf_image.h"
#include "vfs/file.h"

namespace martlet {

/// Reads and checks the headers of `file`. ENOEXEC; EIO, ENOMEM.
Result<ElfImage> read_elf_image(File& file, std::span<const u8> start_of_file);

struct LoadedImage {
    u64 bias = 0;                    // what was added to linked addresses
    u64 entry = 0;
    u64 program_headers_address = 0;
    u64 start = 0, end = 0;          // page-aligned extent
};

/// Maps every segment from the page cache, private; the rest of memory beyond the file is zero. A position-independent
/// image goes to `base`, or, when that is 0, where mmap chooses. `layout` receives code and data bounds if given.
Result<LoadedImage> load_elf_image(AddressSpace& space, File& file, const ElfImage& image, u64 base, bool is_program);

} // namespace martlet
