// hsearch and its reentrant forms (POSIX.1-2017, hsearch_r(3)): open addressing that grows by doubling.
#include <errno.h>
#include <search.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct __hash_table {
    ENTRY *entries;
    size_t mask, used;
};

namespace {

size_t hash(const char *key) {
    size_t value = 14695981039346656037ul;
    for (; *key; key++)
        value = (value ^ static_cast<unsigned char>(*key)) * 1099511628211ul;
    return value ^ value >> 32;
}

ENTRY *find(const __hash_table &table, const char *key) {
    for (size_t i = hash(key);; i++) {
        ENTRY *entry = &table.entries[i & table.mask];
        if (!entry->key || strcmp(entry->key, key) == 0)
            return entry;
    }
}

bool resize(__hash_table &table, size_t wanted) {
    size_t size = 8;
    while (size < wanted && size < SIZE_MAX / 4 / sizeof(ENTRY))
        size *= 2;
    ENTRY *old = table.entries, *end = old ? old + table.mask + 1 : old;
    auto *entries = static_cast<ENTRY *>(calloc(size, sizeof(ENTRY)));
    if (!entries)
        return false;
    table.entries = entries;
    table.mask = size - 1;
    for (ENTRY *entry = old; entry < end; entry++) {
        if (entry->key)
            *find(table, entry->key) = *entry;
    }
    free(old);
    return true;
}

hsearch_data g_table;

} // namespace

extern "C" {

int hcreate_r(size_t count, hsearch_data *data) {
    data->__table = static_cast<__hash_table *>(calloc(1, sizeof(__hash_table)));
    if (!data->__table)
        return 0;
    if (resize(*data->__table, count + count / 2))
        return 1;
    free(data->__table);
    data->__table = nullptr;
    return 0;
}

void hdestroy_r(hsearch_data *data) {
    if (data->__table)
        free(data->__table->entries);
    free(data->__table);
    data->__table = nullptr;
}

int hsearch_r(ENTRY item, ACTION action, ENTRY **result, hsearch_data *data) {
    __hash_table &table = *data->__table;
    ENTRY *entry = find(table, item.key);
    if (!entry->key) {
        if (action == FIND) {
            *result = nullptr;
            errno = ESRCH;
            return 0;
        }
        if (++table.used > table.mask - table.mask / 4) {
            if (!resize(table, 2 * (table.mask + 1))) {
                table.used--;
                *result = nullptr;
                errno = ENOMEM;
                return 0;
            }
            entry = find(table, item.key);
        }
        *entry = item;
    }
    *result = entry;
    return 1;
}

int hcreate(size_t count) { return hcreate_r(count, &g_table); }
void hdestroy() { hdestroy_r(&g_table); }

ENTRY *hsearch(ENTRY item, ACTION action) {
    ENTRY *result;
    hsearch_r(item, action, &result, &g_table);
    return result;
}
}
