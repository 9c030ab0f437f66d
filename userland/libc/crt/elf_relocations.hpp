// Self-relocation of a static-PIE: only relative relocations exist in one (ELF gABI "Dynamic Section", RELR
// from the gABI of 2022). Everything is inlined: it runs before the program's own pointers are right.
#pragma once

namespace libc {

struct DynamicEntry {
    long tag;
    unsigned long value;
};

struct RelaEntry {
    unsigned long offset, info;
    long addend;
};

[[gnu::always_inline]] inline void apply_relr(unsigned long bias, const unsigned long *entries, unsigned long count) {
    unsigned long *where = nullptr;
    for (unsigned long i = 0; i < count; i++) {
        unsigned long entry = entries[i];
        if ((entry & 1) == 0) {
            where = reinterpret_cast<unsigned long *>(bias + entry);
            *where++ += bias;
            continue;
        }
        for (unsigned long bit = 0; (entry >>= 1) != 0; bit++) {
            if (entry & 1)
                where[bit] += bias;
        }
        where += 63;
    }
}

[[gnu::always_inline]] inline void relocate_self(unsigned long bias, const DynamicEntry *dynamic) {
    constexpr long kRela = 7, kRelaSize = 8, kRelrSize = 35, kRelr = 36;
    constexpr unsigned long kRelative = 8;
    unsigned long rela = 0, rela_bytes = 0, relr = 0, relr_bytes = 0;
    for (; dynamic->tag != 0; dynamic++) {
        if (dynamic->tag == kRela)
            rela = dynamic->value;
        else if (dynamic->tag == kRelaSize)
            rela_bytes = dynamic->value;
        else if (dynamic->tag == kRelr)
            relr = dynamic->value;
        else if (dynamic->tag == kRelrSize)
            relr_bytes = dynamic->value;
    }
    auto *entry = reinterpret_cast<const RelaEntry *>(bias + rela);
    for (unsigned long i = 0; i < rela_bytes / sizeof(RelaEntry); i++) {
        if ((entry[i].info & 0xffffffff) == kRelative)
            *reinterpret_cast<unsigned long *>(bias + entry[i].offset) =
                bias + static_cast<unsigned long>(entry[i].addend);
    }
    apply_relr(bias, reinterpret_cast<const unsigned long *>(bias + relr), relr_bytes / sizeof(unsigned long));
}

} // namespace libc
