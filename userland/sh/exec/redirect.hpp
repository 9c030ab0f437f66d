// Redirection, POSIX.1-2017 2.7: targets are expanded first, then the descriptors change, then, for commands that
// run in the shell itself, everything is put back.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "syntax/ast.hpp"

namespace sh {

class Shell;

struct PreparedRedirect {
    const Redirect* redirect;
    std::string target;
};

// What descriptors were before; restores them when destroyed unless kept.
class DescriptorBackup {
public:
    DescriptorBackup() = default;
    DescriptorBackup(const DescriptorBackup&) = delete;
    DescriptorBackup& operator=(const DescriptorBackup&) = delete;
    ~DescriptorBackup() { restore(); }

    bool save(int descriptor);
    void restore();
    // The changes stay (`exec`).
    void keep();

private:
    struct Saved {
        int descriptor;
        int copy;  // -1: was closed
    };
    std::vector<Saved> saved_;
};

bool prepare_redirects(Shell& shell, std::span<const Redirect> redirects, std::vector<PreparedRedirect>& prepared);
// Without backup the changes are final. False after complaining.
bool apply_redirects(Shell& shell, const std::vector<PreparedRedirect>& prepared, DescriptorBackup* backup);
// Both.
bool redirect_all(Shell& shell, std::span<const Redirect> redirects, DescriptorBackup* backup);

}  // namespace sh
