// Password hashes: crypt(3) with the methods $5$ (SHA-256) and $6$ (SHA-512) of "Unix crypt using SHA-256 and
// SHA-512" by U. Drepper, "$5$[rounds=N$]salt". Other settings are refused with EINVAL and "*0" (or "*1" for
// the setting "*0"), which no stored hash can equal.
#include "crypt/sha2.hpp"

#include <crypt.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace {

constexpr size_t kMaximumSaltBytes = 16, kMaximumKeyBytes = 512;
constexpr unsigned long kDefaultRounds = 5000, kLeastRounds = 1000, kMostRounds = 999999999;
constexpr char kDigits[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// Which three bytes of the digest make four digits together; 255 stands for a zero.
constexpr uint8_t kOrder256[][3] = {{0, 10, 20},  {21, 1, 11},  {12, 22, 2},  {3, 13, 23},  {24, 4, 14},  {15, 25, 5},
                                    {6, 16, 26},  {27, 7, 17},  {18, 28, 8},  {9, 19, 29},  {255, 31, 30}};
constexpr uint8_t kOrder512[][3] = {
    {0, 21, 42},  {22, 43, 1},  {44, 2, 23},  {3, 24, 45},  {25, 46, 4},  {47, 5, 26},  {6, 27, 48},  {28, 49, 7},
    {50, 8, 29},  {9, 30, 51},  {31, 52, 10}, {53, 11, 32}, {12, 33, 54}, {34, 55, 13}, {56, 14, 35}, {15, 36, 57},
    {37, 58, 16}, {59, 17, 38}, {18, 39, 60}, {40, 61, 19}, {62, 20, 41}, {255, 255, 63}};

struct Setting {
    const char *salt;
    size_t salt_bytes;
    unsigned long rounds = kDefaultRounds;
    bool rounds_given = false;
};

bool parse_setting(const char *text, Setting &setting) {
    constexpr char kRounds[] = "rounds=";
    if (strncmp(text, kRounds, sizeof kRounds - 1) == 0) {
        text += sizeof kRounds - 1;
        char *end;
        if (*text < '1' || *text > '9')
            return false;
        errno = 0;
        unsigned long rounds = strtoul(text, &end, 10);
        if (*end != '$' || errno == ERANGE || rounds < kLeastRounds || rounds > kMostRounds)
            return false;
        setting.rounds = rounds;
        setting.rounds_given = true;
        text = end + 1;
    }
    setting.salt = text;
    setting.salt_bytes = strcspn(text, "$");
    if (setting.salt_bytes > kMaximumSaltBytes)
        setting.salt_bytes = kMaximumSaltBytes;
    return true;
}

// A setting is printable and without what has a meaning in /etc/shadow.
bool has_bad_character(const char *setting) {
    for (; *setting; setting++)
        if (*setting <= ' ' || *setting == 0x7f || strchr("!*:;\\", *setting))
            return true;
    return false;
}

// `bytes` bytes of the digest, repeated.
template <typename Hash> void add_repeated(Hash &hash, const uint8_t *digest, size_t bytes) {
    for (; bytes > Hash::kDigestBytes; bytes -= Hash::kDigestBytes)
        hash.add(digest, Hash::kDigestBytes);
    hash.add(digest, bytes);
}

template <typename Hash> void fill_repeated(uint8_t *to, const uint8_t *digest, size_t bytes) {
    for (; bytes > Hash::kDigestBytes; bytes -= Hash::kDigestBytes, to += Hash::kDigestBytes)
        memcpy(to, digest, Hash::kDigestBytes);
    memcpy(to, digest, bytes);
}

// Steps 1 to 21 of the specification.
template <typename Hash>
void hash_password(const char* key, size_t key_bytes, const Setting& setting, uint8_t* digest) {
    Hash other;
    other.add(key, key_bytes);
    other.add(setting.salt, setting.salt_bytes);
    other.add(key, key_bytes);
    other.finish(digest);

    Hash first;
    first.add(key, key_bytes);
    first.add(setting.salt, setting.salt_bytes);
    add_repeated(first, digest, key_bytes);
    for (size_t bits = key_bytes; bits > 0; bits >>= 1) {
        if (bits & 1)
            first.add(digest, Hash::kDigestBytes);
        else
            first.add(key, key_bytes);
    }
    first.finish(digest);

    uint8_t derived[Hash::kDigestBytes], key_sequence[kMaximumKeyBytes], salt_sequence[kMaximumSaltBytes];
    Hash keys;
    for (size_t i = 0; i < key_bytes; i++)
        keys.add(key, key_bytes);
    keys.finish(derived);
    fill_repeated<Hash>(key_sequence, derived, key_bytes);
    Hash salts;
    for (int i = 0; i < 16 + digest[0]; i++)
        salts.add(setting.salt, setting.salt_bytes);
    salts.finish(derived);
    fill_repeated<Hash>(salt_sequence, derived, setting.salt_bytes);

    for (unsigned long round = 0; round < setting.rounds; round++) {
        Hash next;
        if (round & 1)
            next.add(key_sequence, key_bytes);
        else
            next.add(digest, Hash::kDigestBytes);
        if (round % 3)
            next.add(salt_sequence, setting.salt_bytes);
        if (round % 7)
            next.add(key_sequence, key_bytes);
        if (round & 1)
            next.add(digest, Hash::kDigestBytes);
        else
            next.add(key_sequence, key_bytes);
        next.finish(digest);
    }
    explicit_bzero(key_sequence, sizeof key_sequence);
    explicit_bzero(derived, sizeof derived);
}

template <typename Hash, size_t kGroups>
bool make_hash(const char *key, const char *text, const char *prefix, const uint8_t (&order)[kGroups][3], char *to) {
    Setting setting;
    size_t key_bytes = strlen(key);
    if (key_bytes >= kMaximumKeyBytes || !parse_setting(text, setting))
        return false;
    uint8_t digest[Hash::kDigestBytes];
    hash_password<Hash>(key, key_bytes, setting, digest);
    to = stpcpy(to, prefix);
    if (setting.rounds_given)
        to += sprintf(to, "rounds=%lu$", setting.rounds);
    to = static_cast<char *>(mempcpy(to, setting.salt, setting.salt_bytes));
    *to++ = '$';
    size_t digits = (Hash::kDigestBytes * 8 + 5) / 6;
    for (const uint8_t(&group)[3] : order) {
        unsigned bits = 0;
        for (uint8_t index : group)
            bits = bits << 8 | (index == 255 ? 0u : digest[index]);
        for (int i = 0; i < 4 && digits > 0; i++, digits--, bits >>= 6)
            *to++ = kDigits[bits & 63];
    }
    *to = 0;
    explicit_bzero(digest, sizeof digest);
    return true;
}

} // namespace

extern "C" {

char *crypt_r(const char *key, const char *setting, crypt_data *data) {
    char *output = data->output;
    bool made = false;
    if (has_bad_character(setting))
        made = false;
    else if (strncmp(setting, "$5$", 3) == 0)
        made = make_hash<libc::Sha256>(key, setting + 3, "$5$", kOrder256, output);
    else if (strncmp(setting, "$6$", 3) == 0)
        made = make_hash<libc::Sha512>(key, setting + 3, "$6$", kOrder512, output);
    if (!made) {
        strcpy(output, strncmp(setting, "*0", 2) == 0 ? "*1" : "*0");
        errno = EINVAL;
    }
    return output;
}

char *crypt(const char *key, const char *setting) {
    static crypt_data data;
    return crypt_r(key, setting, &data);
}
}
