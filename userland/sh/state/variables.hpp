// Shell variables: a hash table whose entries never move or die, so that pointers to the often used ones (IFS,
// PATH, …) can be kept. Scopes hold what `local` and assignments before a command replaced.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sh {

// What the shell has to do when the variable changes.
enum class VariableHook : uint8_t { none, path, option_index, line_number };

struct Variable {
    std::string name;
    std::string value;
    uint32_t hash = 0;
    bool is_set = false;
    bool exported = false;
    bool read_only = false;
    VariableHook hook = VariableHook::none;
    Variable* next = nullptr;  // in its bucket

    const std::string* get() const { return is_set ? &value : nullptr; }
};

enum class SetResult : uint8_t { done, read_only };

class Variables {
public:
    Variables();
    Variables(const Variables&) = delete;
    Variables& operator=(const Variables&) = delete;
    ~Variables();

    // Never null: makes an unset entry.
    Variable* entry(std::string_view name);
    Variable* find(std::string_view name) const;
    const std::string* get(std::string_view name) const;

    SetResult set(Variable& variable, std::string_view value);
    SetResult set(std::string_view name, std::string_view value) { return set(*entry(name), value); }
    SetResult unset(std::string_view name);
    void set_exported(Variable& variable, bool exported);
    void import(char** environment);

    // Scopes nest; leaving one restores what save() recorded in it.
    void enter_scope() { scopes_.push_back(saved_.size()); }
    void leave_scope();
    void save(Variable& variable);
    bool is_saved_here(const Variable& variable) const;

    // NULL-terminated `name=value` strings of the exported variables; valid until the next change.
    char** environment();
    std::vector<const Variable*> sorted() const;

    uint32_t path_generation() const { return path_generation_; }
    // True once after OPTIND was assigned to.
    bool take_option_index_change();
    void set_line_number(uint32_t line) { line_number_ = line; }
    uint32_t line_number() const { return line_number_; }

private:
    struct Saved {
        Variable* variable;
        std::string value;
        bool is_set, exported, read_only;
    };
    static constexpr size_t kBuckets = 256;

    Variable* add(std::string_view name, VariableHook hook);
    Variable* find_hashed(std::string_view name, uint32_t hash) const;
    void changed(Variable& variable);

    Variable* buckets_[kBuckets] = {};
    std::vector<Saved> saved_;
    std::vector<size_t> scopes_;
    std::vector<char*> environment_;
    std::string environment_text_;
    uint32_t path_generation_ = 0;
    uint32_t line_number_ = 0;
    bool environment_valid_ = false;
    bool option_index_changed_ = false;

public:
    // After the table, which they are entries of.
    Variable* const ifs;
    Variable* const path;
    Variable* const home;
};

}  // namespace sh
