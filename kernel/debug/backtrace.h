// Walking the kernel stack by frame pointers, and names for addresses from the table embedded at link time.
#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "base/types.h"

namespace martlet {

struct SymbolMatch {
    std::string_view name;
    u64 offset; // from the start of the function
};

/// The table scripts/make_symbols.py writes: a count, `count` + 1 text offsets in ascending order (the last is the end
/// of the text), `count` + 1 offsets of names, the names. Nothing if the address is outside or the table is malformed.
std::optional<SymbolMatch> find_symbol(std::span<const u8> table, u64 text_offset);
/// In this kernel.
std::optional<SymbolMatch> find_kernel_symbol(u64 address);

/// The kernel's functions in ascending order, from number 0 on; false at the end (/proc/kallsyms).
struct KernelSymbol {
    u64 address;
    std::string_view name;
};
bool kernel_symbol_at(u64 number, KernelSymbol& symbol);

/// Whether a word at `address` can be read as part of a kernel stack.
bool is_stack_address(u64 address);

/// Calls `visit` for `address` and then for each caller. Stops at a frame that is not on a kernel stack or
/// goes backwards.
void walk_stack(u64 address, u64 frame_pointer, void (*visit)(void*, u64 address, const SymbolMatch* symbol),
                void* context);

} // namespace martlet
