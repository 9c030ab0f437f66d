// The bucket counts of unordered containers: the next prime, by trial division over a wheel of 30. Called once
// per rehash, whose cost is linear anyway.
#include <__hash_table>

namespace std {
inline namespace __1 {

size_t __next_prime(size_t count) {
    if (count <= 2)
        return count < 2 ? 0 : 2;
    static constexpr unsigned char kWheel[] = {4, 2, 4, 2, 4, 6, 2, 6};
    for (size_t candidate = count | 1;; candidate += 2) {
        bool prime = true;
        for (size_t divisor : {3ul, 5ul}) {
            if (candidate % divisor == 0 && candidate != divisor)
                prime = false;
        }
        size_t divisor = 7;
        for (unsigned step = 0; prime && divisor * divisor <= candidate; divisor += kWheel[step++ % 8])
            prime = candidate % divisor != 0;
        if (prime)
            return candidate;
    }
}

} // namespace __1
} // namespace std
