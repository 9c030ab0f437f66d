// Start of memory: from the firmware's map and the boot page tables to frames, heap and the final kernel half.
#include "mm/init.h"

#include <string.h>

#include "arch/page_table.h"
#include "base/assert.h"
#include "base/log.h"
#include "boot/boot_info.h"
#include "boot/command_line.h"
#include "boot/command_line_parser.h"
#include "boot/image_layout.h"
#include "mm/boot_memory.h"
#include "mm/frame_allocator.h"
#include "mm/heap.h"
#include "mm/per_cpu.h"
#include "mm/zero_page.h"

namespace martlet {

namespace {

/// What the boot page tables show of physical memory; tables are taken from below.
constexpr u64 kBootMapLimit = kGiB;
constexpr u64 kFirstMiB = kMiB;
/// The first 64 KiB stay free for firmware data and the start code of other processors.
constexpr u64 kLowReserved = 64 * kKiB;

BootMemory boot_memory;

PhysicalAddress take_table() {
    PhysicalAddress table = boot_memory.take_low(kPageSize, kBootMapLimit);
    memset(direct_map(table), 0, kPageSize);
    return table;
}

/// mem=: kernel-parameters(7). Unlimited if absent; what is no usable size is ignored with a warning.
u64 memory_limit() {
    std::optional<std::string_view> text = command_line_option("mem");
    if (!text) return ~0ull;
    std::optional<u64> size = parse_size(*text);
    if (size && *size >= 4 * kMiB) return *size;
    log_warning("memory: mem=%.*s is not a usable size, ignored", static_cast<int>(text->size()), text->data());
    return ~0ull;
}

/// Only bytes that exist below the limit of mem= are managed; the initrd stays reachable wherever it is.
u64 end_of_memory(std::span<const BootMemory::Range> ranges) { return ranges.empty() ? 0 : ranges.back().end; }

u64 address_of(const char* symbol) { return reinterpret_cast<u64>(symbol); }

/// Section by section; the linker script starts each part on a page of its own.
void map_kernel_image() {
    auto map = [](u64 start, u64 end, u32 flags) {
        start = page_align_down(start);
        kernel_page_table_map_boot(start, {start - kKernelImageBase}, page_align_up(end) - start, flags, take_table);
    };
    map(address_of(__image_start), address_of(__text_end), kPageExecute);
    map(address_of(__rodata_start), address_of(__rodata_end), 0);
    map(address_of(__data_start), address_of(__image_end), kPageWrite);
}

void map_direct(u64 start, u64 end, u32 flags) {
    if (start < end)
        kernel_page_table_map_boot(kDirectMapBase + start, {start}, end - start, flags, take_table);
}

/// [start, end) writable except for the kernel's text and read-only data, which lie in one piece.
void map_direct_around_kernel(u64 start, u64 end) {
    u64 read_only_start = page_align_down(address_of(__image_start) - kKernelImageBase);
    u64 read_only_end = page_align_up(address_of(__rodata_end) - kKernelImageBase);
    if (end <= read_only_start || start >= read_only_end) {
        map_direct(start, end, kPageWrite);
        return;
    }
    map_direct(start, read_only_start, kPageWrite);
    map_direct(start > read_only_start ? start : read_only_start, end < read_only_end ? end : read_only_end, 0);
    map_direct(read_only_end, end, kPageWrite);
}

/// RAM, firmware tables, and reserved memory that directly follows RAM (where firmware keeps its tables).
bool is_direct_mapped(const MemoryRange& range, u64 previous_end) {
    constexpr u64 kMaxFirmwareArea = 16 * kMiB;
    if (range.kind == MemoryKind::Reserved) return range.base == previous_end && range.size <= kMaxFirmwareArea;
    return range.kind != MemoryKind::Bad;
}

void map_physical_memory(std::span<const MemoryRange> memory) {
    // One run per stretch of neighbouring ranges, so that large pages fit. The first MiB is always mapped.
    u64 start = 0, end = kFirstMiB;
    u64 previous_end = 0;
    for (const MemoryRange& range : memory) {
        u64 range_start = page_align_down(range.base), range_end = page_align_up(range.base + range.size);
        bool is_mapped = is_direct_mapped(range, previous_end);
        if (is_mapped) previous_end = range.base + range.size;
        if (!is_mapped || range_end <= end) continue;
        if (range_end > kMaxPhysicalAddress) range_end = kMaxPhysicalAddress;
        if (range_start > end) {
            map_direct_around_kernel(start, end);
            start = range_start;
        }
        end = range_end;
    }
    map_direct_around_kernel(start, end);
}

/// The frame table for each 4 MiB block that holds memory; its own frames come from the highest memory.
void map_frame_table(std::span<const MemoryRange> memory, u64 limit) {
    constexpr u64 kBlockBytes = kPageSize << kMaxFrameOrder;
    constexpr u64 kTablePerBlock = sizeof(Frame) << kMaxFrameOrder;
    u64 mapped_until = kFrameTableBase;
    for (const MemoryRange& range : memory) {
        if (range.kind != MemoryKind::Usable || range.base >= limit) continue;
        u64 range_end = range.base + range.size < limit ? range.base + range.size : limit;
        u64 start = kFrameTableBase + range.base / kBlockBytes * kTablePerBlock;
        u64 end = page_align_up(kFrameTableBase + (range_end + kBlockBytes - 1) / kBlockBytes * kTablePerBlock);
        start = page_align_down(start);
        if (start < mapped_until) start = mapped_until;
        while (start < end) {
            // Large pages piece by piece, so that memory in several ranges serves too.
            u64 next = align_up(start + 1, kLargePageSize);
            bool is_large = start % kLargePageSize == 0 && next <= end;
            u64 run = (next < end ? next : end) - start;
            PhysicalAddress backing = boot_memory.take_high(run, is_large ? kLargePageSize : kPageSize);
            kernel_page_table_map_boot(start, backing, run, kPageWrite, take_table);
            start += run;
        }
        if (end > mapped_until) mapped_until = end;
    }
}

} // namespace

void init_memory() {
    const BootInfo& info = boot_info();
    page_attributes_init_cpu();
    boot_memory.add_usable(info.memory, memory_limit());
    u64 limit = end_of_memory(boot_memory.ranges());
    if (limit == 0) panic("memory: the loader's map shows no usable memory");
    boot_memory.reserve(0, kLowReserved);
    boot_memory.reserve(640 * kKiB, kFirstMiB);
    boot_memory.reserve(info.kernel_physical_start, info.kernel_physical_end);
    u64 initrd_end = info.initrd_physical + info.initrd_size;
    boot_memory.reserve(info.initrd_physical, initrd_end);
    if (initrd_end > limit) limit = page_align_up(initrd_end);

    kernel_page_table_init(take_table);
    map_kernel_image();
    map_physical_memory(info.memory);
    map_frame_table(info.memory, limit);
    kernel_page_table_activate();

    frame_allocator_init(boot_memory.ranges(), info.initrd_physical, initrd_end);
    per_cpu_memory_init();
    zero_page_init();
}

} // namespace martlet
