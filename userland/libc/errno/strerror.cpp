// strerror and its relatives (C17 7.24.6.2, POSIX.1-2017). The table costs offsets, not pointers: a static-PIE
// then needs no relocation for it.
#include <errno.h>
#include <stdio.h>
#include <string.h>

namespace {

struct Texts {
#define ERROR(name, text) char name##_text[sizeof text];
#include "errno/errors.inc"
#undef ERROR
};

constexpr Texts kTexts = {
#define ERROR(name, text) text,
#include "errno/errors.inc"
#undef ERROR
};

struct Names {
#define ERROR(name, text) char name##_name[sizeof #name];
#include "errno/errors.inc"
#undef ERROR
};

constexpr Names kNames = {
#define ERROR(name, text) #name,
#include "errno/errors.inc"
#undef ERROR
};

struct Row {
    unsigned short text, name;
};

constexpr int kLastError = 133;

struct Table {
    Row rows[kLastError + 1] = {};
    constexpr Table() {
#define ERROR(id, message)                                                                                   \
    rows[id] = {static_cast<unsigned short>(__builtin_offsetof(Texts, id##_text) + 1),                       \
                static_cast<unsigned short>(__builtin_offsetof(Names, id##_name) + 1)};
#include "errno/errors.inc"
#undef ERROR
    }
};

constexpr Table kTable;

char g_unknown[40];

} // namespace

extern "C" {

const char *strerrordesc_np(int number) {
    if (number == 0)
        return "Success";
    if (number < 0 || number > kLastError || kTable.rows[number].text == 0)
        return nullptr;
    return reinterpret_cast<const char *>(&kTexts) + kTable.rows[number].text - 1;
}

const char *strerrorname_np(int number) {
    if (number == 0)
        return "0";
    if (number < 0 || number > kLastError || kTable.rows[number].name == 0)
        return nullptr;
    return reinterpret_cast<const char *>(&kNames) + kTable.rows[number].name - 1;
}

char *strerror(int number) {
    if (const char *text = strerrordesc_np(number))
        return const_cast<char *>(text);
    char digits[12], *digit = digits + sizeof digits;
    unsigned magnitude = number < 0 ? 0u - static_cast<unsigned>(number) : static_cast<unsigned>(number);
    *--digit = 0;
    do
        *--digit = static_cast<char>('0' + magnitude % 10);
    while (magnitude /= 10);
    if (number < 0)
        *--digit = '-';
    strcpy(stpcpy(g_unknown, "Unknown error "), digit);
    errno = EINVAL;
    return g_unknown;
}

char *strerror_l(int number, locale_t) { return strerror(number); }

int strerror_r(int number, char *buffer, size_t size) {
    int saved = errno;
    const char *text = strerrordesc_np(number);
    int result = text ? 0 : EINVAL;
    if (!text)
        text = strerror(number);
    errno = saved;
    if (strlcpy(buffer, text, size) >= size)
        return ERANGE;
    return result;
}
}
