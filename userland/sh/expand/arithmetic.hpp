// Arithmetic expansion; POSIX.1-2017 2.6.4: the integer operators of C on 64-bit signed values that wrap.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sh {

// Access to the variables an expression names.
class ArithmeticVariables {
public:
    ArithmeticVariables() = default;
    ArithmeticVariables(const ArithmeticVariables&) = delete;
    ArithmeticVariables& operator=(const ArithmeticVariables&) = delete;
    virtual ~ArithmeticVariables() = default;

    // Null when unset. False from either: the error has been reported.
    virtual bool get(std::string_view name, const std::string*& value) = 0;
    virtual bool set(std::string_view name, int64_t value) = 0;
};

struct ArithmeticResult {
    int64_t value = 0;
    bool ok = true;
    std::string error;  // empty with !ok: already reported
};

ArithmeticResult evaluate_arithmetic(std::string_view expression, ArithmeticVariables& variables);

}  // namespace sh
