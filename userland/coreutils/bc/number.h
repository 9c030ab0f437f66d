// Decimal numbers of any length, exact, with a number of digits behind the point (their scale), as bc(1) and
// dc(1) have them. Results are cut off, never rounded.
#pragma once

#include <optional>
#include <stddef.h>
#include <stdint.h>
#include <string>
#include <string_view>
#include <vector>

namespace coreutils::bc {

class Number {
public:
    Number() = default;
    Number(int64_t value); // NOLINT: integers are numbers
    // Digits up to F of base `base` with an optional point; a single digit stands for itself whatever the
    // base.
    static Number parse(std::string_view text, unsigned base);

    bool is_zero() const { return limbs_.empty(); }
    bool is_negative() const { return negative_; }
    size_t scale() const { return scale_; }
    // Digits without leading zeros, at least 1; those behind the point count all.
    size_t length() const;

    Number negated() const;
    Number truncated(size_t scale) const; // to at most so many digits behind the point
    Number extended(size_t scale) const;  // to at least so many

    static Number add(const Number& left, const Number& right);
    static Number subtract(const Number& left, const Number& right) { return add(left, right.negated()); }
    static Number multiply(const Number& left, const Number& right, size_t scale);
    // The divisor is not zero.
    static Number divide(const Number& left, const Number& right, size_t scale);
    static Number modulo(const Number& left, const Number& right, size_t scale);
    // The exponent's digits behind the point are ignored.
    static Number power(const Number& base, int64_t exponent, size_t scale);
    // Of a number that is not negative.
    Number square_root(size_t scale) const;
    static int compare(const Number& left, const Number& right);

    // The integer part, nothing when it does not fit.
    std::optional<int64_t> to_integer() const;
    // In base `base`; for bases above 16 each digit is a decimal number behind a blank.
    std::string text(unsigned base) const;

private:
    using Limbs = std::vector<uint32_t>; // of nine decimal digits, the lowest first, the highest not zero
    static constexpr uint32_t kLimb = 1000000000;
    static constexpr size_t kLimbDigits = 9;

    void trim();
    std::string digits() const;
    Limbs scaled_up(size_t scale) const; // the digits as an integer with so many behind the point
    static int compare_limbs(const Limbs& left, const Limbs& right);
    static Limbs add_limbs(const Limbs& left, const Limbs& right);
    static Limbs subtract_limbs(const Limbs& left, const Limbs& right);
    static Limbs multiply_limbs(const Limbs& left, const Limbs& right);
    static Limbs divide_limbs(const Limbs& left, const Limbs& right);
    static uint32_t divide_small(Limbs& limbs, uint32_t divisor);
    static Limbs power_of_ten(size_t exponent);
    static Limbs shift(const Limbs& limbs, int64_t digits);
    static Limbs root_limbs(const Limbs& limbs);
    std::string text_in_base(unsigned base) const;

    Limbs limbs_;
    size_t scale_ = 0;
    bool negative_ = false;
};

} // namespace coreutils::bc
