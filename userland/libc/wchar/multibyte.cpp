// Conversion between multibyte (UTF-8 in C.UTF-8, single bytes in C) and wide characters (C17 7.29.6, 7.22.7,
// 7.28). In the C locale a byte above 127 becomes U+DF80..U+DFFF and back, so that no byte is an error and none
// is mistaken for a character (as in other libraries).
#include "internal/locale.hpp"
#include "wchar/utf8.hpp"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uchar.h>
#include <wchar.h>

using namespace libc;

namespace {

constexpr size_t kInvalid = static_cast<size_t>(-1), kIncomplete = static_cast<size_t>(-2);
constexpr unsigned kRawByteBase = 0xdf00; // + byte

mbstate_t g_mbrtowc_state, g_mbrlen_state, g_mbsrtowcs_state, g_mbrtoc16_state, g_c16rtomb_state;

size_t illegal_sequence() {
    errno = EILSEQ;
    return kInvalid;
}

size_t take_byte(wchar_t *result, unsigned char byte) {
    if (result)
        *result = static_cast<wchar_t>(byte < 0x80 ? byte : kRawByteBase + byte);
    return byte != 0;
}

} // namespace

extern "C" {

size_t __mb_cur_max() { return is_utf8_locale() ? 4 : 1; }
int mbsinit(const mbstate_t *state) { return !state || state->__remaining == 0; }

// A partial character is kept as its bytes so far: __partial holds them, __remaining counts them.
size_t mbrtowc(wchar_t *__restrict result, const char *__restrict bytes, size_t size, mbstate_t *__restrict state) {
    if (!state)
        state = &g_mbrtowc_state;
    if (!bytes) {
        bytes = "";
        size = 1;
        result = nullptr;
    }
    if (size == 0)
        return kIncomplete;
    auto *at = reinterpret_cast<const unsigned char *>(bytes);
    if (state->__remaining == 0) {
        if (*at < 0x80 || !is_utf8_locale())
            return take_byte(result, *at);
        auto [code_point, length] = utf8_decode(at, size);
        if (length == kUtf8Invalid)
            return illegal_sequence();
        if (length > 0) {
            if (result)
                *result = static_cast<wchar_t>(code_point);
            return static_cast<size_t>(length);
        }
        memcpy(&state->__partial, at, size);
        state->__remaining = static_cast<unsigned>(size);
        return kIncomplete;
    }
    unsigned char joined[4];
    unsigned kept = state->__remaining;
    memcpy(joined, &state->__partial, kept);
    size_t added = size < 4 - kept ? size : 4 - kept;
    memcpy(joined + kept, at, added);
    auto [code_point, length] = utf8_decode(joined, kept + added);
    if (length == kUtf8Invalid) {
        *state = {};
        return illegal_sequence();
    }
    if (length == kUtf8Incomplete) {
        memcpy(&state->__partial, joined, kept + added);
        state->__remaining = static_cast<unsigned>(kept + added);
        return kIncomplete;
    }
    *state = {};
    if (result)
        *result = static_cast<wchar_t>(code_point);
    return static_cast<size_t>(length) - kept;
}

size_t mbrlen(const char *__restrict bytes, size_t size, mbstate_t *__restrict state) {
    return mbrtowc(nullptr, bytes, size, state ? state : &g_mbrlen_state);
}

size_t wcrtomb(char *__restrict bytes, wchar_t character, mbstate_t *__restrict) {
    if (!bytes)
        return 1;
    auto value = static_cast<unsigned>(character);
    if (!is_utf8_locale()) {
        if (value < 0x80)
            *bytes = static_cast<char>(value);
        else if (value >= kRawByteBase + 0x80 && value <= kRawByteBase + 0xff)
            *bytes = static_cast<char>(value - kRawByteBase);
        else
            return illegal_sequence();
        return 1;
    }
    int length = utf8_encode(value, bytes);
    return length == 0 ? illegal_sequence() : static_cast<size_t>(length);
}

size_t mbsnrtowcs(wchar_t *__restrict result, const char **__restrict source, size_t bytes, size_t limit,
                  mbstate_t *__restrict state) {
    if (!state)
        state = &g_mbsrtowcs_state;
    const char *at = *source;
    size_t count = 0;
    while ((!result || count < limit) && bytes > 0) {
        wchar_t character;
        size_t length = mbrtowc(&character, at, bytes, state);
        if (length == kInvalid) {
            if (result)
                *source = at;
            return kInvalid;
        }
        if (length == kIncomplete) {
            at += bytes;
            break;
        }
        if (result)
            result[count] = character;
        if (length == 0) {
            if (result)
                *source = nullptr;
            return count;
        }
        at += length;
        bytes -= length;
        count++;
    }
    if (result)
        *source = at;
    return count;
}

size_t mbsrtowcs(wchar_t* __restrict result, const char** __restrict source, size_t limit,
                 mbstate_t* __restrict state) {
    return mbsnrtowcs(result, source, SIZE_MAX, limit, state);
}

size_t wcsnrtombs(char *__restrict result, const wchar_t **__restrict source, size_t characters, size_t limit,
                  mbstate_t *__restrict) {
    size_t total = 0;
    const wchar_t *at = *source;
    for (; characters > 0; at++, characters--) {
        char bytes[MB_LEN_MAX];
        size_t length = wcrtomb(bytes, *at, nullptr);
        if (length == kInvalid) {
            if (result)
                *source = at;
            return kInvalid;
        }
        if (result) {
            if (total + length > limit)
                break;
            memcpy(result + total, bytes, length);
        }
        if (*at == 0) {
            if (result)
                *source = nullptr;
            return total;
        }
        total += length;
    }
    if (result)
        *source = at;
    return total;
}

size_t wcsrtombs(char* __restrict result, const wchar_t** __restrict source, size_t limit,
                 mbstate_t* __restrict state) {
    return wcsnrtombs(result, source, SIZE_MAX, limit, state);
}

int mbtowc(wchar_t *__restrict result, const char *__restrict bytes, size_t size) {
    if (!bytes)
        return 0; // no state
    mbstate_t state = {};
    size_t length = mbrtowc(result, bytes, size, &state);
    if (length == kIncomplete)
        length = illegal_sequence();
    return static_cast<int>(length);
}

int mblen(const char *bytes, size_t size) { return mbtowc(nullptr, bytes, size); }
int wctomb(char *bytes, wchar_t character) { return bytes ? static_cast<int>(wcrtomb(bytes, character, nullptr)) : 0; }

size_t mbstowcs(wchar_t *__restrict result, const char *__restrict source, size_t limit) {
    mbstate_t state = {};
    const char *at = source;
    return mbsrtowcs(result, &at, limit, &state);
}

size_t wcstombs(char *__restrict result, const wchar_t *__restrict source, size_t limit) {
    const wchar_t *at = source;
    return wcsrtombs(result, &at, limit, nullptr);
}

wint_t btowc(int byte) {
    if (byte == EOF)
        return WEOF;
    auto value = static_cast<unsigned char>(byte);
    if (value < 0x80)
        return value;
    return is_utf8_locale() ? WEOF : kRawByteBase + value;
}

int wctob(wint_t character) {
    if (character < 0x80)
        return static_cast<int>(character);
    if (!is_utf8_locale() && character >= kRawByteBase + 0x80 && character <= kRawByteBase + 0xff)
        return static_cast<int>(character - kRawByteBase);
    return EOF;
}

size_t mbrtoc32(char32_t *__restrict result, const char *__restrict bytes, size_t size, mbstate_t *__restrict state) {
    wchar_t character;
    size_t length = mbrtowc(&character, bytes, size, state ? state : &g_mbrtoc16_state);
    if (length <= 4 && bytes && result)
        *result = static_cast<char32_t>(character);
    return length;
}

size_t c32rtomb(char *__restrict bytes, char32_t character, mbstate_t *__restrict state) {
    return wcrtomb(bytes, static_cast<wchar_t>(character), state);
}

// The second half of a pair waits in __partial, marked by a __remaining that no partial character has.
size_t mbrtoc16(char16_t *__restrict result, const char *__restrict bytes, size_t size, mbstate_t *__restrict state) {
    constexpr unsigned kPendingHalf = 100;
    if (!state)
        state = &g_mbrtoc16_state;
    if (state->__remaining == kPendingHalf) {
        if (result)
            *result = static_cast<char16_t>(state->__partial);
        *state = {};
        return static_cast<size_t>(-3);
    }
    wchar_t character;
    size_t length = mbrtowc(&character, bytes, size, state);
    if (length > 4 || !bytes)
        return length;
    auto value = static_cast<unsigned>(character);
    if (value >= 0x10000) {
        *state = {0xdc00 + (value & 0x3ff), kPendingHalf};
        value = 0xd7c0 + (value >> 10);
    }
    if (result)
        *result = static_cast<char16_t>(value);
    return length;
}

size_t c16rtomb(char *__restrict bytes, char16_t unit, mbstate_t *__restrict state) {
    if (!state)
        state = &g_c16rtomb_state;
    if (!bytes) {
        *state = {};
        return 1;
    }
    if (state->__partial == 0 && unit >= 0xd800 && unit < 0xdc00) {
        state->__partial = unit;
        return 0;
    }
    unsigned value = unit;
    if (state->__partial) {
        if (unit < 0xdc00 || unit >= 0xe000) {
            *state = {};
            return illegal_sequence();
        }
        value = 0x10000 + ((state->__partial & 0x3ff) << 10) + (unit & 0x3ffu);
        *state = {};
    }
    return wcrtomb(bytes, static_cast<wchar_t>(value), nullptr);
}
}
