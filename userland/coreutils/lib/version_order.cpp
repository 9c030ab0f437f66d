#include "lib/version_order.h"

namespace coreutils {
namespace {

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
bool is_letter(char byte) { return (byte | 32) >= 'a' && (byte | 32) <= 'z'; }

// Tilde before the end, the end before letters, letters before all else.
int rank(std::string_view text, size_t at) {
    if (at >= text.size()) return -1;
    char byte = text[at];
    if (is_digit(byte)) return 0;
    if (is_letter(byte)) return static_cast<unsigned char>(byte);
    if (byte == '~') return -2;
    return static_cast<unsigned char>(byte) + 256;
}

int compare_parts(std::string_view left, std::string_view right) {
    size_t l = 0, r = 0;
    while (l < left.size() || r < right.size()) {
        while ((l < left.size() && !is_digit(left[l])) || (r < right.size() && !is_digit(right[r]))) {
            int a = rank(left, l), b = rank(right, r);
            if (a != b) return a - b;
            ++l, ++r;
        }
        while (l < left.size() && left[l] == '0') ++l;
        while (r < right.size() && right[r] == '0') ++r;
        int first_difference = 0;
        while (l < left.size() && r < right.size() && is_digit(left[l]) && is_digit(right[r])) {
            if (!first_difference) first_difference = left[l] - right[r];
            ++l, ++r;
        }
        if (l < left.size() && is_digit(left[l])) return 1;
        if (r < right.size() && is_digit(right[r])) return -1;
        if (first_difference) return first_difference;
    }
    return 0;
}

// The length without suffixes like .tar.gz: (\.[A-Za-z~][A-Za-z0-9~]*)*$
size_t stem_length(std::string_view name) {
    size_t stem = name.size();
    size_t at = name.size();
    while (at > 0) {
        size_t start = at;
        while (start > 0 &&
               (is_letter(name[start - 1]) || is_digit(name[start - 1]) || name[start - 1] == '~'))
            --start;
        if (start == at || start == 0 || name[start - 1] != '.' || is_digit(name[start])) break;
        if (start - 1 == 0) break;
        at = stem = start - 1;
    }
    return stem;
}

} // namespace

int compare_versions(std::string_view left, std::string_view right) {
    if (left == right) return 0;
    if (left.empty() || right.empty()) return left.empty() ? -1 : 1;
    // ".", "..", hidden names first.
    for (std::string_view special : {".", ".."})
        if (left == special || right == special) return left == special ? -1 : 1;
    bool left_hidden = left[0] == '.', right_hidden = right[0] == '.';
    if (left_hidden != right_hidden) return left_hidden ? -1 : 1;
    if (left_hidden) left.remove_prefix(1), right.remove_prefix(1);
    std::string_view left_stem = left.substr(0, stem_length(left)),
                     right_stem = right.substr(0, stem_length(right));
    int order = compare_parts(left_stem, right_stem);
    return order ? order : compare_parts(left, right);
}

} // namespace coreutils
