// Sets of bytes: strspn, strcspn, strpbrk, strtok(_r), strsep (C17 7.24.5, strsep(3)).
#include <string.h>

namespace {

class ByteSet {
public:
    explicit ByteSet(const char *members) {
        for (; *members; members++) {
            auto byte = static_cast<unsigned char>(*members);
            words_[byte / 64] |= 1ul << (byte % 64);
        }
    }
    void add(unsigned char byte) { words_[byte / 64] |= 1ul << (byte % 64); }
    bool has(char c) const {
        auto byte = static_cast<unsigned char>(c);
        return (words_[byte / 64] >> (byte % 64)) & 1;
    }

private:
    unsigned long words_[4] = {};
};

char *g_strtok_position;

} // namespace

extern "C" {

size_t strspn(const char *string, const char *accepted) noexcept {
    ByteSet set(accepted);
    size_t length = 0;
    while (set.has(string[length]))
        length++;
    return length;
}

size_t strcspn(const char *string, const char *rejected) noexcept {
    if (rejected[0] == 0 || rejected[1] == 0)
        return static_cast<size_t>(strchrnul(string, rejected[0]) - string);
    ByteSet set(rejected);
    set.add(0);
    size_t length = 0;
    while (!set.has(string[length]))
        length++;
    return length;
}

char *strpbrk(const char *string, const char *wanted) noexcept {
    string += strcspn(string, wanted);
    return *string ? const_cast<char *>(string) : nullptr;
}

char *strtok_r(char *__restrict string, const char *__restrict separators, char **__restrict position) {
    if (!string)
        string = *position;
    if (!string)
        return nullptr;
    string += strspn(string, separators);
    if (*string == 0) {
        *position = nullptr;
        return nullptr;
    }
    char *end = string + strcspn(string, separators);
    *position = *end ? end + 1 : nullptr;
    *end = 0;
    return string;
}

char *strtok(char *__restrict string, const char *__restrict separators) {
    return strtok_r(string, separators, &g_strtok_position);
}

char *strsep(char **position, const char *separators) {
    char *token = *position;
    if (!token)
        return nullptr;
    char *end = token + strcspn(token, separators);
    *position = *end ? end + 1 : nullptr;
    *end = 0;
    return token;
}
}
