// Result<T>: a value or the error number that explains its absence. TRY unwraps it or returns the error.
#pragma once
#include <expected>
#include <utility>

#include "base/errno.h"

namespace martlet {

template <typename T> using Result = std::expected<T, Errno>;
using Error = std::unexpected<Errno>;

namespace detail {
template <typename T> constexpr T take_value(std::expected<T, Errno>&& result) {
    if constexpr (!__is_void(T)) return std::move(*result);
}
} // namespace detail

/// `auto x = TRY(f());` is f's value, or returns f's error from the enclosing function. Uses may nest.
#define TRY(expression) TRY_NAMED_(expression, __COUNTER__)
#define TRY_NAMED_(expression, number) TRY_NUMBERED_(expression, number)
#define TRY_NUMBERED_(expression, number)                                                                    \
    ({                                                                                                       \
        auto try_result_##number = (expression);                                                             \
        if (!try_result_##number) [[unlikely]]                                                               \
            return ::martlet::Error(try_result_##number.error());                                            \
        ::martlet::detail::take_value(std::move(try_result_##number));                                       \
    })

} // namespace martlet
