// memmem, strstr, strcasestr: the two-way algorithm (Crochemore and Perrin 1991), linear in time and constant
// in space on any input, entered only after memchr has found the needle's first byte.
#include <ctype.h>
#include <stdint.h>
#include <string.h>

namespace {

struct Factorization {
    size_t position; // the critical position
    size_t period;
};

template <bool kFold> unsigned char at(const unsigned char *bytes, size_t i) {
    if constexpr (kFold)
        return static_cast<unsigned char>(tolower(bytes[i]));
    else
        return bytes[i];
}

// The maximal suffix under < (or >, if reversed) and its period.
template <bool kFold> Factorization maximal_suffix(const unsigned char *needle, size_t size, bool reversed) {
    size_t suffix = SIZE_MAX, candidate = 0, offset = 1, period = 1;
    while (candidate + offset < size) {
        unsigned char a = at<kFold>(needle, candidate + offset), b = at<kFold>(needle, suffix + offset);
        if (reversed ? b < a : a < b) {
            candidate += offset;
            offset = 1;
            period = candidate - suffix;
        } else if (a == b) {
            if (offset != period) {
                offset++;
            } else {
                candidate += period;
                offset = 1;
            }
        } else {
            suffix = candidate++;
            offset = period = 1;
        }
    }
    return {suffix + 1, period};
}

template <bool kFold> bool equal(const unsigned char *a, const unsigned char *b, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (at<kFold>(a, i) != at<kFold>(b, i))
            return false;
    }
    return true;
}

template <bool kFold>
const unsigned char *two_way(const unsigned char *haystack, size_t haystack_size, const unsigned char *needle,
                             size_t needle_size) {
    Factorization forward = maximal_suffix<kFold>(needle, needle_size, false);
    Factorization backward = maximal_suffix<kFold>(needle, needle_size, true);
    Factorization critical = forward.position > backward.position ? forward : backward;
    size_t memory = 0, remembered = 0, period = critical.period;
    if (equal<kFold>(needle, needle + period, critical.position)) {
        remembered = needle_size - period;
    } else {
        size_t right = needle_size - critical.position;
        period = (critical.position > right ? critical.position : right) + 1;
    }
    for (size_t start = 0; start + needle_size <= haystack_size;) {
        size_t i = critical.position > memory ? critical.position : memory;
        while (i < needle_size && at<kFold>(needle, i) == at<kFold>(haystack, start + i))
            i++;
        if (i < needle_size) {
            start += i - critical.position + 1;
            memory = 0;
            continue;
        }
        i = critical.position;
        while (i > memory && at<kFold>(needle, i - 1) == at<kFold>(haystack, start + i - 1))
            i--;
        if (i <= memory)
            return haystack + start;
        start += period;
        memory = remembered;
    }
    return nullptr;
}

} // namespace

extern "C" {

void *memmem(const void *haystack, size_t haystack_size, const void *needle, size_t needle_size) {
    auto *bytes = static_cast<const unsigned char *>(haystack);
    auto *wanted = static_cast<const unsigned char *>(needle);
    if (needle_size == 0)
        return const_cast<void *>(haystack);
    if (haystack_size < needle_size)
        return nullptr;
    auto *first = static_cast<const unsigned char *>(memchr(bytes, wanted[0], haystack_size - needle_size + 1));
    if (!first || needle_size == 1)
        return const_cast<unsigned char *>(first);
    if (first[1] == wanted[1] && memcmp(first, wanted, needle_size) == 0)
        return const_cast<unsigned char *>(first);
    haystack_size -= static_cast<size_t>(first - bytes);
    return const_cast<unsigned char *>(two_way<false>(first, haystack_size, wanted, needle_size));
}

char *strstr(const char *haystack, const char *needle) noexcept {
    if (!*needle)
        return const_cast<char *>(haystack);
    haystack = strchr(haystack, *needle);
    if (!haystack || !needle[1])
        return const_cast<char *>(haystack);
    return static_cast<char *>(memmem(haystack, strlen(haystack), needle, strlen(needle)));
}

char *strcasestr(const char *haystack, const char *needle) {
    size_t needle_size = strlen(needle);
    if (needle_size == 0)
        return const_cast<char *>(haystack);
    auto *found = two_way<true>(reinterpret_cast<const unsigned char *>(haystack), strlen(haystack),
                                reinterpret_cast<const unsigned char *>(needle), needle_size);
    return reinterpret_cast<char *>(const_cast<unsigned char *>(found));
}
}
