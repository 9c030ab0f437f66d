// File modes: octal and symbolic operands (POSIX.1-2017 chmod), and the ten characters that ls prints.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace coreutils {

class ModeChange {
public:
    // Nothing when `text` is no mode.
    static std::optional<ModeChange> parse(std::string_view text);

    // The permission bits (07777) that `mode` (with its file type) gets. `creation_mask` is the umask: it
    // limits clauses that name no one.
    mode_t apply(mode_t mode, mode_t creation_mask) const;

private:
    struct Clause {
        mode_t who = 0;                   // of 04700, 02070, 01007; 0: everyone, limited by the umask
        char operation = '=';             // + - =
        mode_t permissions = 0;           // of 07777
        bool conditional_execute = false; // X
        bool exact = false;               // octal digits: also the set-ID bits of directories
        char copy_from = 0;               // u, g or o
    };
    std::vector<Clause> clauses_;
    std::optional<mode_t> octal_;
    size_t octal_digits_ = 0;
};

mode_t current_umask();

// "drwxr-xr-x"
std::string mode_string(mode_t mode);

} // namespace coreutils
