// Linear search and the doubly linked queue (POSIX.1-2017 lsearch, insque).
#include <search.h>
#include <string.h>

extern "C" {

void *lfind(const void *key, const void *base, size_t *count, size_t size, int (*compare)(const void *, const void *)) {
    auto *at = static_cast<const char *>(base);
    for (size_t i = 0; i < *count; i++, at += size) {
        if (compare(key, at) == 0)
            return const_cast<char *>(at);
    }
    return nullptr;
}

void *lsearch(const void *key, void *base, size_t *count, size_t size, int (*compare)(const void *, const void *)) {
    if (void *found = lfind(key, base, count, size, compare))
        return found;
    return memcpy(static_cast<char *>(base) + size * (*count)++, key, size);
}

void insque(void *element, void *previous) {
    auto *item = static_cast<qelem *>(element), *before = static_cast<qelem *>(previous);
    if (!before) {
        item->q_forw = item->q_back = nullptr;
        return;
    }
    item->q_forw = before->q_forw;
    item->q_back = before;
    if (before->q_forw)
        before->q_forw->q_back = item;
    before->q_forw = item;
}

void remque(void *element) {
    auto *item = static_cast<qelem *>(element);
    if (item->q_forw)
        item->q_forw->q_back = item->q_back;
    if (item->q_back)
        item->q_back->q_forw = item->q_forw;
}
}
