// qsort, qsort_r, bsearch (C17 7.22.5, POSIX.1-2024 qsort_r): introsort. Quicksort on a median of three, insertion
// sort for short runs, heapsort when the recursion is deeper than a sound pivot choice can make it: never
// quadratic, no allocation, stack logarithmic.
#include <stdlib.h>
#include <string.h>

namespace {

typedef int (*Compare)(const void *, const void *, void *);

class Sorter {
public:
    Sorter(size_t size, Compare compare, void *context) : size_(size), compare_(compare), context_(context) {}

    void sort(char *base, size_t count, unsigned depth) {
        while (count > kShortRun) {
            if (depth-- == 0) {
                heapsort(base, count);
                return;
            }
            size_t left = partition(base, count);
            size_t right = count - left - 1;
            char *right_base = base + (left + 1) * size_;
            if (left < right) { // the shorter side by recursion
                sort(base, left, depth);
                base = right_base;
                count = right;
            } else {
                sort(right_base, right, depth);
                count = left;
            }
        }
        insertion_sort(base, count);
    }

private:
    static constexpr size_t kShortRun = 8;

    bool less(const char *a, const char *b) const { return compare_(a, b, context_) < 0; }

    void swap(char *a, char *b) const {
        size_t size = size_;
        for (; size >= 8; a += 8, b += 8, size -= 8) {
            unsigned long x, y;
            memcpy(&x, a, 8);
            memcpy(&y, b, 8);
            memcpy(a, &y, 8);
            memcpy(b, &x, 8);
        }
        for (; size > 0; a++, b++, size--) {
            char c = *a;
            *a = *b;
            *b = c;
        }
    }

    void insertion_sort(char *base, size_t count) const {
        char *end = base + count * size_;
        for (char *item = base + size_; item < end; item += size_) {
            for (char *at = item; at > base && less(at, at - size_); at -= size_)
                swap(at, at - size_);
        }
    }

    // Afterwards the element at the returned index is in its place.
    size_t partition(char *base, size_t count) const {
        char *last = base + (count - 1) * size_, *middle = base + count / 2 * size_;
        if (less(middle, base))
            swap(middle, base);
        if (less(last, middle)) {
            swap(last, middle);
            if (less(middle, base))
                swap(middle, base);
        }
        swap(middle, base); // the median is the pivot, at the front
        char *low = base, *high = last + size_;
        for (;;) {
            do
                low += size_;
            while (low <= last && less(low, base));
            do
                high -= size_;
            while (high > base && less(base, high));
            if (low >= high)
                break;
            swap(low, high);
        }
        swap(base, high);
        return static_cast<size_t>(high - base) / size_;
    }

    void sift(char *base, size_t root, size_t count) const {
        for (size_t child; (child = 2 * root + 1) < count; root = child) {
            if (child + 1 < count && less(base + child * size_, base + (child + 1) * size_))
                child++;
            if (!less(base + root * size_, base + child * size_))
                return;
            swap(base + root * size_, base + child * size_);
        }
    }

    void heapsort(char *base, size_t count) const {
        for (size_t root = count / 2; root-- > 0;)
            sift(base, root, count);
        while (count-- > 1) {
            swap(base, base + count * size_);
            sift(base, 0, count);
        }
    }

    size_t size_;
    Compare compare_;
    void *context_;
};

int call_without_context(const void *a, const void *b, void *compare) {
    return reinterpret_cast<int (*)(const void *, const void *)>(compare)(a, b);
}

} // namespace

extern "C" {

void qsort_r(void *base, size_t count, size_t size, Compare compare, void *context) {
    if (count < 2 || size == 0)
        return;
    unsigned depth = 2 * (64 - static_cast<unsigned>(__builtin_clzl(count)));
    Sorter(size, compare, context).sort(static_cast<char *>(base), count, depth);
}

void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *)) {
    qsort_r(base, count, size, call_without_context, reinterpret_cast<void *>(compare));
}

void *bsearch(const void *key, const void *base, size_t count, size_t size,
              int (*compare)(const void *, const void *)) {
    auto *low = static_cast<const char *>(base);
    while (count > 0) {
        const char *middle = low + count / 2 * size;
        int order = compare(key, middle);
        if (order == 0)
            return const_cast<char *>(middle);
        if (order > 0) {
            low = middle + size;
            count -= count / 2 + 1;
        } else {
            count /= 2;
        }
    }
    return nullptr;
}
}
