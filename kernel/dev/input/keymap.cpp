// Tables of symbols, function strings and accents.
#include "dev/input/keymap.h"

#include <algorithm>

#include "base/format.h"
#include "base/ref.h"

namespace martlet {
namespace {

// The highest value of each type, after which KDSKBENT answers EINVAL.
constexpr u8 kHighestValues[] = {255,
                                 255,
                                 19,
                                 19,
                                 kDeadKeys - 1,
                                 255,
                                 3,
                                 kModifierCount - 1,
                                 255,
                                 25,
                                 kModifierCount - 1,
                                 255,
                                 kModifierCount - 1,
                                 255,
                                 10};
static_assert(sizeof(kHighestValues) == static_cast<usize>(SymbolType::Count));

constexpr u8 kFirstModified = 186, kModifiedKeys = 10, kBackTab = 246;
// As generated: the keys in the order Up, Down, Right, Left, Home, Insert, Delete, End, Page Up, Page Down.
constexpr char kModifiedFinals[] = "ABCD";
constexpr u8 kTildeNumbers[] = {1, 2, 3, 4, 5, 6};
constexpr u8 kXtermModifiers[] = {2, 5, 6, 3, 4, 7}; // of the tables 1, 4, 5, 8, 9, 12

std::string_view written(std::span<char> buffer, usize size) {
    return {buffer.data(), std::min(size, buffer.size() - 1)};
}

/// What the Linux console sends for function keys (console_codes(4)), and xterm's form with modifiers.
std::string_view default_string(u8 index, std::span<char> buffer) {
    if (index < 5) return written(buffer, format(buffer, "\033[[%c", 'A' + index));
    if (index < 20) { // F6 … F20 have the numbers of a VT220
        constexpr u8 kNumbers[] = {17, 18, 19, 20, 21, 23, 24, 25, 26, 28, 29, 31, 32, 33, 34};
        return written(buffer, format(buffer, "\033[%u~", kNumbers[index - 5]));
    }
    if (index <= kStringNext) return written(buffer, format(buffer, "\033[%u~", index - 19u));
    if (index == 26) return "\033[M"; // Macro
    if (index == 29) return "\033[P"; // Pause
    if (index == kBackTab) return "\033[Z";
    if (index < kFirstModified || index >= kFirstModified + 6 * kModifiedKeys) return {};
    u32 key = (index - kFirstModified) / 6u, modifier = kXtermModifiers[(index - kFirstModified) % 6];
    if (key < 4) return written(buffer, format(buffer, "\033[1;%u%c", modifier, kModifiedFinals[key]));
    return written(buffer, format(buffer, "\033[%u;%u~", kTildeNumbers[key - 4], modifier));
}

} // namespace

u32 dead_key_character(u8 value) { return value < kDeadKeys ? dead_characters[value] : 0; }

Keymap::Keymap() {
    for (usize index = 0; index < kDefaultTables; ++index)
        tables_[default_table_numbers[index]].symbols = default_tables[index];
    table_count_ = kDefaultTables;
}

Keymap::~Keymap() {
    for (u32 table = 0; table < kTables; ++table) drop(table);
}

void Keymap::drop(u32 table) {
    Table& old = tables_[table];
    if (!old.symbols) return;
    if (old.is_own) delete[] old.symbols;
    old = {};
    --table_count_;
}

u16 Keymap::symbol(u32 table, u32 key) const {
    const Table& from = tables_[table];
    if (!from.symbols || key >= (from.is_own ? kKeys : kDefaultKeys)) return special_symbol(SpecialKey::Void);
    return from.symbols[key];
}

u16 Keymap::entry(u32 table, u32 key) const {
    u16 value = symbol(table, key);
    if (!has_table(table)) value = special_symbol(key == 0 ? SpecialKey::NoSuchTable : SpecialKey::Void);
    else if (key == 0 && tables_[table].is_own) value = special_symbol(SpecialKey::AllocatedTable);
    return value ^ kSymbolTypeBits;
}

Result<u16*> Keymap::make_own(u32 table) {
    Table& from = tables_[table];
    if (from.is_own) return const_cast<u16*>(from.symbols);
    Own<u16[]> copy(new (std::nothrow) u16[kKeys]);
    if (!copy) return Error(Errno::ENOMEM);
    for (u32 key = 0; key < kKeys; ++key) copy[key] = symbol(table, key);
    if (!from.symbols) ++table_count_;
    from = {copy.get(), true};
    return copy.release();
}

Result<void> Keymap::set_entry(u32 table, u32 key, u16 value) {
    u16 wanted = value ^ kSymbolTypeBits;
    if (key == 0 && wanted == special_symbol(SpecialKey::NoSuchTable)) {
        if (table != 0) drop(table);
        return {};
    }
    if (!is_unicode_symbol(wanted)) {
        if (symbol_type(wanted) >= SymbolType::Count) return Error(Errno::EINVAL);
        if (symbol_value(wanted) > kHighestValues[static_cast<u8>(symbol_type(wanted))]) return Error(Errno::EINVAL);
    }
    if (key == 0 || (has_table(table) && symbol(table, key) == wanted)) return {};
    TRY(make_own(table))[key] = wanted;
    return {};
}

std::string_view Keymap::function_string(u8 index, std::span<char> buffer) const {
    for (const FunctionString& each : strings_)
        if (each.index == index) return each.text.view();
    return default_string(index, buffer);
}

Result<void> Keymap::set_function_string(u8 index, std::string_view text) {
    String copy = TRY(String::create(text));
    for (FunctionString& each : strings_) {
        if (each.index != index) continue;
        each.text = std::move(copy);
        return {};
    }
    return strings_.push_back({index, std::move(copy)});
}

std::span<const Accent> Keymap::accents() const {
    if (!has_own_accents_) return {default_accents, default_accent_count};
    return {accents_.data(), accents_.size()};
}

Result<void> Keymap::set_accents(Vector<Accent> accents) {
    if (accents.size() > kAccentsMax) return Error(Errno::EINVAL);
    accents_ = std::move(accents);
    has_own_accents_ = true;
    return {};
}

u32 Keymap::joined(u32 mark, u32 base) const {
    for (const Accent& accent : accents())
        if (accent.mark == mark && accent.base == base) return accent.result;
    return 0;
}

} // namespace martlet
