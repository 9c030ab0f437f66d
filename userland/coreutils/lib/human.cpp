#include "lib/human.h"

#include "lib/numbers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

namespace coreutils {

std::string human_size(uint64_t bytes, SizeUnit unit) {
    uint64_t base = unit == SizeUnit::binary ? 1024 : 1000;
    if (bytes < base) return std::to_string(bytes);
    const char* letters = unit == SizeUnit::binary ? "KMGTPE" : "kMGTPE";
    uint64_t scale = base;
    size_t power = 0;
    // Rounding up may reach the next unit: 1023.5K is 1.0M.
    while (power < 5 && bytes / scale >= base - 1 && bytes > scale * (base - 1)) scale *= base, ++power;
    uint64_t whole = bytes / scale, rest = bytes % scale;
    uint64_t tenths = whole * 10 + (rest * 10 + scale - 1) / scale;
    char text[32];
    if (tenths < 100) {
        snprintf(text, sizeof text, "%llu.%llu%c", static_cast<unsigned long long>(tenths / 10),
                 static_cast<unsigned long long>(tenths % 10), letters[power]);
    } else {
        uint64_t rounded = whole + (rest != 0);
        snprintf(text, sizeof text, "%llu%c", static_cast<unsigned long long>(rounded), letters[power]);
    }
    return text;
}

std::string SizeFormat::format(uint64_t bytes) const {
    if (human) return human_size(bytes, unit);
    uint64_t blocks = bytes / block_bytes + (bytes % block_bytes != 0);
    return std::to_string(blocks) + suffix;
}

bool SizeFormat::parse(const char* text) {
    if (strcmp(text, "human-readable") == 0 || strcmp(text, "si") == 0) {
        human = true;
        unit = *text == 's' ? SizeUnit::decimal : SizeUnit::binary;
        return true;
    }
    auto size = parse_size(text);
    if (!size || *size == 0) return false;
    human = false;
    block_bytes = *size;
    suffix = *text >= '0' && *text <= '9' ? "" : text;
    return true;
}

SizeFormat SizeFormat::from_environment() {
    SizeFormat format;
    const char* wanted = getenv("BLOCK_SIZE");
    if (wanted && format.parse(wanted)) return format;
    if (getenv("POSIXLY_CORRECT")) format.block_bytes = 512;
    return format;
}

} // namespace coreutils
