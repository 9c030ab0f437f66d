#include "debug/backtrace.h"

#include "boot/image_layout.h"
#include "mm/address.h"

extern "C" const martlet::u8 __symbol_table_start[], __symbol_table_end[];

namespace martlet {
namespace {

inline constexpr u32 kMaxFrames = 32;

bool is_text(u64 address) {
    return address >= reinterpret_cast<u64>(__text_start) && address < reinterpret_cast<u64>(__text_end);
}

} // namespace

/// Stacks lie in the kernel map (threads) or in the image (boot, exceptions).
bool is_stack_address(u64 address) {
    bool in_kernel_map = address >= kKernelMapBase && address < kKernelMapEnd;
    bool in_image = address >= reinterpret_cast<u64>(__data_start) && address < reinterpret_cast<u64>(__image_end);
    return (address & 7) == 0 && (in_kernel_map || in_image);
}

std::optional<SymbolMatch> find_kernel_symbol(u64 address) {
    if (!is_text(address)) return {};
    return find_symbol({__symbol_table_start, __symbol_table_end}, address - reinterpret_cast<u64>(__text_start));
}

bool kernel_symbol_at(u64 number, KernelSymbol& symbol) {
    auto word = [](u64 index) {
        u32 value;
        __builtin_memcpy(&value, __symbol_table_start + index * 4, 4);
        return value;
    };
    u64 count = __symbol_table_end - __symbol_table_start >= 4 ? word(0) : 0;
    if (number >= count) return false;
    auto* names = reinterpret_cast<const char*>(__symbol_table_start + (1 + 2 * (count + 1)) * 4);
    u32 start = word(2 + count + number), end = word(3 + count + number);
    symbol = {reinterpret_cast<u64>(__text_start) + word(1 + number), {names + start, end - start}};
    return true;
}

void walk_stack(u64 address, u64 frame_pointer, void (*visit)(void*, u64, const SymbolMatch*), void* context) {
    for (u32 depth = 0; depth < kMaxFrames; ++depth) {
        // A return address may lie behind the last instruction of a function that does not return.
        std::optional<SymbolMatch> symbol = find_kernel_symbol(depth == 0 ? address : address - 1);
        if (symbol && depth != 0) ++symbol->offset;
        visit(context, address, symbol ? &*symbol : nullptr);
        if (!is_stack_address(frame_pointer) || !is_stack_address(frame_pointer + 8)) return;
        auto* frame = reinterpret_cast<const u64*>(frame_pointer);
        address = frame[1];
        if (!is_text(address)) return;
        u64 next = frame[0];
        if (next != 0 && next <= frame_pointer) return;
        frame_pointer = next;
    }
}

} // namespace martlet
