// Keymap: what every key gives with every set of modifiers, the strings of function keys, and which
// characters dead keys and Compose join (keymaps(5)). It begins with the layout us, made at build time by
// scripts/make_keymaps.py; KDSKBENT and its kin change it. Pure; the owner locks.
#pragma once
#include <memory>
#include <span>

#include "base/result.h"
#include "base/string.h"
#include "base/vector.h"
#include "dev/input/key_codes.h"
#include "dev/input/key_symbols.h"

namespace martlet {

struct Accent {
    u32 mark, base, result; // Unicode
};

class Keymap : NonCopyable {
public:
    static constexpr u32 kTables = 256, kKeys = 256, kStrings = 256;
    static constexpr usize kStringMax = 511, kAccentsMax = 255;

    Keymap();
    ~Keymap();

    bool has_table(u32 table) const { return tables_[table].symbols != nullptr; }
    u32 table_count() const { return table_count_; }
    /// SpecialKey::Void where there is nothing.
    u16 symbol(u32 table, u32 key) const;

    // As programs see it: KDGKBENT, KDSKBENT.
    u16 entry(u32 table, u32 key) const;
    /// EINVAL: no such symbol; ENOMEM.
    [[nodiscard]] Result<void> set_entry(u32 table, u32 key, u16 value);

    /// The string of a function key, put into `buffer` if it is one of those that follow a rule.
    std::string_view function_string(u8 index, std::span<char> buffer) const;
    [[nodiscard]] Result<void> set_function_string(u8 index, std::string_view text);

    std::span<const Accent> accents() const;
    [[nodiscard]] Result<void> set_accents(Vector<Accent> accents);
    /// What the mark makes of the base; 0 if nothing.
    u32 joined(u32 mark, u32 base) const;

private:
    struct Table {
        const u16* symbols = nullptr; // kDefaultKeys of the default's, kKeys of one's own
        bool is_own = false;
    };
    struct FunctionString {
        u8 index;
        String text;
    };
    [[nodiscard]] Result<u16*> make_own(u32 table);
    void drop(u32 table);

    Table tables_[kTables];
    u32 table_count_ = 0;
    Vector<FunctionString> strings_; // those that were changed
    Vector<Accent> accents_;
    bool has_own_accents_ = false;
};

/// The character that stands for a dead key in Compose pairs.
u32 dead_key_character(u8 value);

// Generated.
inline constexpr usize kDefaultTables = 10, kDefaultKeys = 128, kDeadKeys = 27;
extern const u8 default_table_numbers[kDefaultTables];
extern const u16 default_tables[kDefaultTables][kDefaultKeys];
extern const Accent default_accents[];
extern const u32 default_accent_count;
extern const u8 dead_characters[kDeadKeys];

} // namespace martlet
