// Looks a symbol up in the vDSO's ELF image: its one version is not compared, the names are unique.
#include "sysdep/vdso.hpp"

#include <elf.h>
#include <string.h>
#include <sys/auxv.h>

namespace libc {

uintptr_t find_vdso_function(const char *name) {
    uintptr_t image = getauxval(AT_SYSINFO_EHDR);
    if (image == 0)
        return 0;
    auto *header = reinterpret_cast<const Elf64_Ehdr *>(image);
    auto *programs = reinterpret_cast<const Elf64_Phdr *>(image + header->e_phoff);
    uintptr_t bias = image;
    const Elf64_Dyn *dynamic = nullptr;
    for (unsigned i = 0; i < header->e_phnum; i++) {
        if (programs[i].p_type == PT_LOAD)
            bias = image + programs[i].p_offset - programs[i].p_vaddr;
        if (programs[i].p_type == PT_DYNAMIC)
            dynamic = reinterpret_cast<const Elf64_Dyn *>(image + programs[i].p_offset);
    }
    const char *strings = nullptr;
    const Elf64_Sym *symbols = nullptr;
    const uint32_t *hash = nullptr;
    for (; dynamic && dynamic->d_tag != DT_NULL; dynamic++) {
        uintptr_t address = bias + dynamic->d_un.d_ptr;
        if (dynamic->d_tag == DT_STRTAB)
            strings = reinterpret_cast<const char *>(address);
        if (dynamic->d_tag == DT_SYMTAB)
            symbols = reinterpret_cast<const Elf64_Sym *>(address);
        if (dynamic->d_tag == DT_HASH)
            hash = reinterpret_cast<const uint32_t *>(address);
    }
    if (!strings || !symbols || !hash)
        return 0;
    uint32_t symbol_count = hash[1];
    for (uint32_t i = 0; i < symbol_count; i++) {
        if (symbols[i].st_shndx != SHN_UNDEF && strcmp(strings + symbols[i].st_name, name) == 0)
            return bias + symbols[i].st_value;
    }
    return 0;
}

} // namespace libc
