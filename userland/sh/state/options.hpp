// The flags of `set`; POSIX.1-2017 set. One table gives each its letter and its -o name.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sh {

enum class Option : uint8_t {
    all_export,
    notify,
    no_clobber,
    err_exit,
    no_glob,
    hash_all,
    interactive,
    monitor,
    no_exec,
    no_unset,
    verbose,
    xtrace,
    standard_input,
    login,
    ignore_eof,
    no_log,
    pipe_fail,
    brace_expand,
    emacs,
    vi,
    count,
};

struct OptionEntry {
    Option option;
    char letter;  // 0: only by name
    std::string_view name;
};

class Options {
public:
    bool operator[](Option option) const { return flags_[static_cast<size_t>(option)]; }
    void set(Option option, bool on) { flags_[static_cast<size_t>(option)] = on; }

    static std::span<const OptionEntry> table();
    static std::optional<Option> by_letter(char letter);
    static std::optional<Option> by_name(std::string_view name);
    // The value of `$-`.
    std::string letters() const;

private:
    std::array<bool, static_cast<size_t>(Option::count)> flags_{};
};

}  // namespace sh
