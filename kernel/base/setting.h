// Setting: a number that programs read and set below /proc/sys, defined by the part of the kernel that obeys it.
//
//     Setting pid_limit("sys/kernel/pid_max", 32768, 301, 32768);
//     REGISTER_SETTING(pid_limit);
#pragma once
#include <atomic>
#include <span>
#include <string_view>

#include "base/types.h"

namespace martlet {

class Setting : NonCopyable {
public:
    /// `name` is the path below /proc.
    /// Setting it makes `displaced`, which says the same in another unit, 0.
    /// `rounded` is what is kept of a value in range.
    using Round = i64 (*)(i64 value);
    constexpr Setting(std::string_view name, i64 value, i64 minimum, i64 maximum, Setting* displaced = nullptr,
                      Round rounded = nullptr)
        : name_(name), value_(value), minimum_(minimum), maximum_(maximum), displaced_(displaced), rounded_(rounded) {}
    std::string_view name() const { return name_; }
    i64 get() const { return value_.load(std::memory_order_relaxed); }
    /// False, and nothing changed, when it is out of range.
    bool set(i64 value) {
        if (value < minimum_ || value > maximum_) return false;
        value_.store(rounded_ ? rounded_(value) : value, std::memory_order_relaxed);
        if (displaced_) displaced_->value_.store(0, std::memory_order_relaxed);
        return true;
    }

private:
    std::string_view name_;
    std::atomic<i64> value_;
    i64 minimum_, maximum_;
    Setting* displaced_;
    Round rounded_;
};

/// Registration by a constant in a linker section, no central list.
#define REGISTER_SETTING(object)                                                                             \
    [[gnu::section(".martlet_settings"), gnu::used]] static ::martlet::Setting* const setting_##object = &(object)

} // namespace martlet
