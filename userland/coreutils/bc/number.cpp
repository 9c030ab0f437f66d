#include "bc/number.h"

#include <algorithm>
#include <stdio.h>

namespace coreutils::bc {
namespace {

template <typename Limbs>
void trim_limbs(Limbs& limbs) {
    while (!limbs.empty() && limbs.back() == 0) limbs.pop_back();
}
constexpr uint32_t kPowers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000};

} // namespace

Number::Number(int64_t value) : negative_(value < 0) {
    auto rest = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
    for (; rest > 0; rest /= kLimb) limbs_.push_back(static_cast<uint32_t>(rest % kLimb));
}

void Number::trim() {
    trim_limbs(limbs_);
    if (limbs_.empty()) negative_ = false;
}

Number Number::parse(std::string_view text, unsigned base) {
    auto value_of = [](char digit) {
        return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'A' + 10);
    };
    size_t point = std::min(text.find('.'), text.size());
    std::string_view fraction = point < text.size() ? text.substr(point + 1) : std::string_view();
    Number number;
    size_t count = point + fraction.size();
    unsigned most = count == 1 ? 15 : base - 1;
    std::string all(text.substr(0, point));
    all += fraction;
    if (base == 10) {
        // Nine digits a limb, from the end.
        for (size_t end = all.size(); end > 0;) {
            size_t start = end > kLimbDigits ? end - kLimbDigits : 0;
            uint32_t limb = 0;
            for (size_t at = start; at < end; ++at)
                limb = limb * 10 + std::min(value_of(all[at]), count == 1 ? 15u : 9u);
            number.limbs_.push_back(limb);
            end = start;
        }
        number.scale_ = fraction.size();
        number.trim();
        return number;
    }
    Number whole;
    auto append = [&](Number& target, char digit) {
        uint64_t carry = std::min(value_of(digit), most);
        for (uint32_t& limb : target.limbs_) {
            carry += static_cast<uint64_t>(limb) * base;
            limb = static_cast<uint32_t>(carry % kLimb);
            carry /= kLimb;
        }
        if (carry) target.limbs_.push_back(static_cast<uint32_t>(carry));
    };
    for (char digit : all) append(whole, digit);
    if (fraction.empty()) return whole;
    return divide(whole, power(Number(base), static_cast<int64_t>(fraction.size()), 0), fraction.size());
}

int Number::compare_limbs(const Limbs& left, const Limbs& right) {
    if (left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
    for (size_t index = left.size(); index-- > 0;)
        if (left[index] != right[index]) return left[index] < right[index] ? -1 : 1;
    return 0;
}

Number::Limbs Number::add_limbs(const Limbs& left, const Limbs& right) {
    const Limbs &longer = left.size() >= right.size() ? left : right,
                &shorter = left.size() >= right.size() ? right : left;
    Limbs sum = longer;
    uint32_t carry = 0;
    for (size_t index = 0; index < sum.size() && (carry || index < shorter.size()); ++index) {
        sum[index] += carry + (index < shorter.size() ? shorter[index] : 0);
        carry = sum[index] >= kLimb;
        if (carry) sum[index] -= kLimb;
    }
    if (carry) sum.push_back(1);
    return sum;
}

// `left` is not smaller.
Number::Limbs Number::subtract_limbs(const Limbs& left, const Limbs& right) {
    Limbs rest = left;
    uint32_t borrow = 0;
    for (size_t index = 0; index < rest.size() && (borrow || index < right.size()); ++index) {
        uint32_t take = borrow + (index < right.size() ? right[index] : 0);
        borrow = rest[index] < take;
        rest[index] = rest[index] + (borrow ? kLimb : 0) - take;
    }
    trim_limbs(rest);
    return rest;
}

Number::Limbs Number::multiply_limbs(const Limbs& left, const Limbs& right) {
    if (left.empty() || right.empty()) return {};
    constexpr size_t kKaratsuba = 48;
    if (std::min(left.size(), right.size()) < kKaratsuba) {
        Limbs product(left.size() + right.size());
        for (size_t i = 0; i < left.size(); ++i) {
            uint64_t carry = 0;
            for (size_t j = 0; j < right.size(); ++j) {
                carry += product[i + j] + static_cast<uint64_t>(left[i]) * right[j];
                product[i + j] = static_cast<uint32_t>(carry % kLimb);
                carry /= kLimb;
            }
            product[i + right.size()] = static_cast<uint32_t>(carry);
        }
        trim_limbs(product);
        return product;
    }
    // Karatsuba: three products of halves instead of four.
    size_t half = std::max(left.size(), right.size()) / 2;
    auto low = [half](const Limbs& limbs) {
        Limbs part(limbs.begin(), limbs.begin() + static_cast<ptrdiff_t>(std::min(half, limbs.size())));
        trim_limbs(part);
        return part;
    };
    auto high = [half](const Limbs& limbs) {
        return limbs.size() > half ? Limbs(limbs.begin() + static_cast<ptrdiff_t>(half), limbs.end())
                                   : Limbs();
    };
    auto moved = [](Limbs limbs, size_t count) {
        if (!limbs.empty()) limbs.insert(limbs.begin(), count, 0);
        return limbs;
    };
    Limbs left_low = low(left), left_high = high(left), right_low = low(right), right_high = high(right);
    Limbs lows = multiply_limbs(left_low, right_low), highs = multiply_limbs(left_high, right_high);
    Limbs middle = multiply_limbs(add_limbs(left_low, left_high), add_limbs(right_low, right_high));
    middle = subtract_limbs(subtract_limbs(middle, lows), highs);
    return add_limbs(add_limbs(lows, moved(middle, half)), moved(highs, 2 * half));
}

uint32_t Number::divide_small(Limbs& limbs, uint32_t divisor) {
    uint64_t rest = 0;
    for (size_t index = limbs.size(); index-- > 0;) {
        rest = rest * kLimb + limbs[index];
        limbs[index] = static_cast<uint32_t>(rest / divisor);
        rest %= divisor;
    }
    trim_limbs(limbs);
    return static_cast<uint32_t>(rest);
}

// Long division (Knuth, The Art of Computer Programming 4.3.1, algorithm D).
Number::Limbs Number::divide_limbs(const Limbs& left, const Limbs& right) {
    if (compare_limbs(left, right) < 0) return {};
    if (right.size() == 1) {
        Limbs quotient = left;
        divide_small(quotient, right[0]);
        return quotient;
    }
    uint32_t factor = kLimb / (right.back() + 1);
    auto scaled = [factor](const Limbs& limbs) {
        Limbs result(limbs.size() + 1);
        uint64_t carry = 0;
        for (size_t index = 0; index < limbs.size(); ++index) {
            carry += static_cast<uint64_t>(limbs[index]) * factor;
            result[index] = static_cast<uint32_t>(carry % kLimb);
            carry /= kLimb;
        }
        result[limbs.size()] = static_cast<uint32_t>(carry);
        return result;
    };
    Limbs rest = scaled(left), divisor = scaled(right);
    divisor.pop_back();
    size_t size = divisor.size();
    Limbs quotient(left.size() - size + 1);
    for (size_t at = quotient.size(); at-- > 0;) {
        uint64_t top = static_cast<uint64_t>(rest[at + size]) * kLimb + rest[at + size - 1];
        uint64_t guess = top / divisor.back(), left_over = top % divisor.back();
        while (guess >= kLimb || guess * divisor[size - 2] > left_over * kLimb + rest[at + size - 2]) {
            --guess;
            left_over += divisor.back();
            if (left_over >= kLimb) break;
        }
        int64_t borrow = 0;
        uint64_t carry = 0;
        for (size_t index = 0; index <= size; ++index) {
            carry += index < size ? guess * divisor[index] : 0;
            int64_t value =
                static_cast<int64_t>(rest[at + index]) - static_cast<int64_t>(carry % kLimb) - borrow;
            carry /= kLimb;
            borrow = value < 0;
            rest[at + index] = static_cast<uint32_t>(value < 0 ? value + kLimb : value);
        }
        if (borrow) { // the guess was one too large
            --guess;
            uint32_t over = 0;
            for (size_t index = 0; index <= size; ++index) {
                uint32_t value = rest[at + index] + (index < size ? divisor[index] : 0) + over;
                over = value >= kLimb;
                rest[at + index] = over ? value - kLimb : value;
            }
        }
        quotient[at] = static_cast<uint32_t>(guess);
    }
    trim_limbs(quotient);
    return quotient;
}

Number::Limbs Number::power_of_ten(size_t exponent) {
    Limbs limbs(exponent / kLimbDigits);
    limbs.push_back(kPowers[exponent % kLimbDigits]);
    return limbs;
}

// Times, or divided by, a power of ten.
Number::Limbs Number::shift(const Limbs& limbs, int64_t digits) {
    if (digits == 0 || limbs.empty()) return limbs;
    auto count = static_cast<size_t>(digits < 0 ? -digits : digits);
    size_t whole = count / kLimbDigits;
    uint32_t rest = kPowers[count % kLimbDigits];
    if (digits > 0) {
        Limbs result(whole);
        uint64_t carry = 0;
        for (uint32_t limb : limbs) {
            carry += static_cast<uint64_t>(limb) * rest;
            result.push_back(static_cast<uint32_t>(carry % kLimb));
            carry /= kLimb;
        }
        if (carry) result.push_back(static_cast<uint32_t>(carry));
        return result;
    }
    if (whole >= limbs.size()) return {};
    Limbs result(limbs.begin() + static_cast<ptrdiff_t>(whole), limbs.end());
    if (rest > 1) divide_small(result, rest);
    return result;
}

Number::Limbs Number::scaled_up(size_t scale) const {
    return shift(limbs_, static_cast<int64_t>(scale) - static_cast<int64_t>(scale_));
}

Number Number::negated() const {
    Number result = *this;
    result.negative_ = !negative_ && !is_zero();
    return result;
}

Number Number::truncated(size_t scale) const {
    if (scale_ <= scale) return *this;
    Number result;
    result.limbs_ = scaled_up(scale);
    result.scale_ = scale;
    result.negative_ = negative_;
    result.trim();
    return result;
}

Number Number::extended(size_t scale) const {
    if (scale_ >= scale) return *this;
    Number result = *this;
    result.limbs_ = scaled_up(scale);
    result.scale_ = scale;
    return result;
}

Number Number::add(const Number& left, const Number& right) {
    Number result;
    result.scale_ = std::max(left.scale_, right.scale_);
    Limbs a = left.scaled_up(result.scale_), b = right.scaled_up(result.scale_);
    if (left.negative_ == right.negative_) {
        result.limbs_ = add_limbs(a, b);
        result.negative_ = left.negative_;
    } else {
        bool smaller = compare_limbs(a, b) < 0;
        result.limbs_ = smaller ? subtract_limbs(b, a) : subtract_limbs(a, b);
        result.negative_ = smaller ? right.negative_ : left.negative_;
    }
    result.trim();
    return result;
}

Number Number::multiply(const Number& left, const Number& right, size_t scale) {
    Number result;
    result.limbs_ = multiply_limbs(left.limbs_, right.limbs_);
    result.scale_ = left.scale_ + right.scale_;
    result.negative_ = left.negative_ != right.negative_;
    result.trim();
    return result.truncated(std::min(result.scale_, std::max({scale, left.scale_, right.scale_})));
}

Number Number::divide(const Number& left, const Number& right, size_t scale) {
    Number result;
    Limbs dividend = shift(left.limbs_, static_cast<int64_t>(scale) + static_cast<int64_t>(right.scale_) -
                                            static_cast<int64_t>(left.scale_));
    int64_t lacking =
        static_cast<int64_t>(left.scale_) - static_cast<int64_t>(scale) - static_cast<int64_t>(right.scale_);
    // Digits cut from the dividend would change the quotient: the divisor grows instead.
    result.limbs_ = lacking > 0 ? divide_limbs(left.limbs_, shift(right.limbs_, lacking))
                                : divide_limbs(dividend, right.limbs_);
    result.scale_ = scale;
    result.negative_ = left.negative_ != right.negative_;
    result.trim();
    return result;
}

Number Number::modulo(const Number& left, const Number& right, size_t scale) {
    Number quotient = divide(left, right, scale);
    size_t result_scale = std::max(left.scale_, scale + right.scale_);
    return subtract(left, multiply(quotient, right, result_scale)).extended(result_scale);
}

Number Number::power(const Number& base, int64_t exponent, size_t scale) {
    if (exponent == 0) return Number(1);
    auto left = exponent < 0 ? 0 - static_cast<uint64_t>(exponent) : static_cast<uint64_t>(exponent);
    Number result(1), square = base;
    size_t result_scale =
        exponent < 0
            ? scale
            : static_cast<size_t>(std::min<uint64_t>(base.scale_ * left, std::max(scale, base.scale_)));
    for (;; square = multiply(square, square, 2 * square.scale_)) {
        if (left & 1) result = multiply(result, square, result.scale_ + square.scale_);
        left >>= 1;
        if (left == 0) break;
    }
    if (exponent < 0) return divide(Number(1), result, scale);
    return result.truncated(result_scale);
}

// Newton's method from above.
Number::Limbs Number::root_limbs(const Limbs& limbs) {
    if (limbs.empty()) return {};
    Limbs guess = power_of_ten(limbs.size() * kLimbDigits / 2 + 1);
    for (;;) {
        Limbs next = add_limbs(guess, divide_limbs(limbs, guess));
        divide_small(next, 2);
        if (compare_limbs(next, guess) >= 0) return guess;
        guess = std::move(next);
    }
}

Number Number::square_root(size_t scale) const {
    Number result;
    result.scale_ = std::max(scale, scale_);
    result.limbs_ = root_limbs(scaled_up(2 * result.scale_));
    return result;
}

int Number::compare(const Number& left, const Number& right) {
    if (left.negative_ != right.negative_) return left.negative_ ? -1 : 1;
    size_t scale = std::max(left.scale_, right.scale_);
    int order = compare_limbs(left.scaled_up(scale), right.scaled_up(scale));
    return left.negative_ ? -order : order;
}

std::optional<int64_t> Number::to_integer() const {
    Limbs whole = scaled_up(0);
    if (whole.size() > 2) return std::nullopt;
    int64_t value = 0;
    for (size_t index = whole.size(); index-- > 0;) value = value * kLimb + whole[index];
    return negative_ ? -value : value;
}

std::string Number::digits() const {
    std::string text;
    char part[16];
    for (size_t index = limbs_.size(); index-- > 0;) {
        snprintf(part, sizeof part, text.empty() ? "%u" : "%09u", limbs_[index]);
        text += part;
    }
    return text;
}

size_t Number::length() const {
    size_t count = digits().size();
    return std::max<size_t>(std::max(count, scale_), 1);
}

std::string Number::text(unsigned base) const {
    if (is_zero()) return "0";
    if (base != 10) return text_in_base(base);
    std::string all = digits();
    if (all.size() < scale_) all.insert(0, scale_ - all.size(), '0');
    if (scale_ > 0) all.insert(all.size() - scale_, ".");
    return negative_ ? "-" + all : all;
}

std::string Number::text_in_base(unsigned base) const {
    char part[16];
    int width = snprintf(part, sizeof part, "%u", base - 1);
    auto digit_text = [&](uint32_t digit, bool blank) {
        if (base <= 16) return std::string(1, "0123456789ABCDEF"[digit]);
        snprintf(part, sizeof part, "%s%0*u", blank ? " " : "", width, digit);
        return std::string(part);
    };
    std::vector<uint32_t> whole_digits;
    Limbs whole = scaled_up(0);
    while (!whole.empty()) whole_digits.push_back(divide_small(whole, base));
    std::string result = negative_ ? "-" : "";
    for (size_t index = whole_digits.size(); index-- > 0;) result += digit_text(whole_digits[index], true);
    if (scale_ == 0) return result;
    result.push_back('.');
    Number rest = *this;
    rest.negative_ = false;
    rest = subtract(rest, rest.truncated(0));
    Number covered(1);
    for (bool blank = false; covered.length() <= scale_; blank = true) {
        rest = multiply(rest, Number(base), scale_);
        auto digit = static_cast<uint32_t>(*rest.to_integer());
        rest = subtract(rest, Number(digit));
        result += digit_text(digit, blank);
        covered = multiply(covered, Number(base), 0);
    }
    return result;
}

} // namespace coreutils::bc
