// Stable sorting for the tools whose time it is not: one body for all types, where std::sort is compiled anew
// for each.
#pragma once

#include <functional>
#include <vector>

namespace coreutils {

// Whether what `left` points at goes before what `right` points at.
using GoesBefore = bool (*)(const void* left, const void* right, const void* context);

// A merge sort of pointers.
void sort_pointers(std::vector<void*>& items, GoesBefore before, const void* context);

// The items from `first` on, as std::stable_sort orders them.
template <class T, class Less = std::less<>>
void sort_items(std::vector<T>& items, const Less& less = {}, size_t first = 0) {
    std::vector<void*> order;
    order.reserve(items.size() - first);
    for (size_t i = first; i < items.size(); ++i) order.push_back(&items[i]);
    sort_pointers(
        order,
        [](const void* left, const void* right, const void* context) {
            return (*static_cast<const Less*>(context))(*static_cast<const T*>(left),
                                                        *static_cast<const T*>(right));
        },
        &less);
    std::vector<T> sorted;
    sorted.reserve(items.size());
    for (size_t i = 0; i < first; ++i) sorted.push_back(std::move(items[i]));
    for (void* item : order) sorted.push_back(std::move(*static_cast<T*>(item)));
    items = std::move(sorted);
}

} // namespace coreutils
