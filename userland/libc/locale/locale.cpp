// setlocale, newlocale and their relatives (C17 7.11, POSIX.1-2017). One choice covers all categories but is kept
// per category as a name, since programs set and ask for them one by one; LC_CTYPE decides the encoding.
#include "internal/locale.hpp"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

namespace libc {

__locale g_byte_locale = {false, "C"};
__locale g_utf8_locale = {true, "C.UTF-8"};
__locale *g_locale = &g_byte_locale;

namespace {

constexpr int kCategories = 6;
const char* const kVariables[kCategories] = {"LC_CTYPE",   "LC_NUMERIC",  "LC_TIME",
                                             "LC_COLLATE", "LC_MONETARY", "LC_MESSAGES"};
__locale *g_categories[kCategories] = {&g_byte_locale, &g_byte_locale, &g_byte_locale,
                                       &g_byte_locale, &g_byte_locale, &g_byte_locale};
char g_composite[kCategories * 24];

bool names_utf8(const char *name) {
    const char *dot = strchr(name, '.');
    return dot && (strncasecmp(dot + 1, "utf-8", 5) == 0 || strncasecmp(dot + 1, "utf8", 4) == 0);
}

// Null for a locale that does not exist here.
__locale *find(const char *name, const char *variable) {
    if (!*name) {
        name = getenv("LC_ALL");
        if (!name || !*name)
            name = getenv(variable);
        if (!name || !*name)
            name = getenv("LANG");
        if (!name || !*name)
            name = "C";
        if (names_utf8(name)) // whatever language is asked for, its encoding can be had
            return &g_utf8_locale;
        return &g_byte_locale;
    }
    if (strcmp(name, "C") == 0 || strcmp(name, "POSIX") == 0)
        return &g_byte_locale;
    return names_utf8(name) ? &g_utf8_locale : nullptr;
}

char *describe() {
    bool same = true;
    for (__locale *category : g_categories)
        same &= category == g_categories[0];
    if (same)
        return const_cast<char *>(g_categories[0]->name);
    char *end = g_composite;
    for (int i = 0; i < kCategories; i++) {
        end = stpcpy(stpcpy(stpcpy(end, kVariables[i]), "="), g_categories[i]->name);
        *end++ = i + 1 < kCategories ? ';' : 0;
    }
    return g_composite;
}

// "LC_CTYPE=C.UTF-8;LC_NUMERIC=C;..." as describe() writes it.
bool apply_composite(const char *text) {
    __locale *chosen[kCategories];
    for (int i = 0; i < kCategories; i++) {
        size_t length = strlen(kVariables[i]);
        if (strncmp(text, kVariables[i], length) != 0 || text[length] != '=')
            return false;
        text += length + 1;
        size_t size = strcspn(text, ";");
        char name[24];
        if (size >= sizeof name)
            return false;
        memcpy(name, text, size);
        name[size] = 0;
        chosen[i] = find(name, kVariables[i]);
        if (!chosen[i])
            return false;
        text += size + (text[size] == ';');
    }
    memcpy(g_categories, chosen, sizeof chosen);
    return true;
}

} // namespace
} // namespace libc

using namespace libc;

extern "C" {

char *setlocale(int category, const char *name) {
    if (category < 0 || category > LC_ALL)
        return nullptr;
    if (category != LC_ALL) {
        if (name) {
            __locale *chosen = find(name, kVariables[category]);
            if (!chosen)
                return nullptr;
            g_categories[category] = chosen;
        }
        g_locale = g_categories[LC_CTYPE];
        return const_cast<char *>(g_categories[category]->name);
    }
    if (name && strchr(name, ';')) {
        if (!apply_composite(name))
            return nullptr;
    } else if (name) {
        __locale *chosen[kCategories];
        for (int i = 0; i < kCategories; i++) {
            chosen[i] = find(name, kVariables[i]);
            if (!chosen[i])
                return nullptr;
        }
        memcpy(g_categories, chosen, sizeof chosen);
    }
    g_locale = g_categories[LC_CTYPE];
    return describe();
}

locale_t newlocale(int mask, const char *name, locale_t base) {
    if (mask & ~LC_ALL_MASK) {
        errno = EINVAL;
        return nullptr;
    }
    __locale *found = find(name, "LC_CTYPE");
    if (!found) {
        errno = ENOENT;
        return nullptr;
    }
    return mask & LC_CTYPE_MASK || !base ? found : base;
}

locale_t duplocale(locale_t locale) { return locale == LC_GLOBAL_LOCALE ? g_locale : locale; }
void freelocale(locale_t) {}

locale_t uselocale(locale_t locale) {
    ThreadBlock *thread = current_thread();
    locale_t old = thread->locale ? thread->locale : LC_GLOBAL_LOCALE;
    if (locale)
        thread->locale = locale == LC_GLOBAL_LOCALE ? nullptr : locale;
    return old;
}
}
