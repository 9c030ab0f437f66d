// Argument and environment strings of execve: from user memory, or from the kernel's own list (the first process).
#pragma once
#include "base/string.h"
#include "base/vector.h"
#include "mm/user_access.h"
#include "proc/exec/execve.h"

namespace martlet {

/// A null-terminated array of pointers to strings in user memory; a null array is empty (as Linux).
class UserStrings final : public StringSource {
public:
    explicit UserStrings(UserPtr<const u64> pointers) : pointers_(pointers) {}
    Result<usize> count() override;
    Result<u64> push(usize index, ArgumentStack& stack) override;

private:
    UserPtr<const u64> pointers_;
    Own<char[]> scratch_;
};

class KernelStrings final : public StringSource {
public:
    Result<void> add(std::string_view text) { return strings_.push_back(TRY(String::create(text))); }
    Result<void> add(String text) { return strings_.push_back(std::move(text)); }
    Result<void> set_first(std::string_view text);
    void keep_first(usize count) {
        while (strings_.size() > count) strings_.pop_back();
    }
    /// `text` is `name=value`: replaces the string of that name, or is added.
    Result<void> set_variable(String text, usize name_size);
    Result<usize> count() override { return strings_.size(); }
    Result<u64> push(usize index, ArgumentStack& stack) override;

private:
    Vector<String> strings_;
};

} // namespace martlet
