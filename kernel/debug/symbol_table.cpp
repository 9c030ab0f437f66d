#include <string.h>

#include "debug/backtrace.h"

namespace martlet {
namespace {

u32 word_at(std::span<const u8> table, u64 index) {
    u32 value;
    memcpy(&value, table.data() + index * 4, 4);
    return value;
}

} // namespace

std::optional<SymbolMatch> find_symbol(std::span<const u8> table, u64 text_offset) {
    if (table.size() < 4) return {};
    u64 count = word_at(table, 0);
    u64 names_start = (1 + 2 * (count + 1)) * 4;
    if (count == 0 || names_start > table.size()) return {};
    if (text_offset < word_at(table, 1) || text_offset >= word_at(table, 1 + count)) return {};
    u64 low = 0, high = count; // offset[low] <= text_offset < offset[high]
    while (high - low > 1) {
        u64 middle = low + (high - low) / 2;
        (word_at(table, 1 + middle) <= text_offset ? low : high) = middle;
    }
    u64 name_start = word_at(table, 2 + count + low), name_end = word_at(table, 3 + count + low);
    if (name_start > name_end || name_end > table.size() - names_start) return {};
    auto* name = reinterpret_cast<const char*>(table.data() + names_start + name_start);
    return SymbolMatch{{name, name_end - name_start}, text_offset - word_at(table, 1 + low)};
}

} // namespace martlet
