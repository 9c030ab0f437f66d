#include "lib/order.h"

#include <algorithm>

namespace coreutils {
namespace {

constexpr size_t kInsertionRun = 8;

void insertion_sort(void** items, size_t count, GoesBefore before, const void* context) {
    for (size_t i = 1; i < count; ++i) {
        void* item = items[i];
        size_t at = i;
        for (; at > 0 && before(item, items[at - 1], context); --at) items[at] = items[at - 1];
        items[at] = item;
    }
}

// Merges from[0, middle) and from[middle, count) into `to`.
void merge(void* const* from, size_t middle, size_t count, void** to, GoesBefore before,
           const void* context) {
    size_t left = 0, right = middle;
    while (left < middle && right < count)
        *to++ = before(from[right], from[left], context) ? from[right++] : from[left++];
    to = std::copy(from + left, from + middle, to);
    std::copy(from + right, from + count, to);
}

} // namespace

void sort_pointers(std::vector<void*>& items, GoesBefore before, const void* context) {
    size_t count = items.size();
    for (size_t at = 0; at < count; at += kInsertionRun)
        insertion_sort(&items[at], std::min(kInsertionRun, count - at), before, context);
    std::vector<void*> merged(count);
    for (size_t width = kInsertionRun; width < count; width *= 2) {
        for (size_t at = 0; at < count; at += 2 * width)
            merge(&items[at], std::min(width, count - at), std::min(2 * width, count - at), &merged[at],
                  before, context);
        items.swap(merged);
    }
}

} // namespace coreutils
