// factor: prime factors of numbers below 2^64 (GNU). Small factors by division; larger ones by Pollard's rho,
// with Miller and Rabin's test, which the first twelve primes as bases make exact in this range.
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'h', "exponents", nullptr, "print repeated factors in form p^e unless e is 1"},
};

uint64_t multiply(uint64_t left, uint64_t right, uint64_t modulus) {
    uint64_t high, low, quotient, remainder;
    __asm__("mulq %3" : "=a"(low), "=d"(high) : "a"(left), "r"(right) : "cc");
    __asm__("divq %4" : "=a"(quotient), "=d"(remainder) : "a"(low), "d"(high % modulus), "r"(modulus) : "cc");
    return remainder;
}

uint64_t power(uint64_t base, uint64_t exponent, uint64_t modulus) {
    uint64_t result = 1;
    for (base %= modulus; exponent > 0; exponent >>= 1) {
        if (exponent & 1) result = multiply(result, base, modulus);
        base = multiply(base, base, modulus);
    }
    return result;
}

bool is_prime(uint64_t number) {
    constexpr uint64_t kBases[] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
    if (number < 2) return false;
    for (uint64_t base : kBases)
        if (number % base == 0) return number == base;
    int shift = __builtin_ctzll(number - 1);
    for (uint64_t base : kBases) {
        uint64_t value = power(base, (number - 1) >> shift, number);
        if (value == 1 || value == number - 1) continue;
        bool witness = true;
        for (int step = 1; step < shift && witness; ++step) {
            value = multiply(value, value, number);
            if (value == number - 1) witness = false;
        }
        if (witness) return false;
    }
    return true;
}

uint64_t find_factor(uint64_t number) {
    for (uint64_t constant = 1;; ++constant) {
        auto step = [&](uint64_t value) {
            uint64_t square = multiply(value, value, number);
            return square >= number - constant ? square - (number - constant) : square + constant;
        };
        uint64_t slow = 2, fast = 2, divisor = 1;
        while (divisor == 1) {
            slow = step(slow);
            fast = step(step(fast));
            divisor = std::gcd(slow > fast ? slow - fast : fast - slow, number);
        }
        if (divisor != number) return divisor;
    }
}

void split(uint64_t number, std::vector<uint64_t>& factors) {
    if (number == 1) return;
    if (is_prime(number)) {
        factors.push_back(number);
        return;
    }
    uint64_t factor = find_factor(number);
    split(factor, factors);
    split(number / factor, factors);
}

void print_factors(uint64_t number, bool exponents) {
    std::vector<uint64_t> factors;
    uint64_t rest = number;
    for (uint64_t small = 2; small < 1000 && small * small <= rest; small += small == 2 ? 1 : 2)
        for (; rest % small == 0; rest /= small) factors.push_back(small);
    if (rest > 1) split(rest, factors);
    std::sort(factors.begin(), factors.end());
    out.print("%llu:", static_cast<unsigned long long>(number));
    for (size_t index = 0; index < factors.size();) {
        size_t next = index + 1;
        while (exponents && next < factors.size() && factors[next] == factors[index]) ++next;
        out.print(" %llu", static_cast<unsigned long long>(factors[index]));
        if (next - index > 1) out.print("^%zu", next - index);
        index = next;
    }
    out.put('\n');
}

bool factor_word(std::string_view word, bool exponents) {
    auto number = parse_unsigned(word.starts_with('+') ? word.substr(1) : word);
    if (!number) {
        warn("'%s' is not a valid positive integer", std::string(word).c_str());
        return false;
    }
    if (*number == 0)
        out.write("0:\n");
    else
        print_factors(*number, exponents);
    return true;
}

int run(Arguments& arguments) {
    bool exponents = false;
    while (arguments.next_option()) exponents = true;
    bool good = true;
    if (!arguments.operands().empty()) {
        for (const char* word : arguments.operands()) good = factor_word(word, exponents) && good;
        return good ? 0 : 1;
    }
    int status = for_each_input({}, [&](Input& input, const char*) {
        while (auto line = input.next_line()) {
            std::string_view rest = *line;
            for (size_t begin; (begin = rest.find_first_not_of(" \t")) != std::string_view::npos;) {
                rest.remove_prefix(begin);
                std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
                good = factor_word(word, exponents) && good;
                rest.remove_prefix(word.size());
            }
        }
    });
    return good ? status : 1;
}

constexpr Tool kTool = {
    .name = "factor",
    .synopsis = "[OPTION] [NUMBER]...",
    .summary = "Print the prime factors of each NUMBER.",
    .options = kOptions,
    .run = run,
};
MARTLET_REGISTER_TOOL(kTool);

} // namespace
} // namespace coreutils
