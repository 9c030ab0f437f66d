// Natural numbers of up to 57,000 bits, as much arithmetic as the conversion of decimal fractions needs. The
// longest are the 11,520 digits kept of a number and 10^16,500, the power that divides the smallest ones.
#pragma once

#include <stdint.h>
#include <string.h>

namespace libc {

class BigNatural {
public:
    explicit BigNatural(uint32_t value = 0) : count_(value ? 1 : 0) { limbs_[0] = value; }

    // this * factor + addend
    void multiply_add(uint32_t factor, uint32_t addend) {
        uint64_t carry = addend;
        for (int i = 0; i < count_; i++) {
            carry += uint64_t{limbs_[i]} * factor;
            limbs_[i] = static_cast<uint32_t>(carry);
            carry >>= 32;
        }
        if (carry)
            limbs_[count_++] = static_cast<uint32_t>(carry);
    }

    void multiply_power_of_ten(int power) {
        for (; power >= 9; power -= 9)
            multiply_add(1000000000, 0);
        uint32_t rest = 1;
        while (power-- > 0)
            rest *= 10;
        multiply_add(rest, 0);
    }

    void shift_left(int bits) {
        if (count_ == 0)
            return;
        int limbs = bits / 32, rest = bits % 32;
        memmove(limbs_ + limbs, limbs_, static_cast<size_t>(count_) * 4);
        memset(limbs_, 0, static_cast<size_t>(limbs) * 4);
        count_ += limbs;
        if (rest) {
            uint32_t carry = 0;
            for (int i = limbs; i < count_; i++) {
                uint32_t limb = limbs_[i];
                limbs_[i] = (limb << rest) | carry;
                carry = limb >> (32 - rest);
            }
            if (carry)
                limbs_[count_++] = carry;
        }
    }

    int bit_length() const {
        return count_ == 0 ? 0 : count_ * 32 - __builtin_clz(limbs_[count_ - 1]);
    }

    // Bits [position, position + 64); positions below zero are zero bits.
    uint64_t bits_at(int position) const {
        uint64_t result = 0;
        for (int i = 0; i < 64; i++) {
            int bit = position + i;
            if (bit >= 0 && bit < count_ * 32 && (limbs_[bit / 32] >> (bit % 32)) & 1)
                result |= uint64_t{1} << i;
        }
        return result;
    }

    bool any_below(int position) const {
        for (int i = 0; i < position / 32 && i < count_; i++) {
            if (limbs_[i])
                return true;
        }
        return position > 0 && position / 32 < count_ && (limbs_[position / 32] & ((1u << (position % 32)) - 1));
    }

    // Replaces this by the remainder of the division and returns the quotient's low 96 bits in three limbs, the
    // lowest first; the quotient must fit. Knuth, TAOCP 2, 4.3.1, algorithm D; the divisor's top bit is set.
    void divide(const BigNatural &divisor, uint32_t (&quotient)[3]) {
        int n = divisor.count_;
        while (count_ < n + 3)
            limbs_[count_++] = 0;
        limbs_[count_] = 0;
        for (int j = 2; j >= 0; j--) {
            uint64_t top = (uint64_t{limbs_[j + n]} << 32) | limbs_[j + n - 1];
            uint64_t estimate = top / divisor.limbs_[n - 1], rest = top % divisor.limbs_[n - 1];
            uint32_t second = n >= 2 ? divisor.limbs_[n - 2] : 0, third = j + n >= 2 ? limbs_[j + n - 2] : 0;
            while (estimate >> 32 || estimate * second > ((rest << 32) | third)) {
                estimate--;
                rest += divisor.limbs_[n - 1];
                if (rest >> 32)
                    break;
            }
            if (!subtract_product(divisor, static_cast<uint32_t>(estimate), j)) {
                estimate--;
                add_back(divisor, j);
            }
            quotient[j] = static_cast<uint32_t>(estimate);
        }
        while (count_ > 0 && limbs_[count_ - 1] == 0)
            count_--;
    }

    bool is_zero() const { return count_ == 0; }

private:
    static constexpr int kLimbs = 3600;

    bool subtract_product(const BigNatural &divisor, uint32_t factor, int at) {
        int64_t borrow = 0;
        uint64_t carry = 0;
        for (int i = 0; i <= divisor.count_; i++) {
            carry += uint64_t{factor} * (i < divisor.count_ ? divisor.limbs_[i] : 0);
            int64_t difference = int64_t{limbs_[at + i]} - static_cast<int64_t>(carry & 0xffffffff) + borrow;
            limbs_[at + i] = static_cast<uint32_t>(difference);
            borrow = difference >> 32;
            carry >>= 32;
        }
        return borrow == 0;
    }

    void add_back(const BigNatural &divisor, int at) {
        uint64_t carry = 0;
        for (int i = 0; i <= divisor.count_; i++) {
            carry += uint64_t{limbs_[at + i]} + (i < divisor.count_ ? divisor.limbs_[i] : 0);
            limbs_[at + i] = static_cast<uint32_t>(carry);
            carry >>= 32;
        }
    }

    int count_;
    uint32_t limbs_[kLimbs];
};

} // namespace libc
