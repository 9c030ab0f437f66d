// Wide strings (C17 7.29.4).
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

extern "C" {

size_t wcslen(const wchar_t *text) {
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}

size_t wcsnlen(const wchar_t *text, size_t limit) {
    size_t length = 0;
    while (length < limit && text[length])
        length++;
    return length;
}

wchar_t *wmemcpy(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count) {
    return static_cast<wchar_t *>(memcpy(to, from, count * sizeof(wchar_t)));
}
wchar_t *wmemmove(wchar_t *to, const wchar_t *from, size_t count) {
    return static_cast<wchar_t *>(memmove(to, from, count * sizeof(wchar_t)));
}
wchar_t *wmemset(wchar_t *to, wchar_t character, size_t count) {
    for (size_t i = 0; i < count; i++)
        to[i] = character;
    return to;
}
wchar_t *wmemchr(const wchar_t *text, wchar_t character, size_t count) {
    for (; count > 0; text++, count--) {
        if (*text == character)
            return const_cast<wchar_t *>(text);
    }
    return nullptr;
}
int wmemcmp(const wchar_t *left, const wchar_t *right, size_t count) {
    for (; count > 0; left++, right++, count--) {
        if (*left != *right)
            return *left < *right ? -1 : 1;
    }
    return 0;
}

wchar_t *wcpcpy(wchar_t *__restrict to, const wchar_t *__restrict from) {
    size_t length = wcslen(from);
    wmemcpy(to, from, length + 1);
    return to + length;
}
wchar_t *wcscpy(wchar_t *__restrict to, const wchar_t *__restrict from) { return wmemcpy(to, from, wcslen(from) + 1); }
wchar_t *wcsncpy(wchar_t *__restrict to, const wchar_t *__restrict from, size_t count) {
    size_t length = wcsnlen(from, count);
    wmemcpy(to, from, length);
    wmemset(to + length, 0, count - length);
    return to;
}
wchar_t *wcscat(wchar_t *__restrict to, const wchar_t *__restrict from) {
    wcscpy(to + wcslen(to), from);
    return to;
}
wchar_t *wcsncat(wchar_t *__restrict to, const wchar_t *__restrict from, size_t limit) {
    wchar_t *end = to + wcslen(to);
    size_t length = wcsnlen(from, limit);
    wmemcpy(end, from, length);
    end[length] = 0;
    return to;
}
int wcsncmp(const wchar_t *left, const wchar_t *right, size_t limit) {
    for (; limit > 0; left++, right++, limit--) {
        if (*left != *right)
            return *left < *right ? -1 : 1;
        if (*left == 0)
            break;
    }
    return 0;
}
int wcscmp(const wchar_t *left, const wchar_t *right) { return wcsncmp(left, right, static_cast<size_t>(-1)); }
int wcscoll(const wchar_t *left, const wchar_t *right) { return wcscmp(left, right); }
size_t wcsxfrm(wchar_t *__restrict to, const wchar_t *__restrict from, size_t size) {
    size_t length = wcslen(from);
    if (size > 0) {
        size_t copied = length < size ? length : size - 1;
        wmemcpy(to, from, copied);
        to[copied] = 0;
    }
    return length;
}
int wcsncasecmp(const wchar_t *left, const wchar_t *right, size_t limit) {
    for (; limit > 0; left++, right++, limit--) {
        wint_t a = towlower(static_cast<wint_t>(*left)), b = towlower(static_cast<wint_t>(*right));
        if (a != b)
            return a < b ? -1 : 1;
        if (a == 0)
            break;
    }
    return 0;
}
int wcscasecmp(const wchar_t *left, const wchar_t *right) {
    return wcsncasecmp(left, right, static_cast<size_t>(-1));
}
wchar_t *wcschr(const wchar_t *text, wchar_t character) { return wmemchr(text, character, wcslen(text) + 1); }
wchar_t *wcsrchr(const wchar_t *text, wchar_t character) {
    for (const wchar_t *at = text + wcslen(text); at >= text; at--) {
        if (*at == character)
            return const_cast<wchar_t *>(at);
    }
    return nullptr;
}
size_t wcsspn(const wchar_t *text, const wchar_t *accepted) {
    size_t length = 0;
    while (text[length] && wcschr(accepted, text[length]))
        length++;
    return length;
}
size_t wcscspn(const wchar_t *text, const wchar_t *rejected) {
    size_t length = 0;
    while (text[length] && !wcschr(rejected, text[length]))
        length++;
    return length;
}
wchar_t *wcspbrk(const wchar_t *text, const wchar_t *wanted) {
    text += wcscspn(text, wanted);
    return *text ? const_cast<wchar_t *>(text) : nullptr;
}
wchar_t *wcstok(wchar_t *__restrict text, const wchar_t *__restrict separators, wchar_t **__restrict position) {
    if (!text)
        text = *position;
    if (!text)
        return nullptr;
    text += wcsspn(text, separators);
    if (!*text) {
        *position = nullptr;
        return nullptr;
    }
    wchar_t *end = text + wcscspn(text, separators);
    *position = *end ? end + 1 : nullptr;
    *end = 0;
    return text;
}
// The two-way search on bytes finds candidates; one that is not aligned to a character is passed over.
wchar_t *wcsstr(const wchar_t *__restrict text, const wchar_t *__restrict wanted) {
    size_t wanted_bytes = wcslen(wanted) * sizeof(wchar_t);
    auto *at = reinterpret_cast<const char *>(text), *end = at + wcslen(text) * sizeof(wchar_t);
    for (;;) {
        auto *hit = static_cast<const char *>(memmem(at, static_cast<size_t>(end - at), wanted, wanted_bytes));
        if (!hit)
            return nullptr;
        auto offset = static_cast<size_t>(hit - reinterpret_cast<const char *>(text));
        if (offset % sizeof(wchar_t) == 0)
            return const_cast<wchar_t *>(text) + offset / sizeof(wchar_t);
        at = hit + 1;
    }
}
wchar_t *wcsdup(const wchar_t *text) {
    size_t count = wcslen(text) + 1;
    auto *copy = static_cast<wchar_t *>(reallocarray(nullptr, count, sizeof(wchar_t)));
    return copy ? wmemcpy(copy, text, count) : nullptr;
}
}
