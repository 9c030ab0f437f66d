// Adding and normalising the loader's memory ranges.
#include <string.h>

#include <algorithm>

#include "boot/loader_formats.h"

namespace martlet {
namespace {

/// E820 types (ACPI 15.2); anything unknown is reserved.
MemoryKind kind_of(u32 e820_type) {
    switch (e820_type) {
    case 1: return MemoryKind::Usable;
    case 3: return MemoryKind::AcpiReclaimable;
    case 4: return MemoryKind::AcpiNvs;
    case 5: return MemoryKind::Bad;
    default: return MemoryKind::Reserved;
    }
}

/// Which kind wins where two claim the same memory.
u32 precedence(MemoryKind kind) {
    switch (kind) {
    case MemoryKind::Usable: return 0;
    case MemoryKind::AcpiReclaimable: return 1;
    case MemoryKind::AcpiNvs: return 2;
    case MemoryKind::Reserved: return 3;
    case MemoryKind::Bad: return 4;
    }
    return 3;
}

u64 end_of(const MemoryRange& range) { return range.base + range.size; }

void append(std::span<MemoryRange> to, usize& count, u64 base, u64 end, MemoryKind kind) {
    if (base >= end) return;
    if (count > 0 && to[count - 1].kind == kind && end_of(to[count - 1]) == base) to[count - 1].size += end - base;
    else if (count < to.size()) to[count++] = {base, end - base, kind};
}

} // namespace

void add_memory_range(LoaderInfo& info, u64 base, u64 size, u32 e820_type) {
    if (size == 0) return;
    if (base + size < base) size = ~0ull - base;
    if (size == 0) return;
    if (info.memory_count == kMaxMemoryRanges) {
        info.memory_was_cut = true;
        return;
    }
    info.memory[info.memory_count++] = {base, size, kind_of(e820_type)};
}

void set_command_line(LoaderInfo& info, std::string_view text) {
    info.command_line_was_cut = text.size() >= kMaxCommandLine;
    info.command_line_size = std::min(text.size(), kMaxCommandLine - 1);
    if (info.command_line_size != 0) memcpy(info.command_line, text.data(), info.command_line_size);
    info.command_line[info.command_line_size] = '\0';
}

usize normalise_memory(std::span<const MemoryRange> from, std::span<MemoryRange> to) {
    // A sweep over the borders: between two neighbouring ones the kind is the strictest of the ranges that cover them.
    // Quadratic in a few dozen entries.
    usize count = 0;
    u64 position = 0;
    for (;;) {
        u64 next = ~0ull;
        const MemoryRange* owner = nullptr;
        for (const MemoryRange& range : from) {
            u64 end = end_of(range);
            if (range.base <= position && position < end) {
                if (!owner || precedence(range.kind) > precedence(owner->kind)) owner = &range;
                next = std::min(next, end);
            } else if (range.base > position) {
                next = std::min(next, range.base);
            }
        }
        if (next == ~0ull && !owner) return count;
        if (owner) append(to, count, position, next, owner->kind);
        if (next == ~0ull) return count;
        position = next;
    }
}

} // namespace martlet
