// base64 and base32: RFC 4648 encodings (GNU's -d, -i, -w).
#include "framework/arguments.h"
#include "framework/diagnostics.h"
#include "framework/input.h"
#include "framework/output.h"
#include "lib/numbers.h"

#include <algorithm>
#include <string.h>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'d', "decode", nullptr, "decode data"},
    {'i', "ignore-garbage", nullptr, "when decoding, ignore characters that are not of the alphabet"},
    {'w', "wrap", "COLS", "wrap encoded lines after COLS characters (default 76); 0 disables wrapping"},
};

// A group of `group_bytes` bytes becomes `group_digits` digits of `digit_bits` bits.
struct Encoding {
    const char* alphabet;
    size_t group_bytes, group_digits;
    unsigned digit_bits;
};
constexpr Encoding kBase64 = {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 3, 4, 6};
constexpr Encoding kBase32 = {"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5, 8, 5};

class Encoder {
public:
    Encoder(const Encoding& encoding, uint64_t wrap) : encoding_(encoding), wrap_(wrap) {}

    void put(std::string_view bytes) {
        for (size_t at = 0; at < bytes.size();) {
            at += put_groups(bytes.substr(at));
            if (at == bytes.size()) return;
            group_ = group_ << 8 | static_cast<unsigned char>(bytes[at++]);
            if (++count_ == encoding_.group_bytes) flush_group();
        }
    }
    void finish() {
        if (count_ > 0) flush_group();
        out.write({text_, used_});
        if (wrap_ > 0 && column_ > 0) out.put('\n');
    }

private:
    // Base64's whole groups of three bytes, as far as this line and the buffer go; how many bytes that were.
    size_t put_groups(std::string_view bytes) {
        if (count_ > 0 || encoding_.group_bytes != 3) return 0;
        size_t groups = std::min(bytes.size() / 3, (sizeof text_ - used_) / 4);
        if (wrap_ > 0) groups = static_cast<size_t>(std::min<uint64_t>(groups, (wrap_ - column_) / 4));
        const auto* from = reinterpret_cast<const unsigned char*>(bytes.data());
        const char* alphabet = encoding_.alphabet;
        char* to = text_ + used_;
        for (size_t index = 0; index < groups; ++index, from += 3, to += 4) {
            unsigned group = unsigned{from[0]} << 16 | unsigned{from[1]} << 8 | from[2];
            to[0] = alphabet[group >> 18];
            to[1] = alphabet[group >> 12 & 63];
            to[2] = alphabet[group >> 6 & 63];
            to[3] = alphabet[group & 63];
        }
        used_ += 4 * groups;
        column_ += 4 * groups;
        return 3 * groups;
    }

    void flush_group() {
        if (used_ + 2 * sizeof group_ > sizeof text_) {
            out.write({text_, used_});
            used_ = 0;
        }
        group_ <<= 8 * (encoding_.group_bytes - count_);
        size_t digits = (count_ * 8 + encoding_.digit_bits - 1) / encoding_.digit_bits;
        unsigned shift = static_cast<unsigned>(encoding_.group_digits) * encoding_.digit_bits;
        for (size_t index = 0; index < encoding_.group_digits; ++index) {
            if (wrap_ > 0 && column_ == wrap_) {
                text_[used_++] = '\n';
                column_ = 0;
            }
            shift -= encoding_.digit_bits;
            text_[used_++] = index < digits
                                 ? encoding_.alphabet[group_ >> shift & ((1u << encoding_.digit_bits) - 1)]
                                 : '=';
            ++column_;
        }
        group_ = 0;
        count_ = 0;
    }

    const Encoding& encoding_;
    uint64_t wrap_, column_ = 0, group_ = 0;
    size_t count_ = 0, used_ = 0;
    char text_[16384]; // encoded, not written yet
};

class Decoder {
public:
    Decoder(const Encoding& encoding, bool ignore_garbage)
        : encoding_(encoding), ignore_garbage_(ignore_garbage) {
        memset(values_, -1, sizeof(values_));
        for (int index = 0; encoding.alphabet[index]; ++index)
            values_[static_cast<unsigned char>(encoding.alphabet[index])] = static_cast<signed char>(index);
    }

    // False at the first byte that is no part of an encoding.
    bool put(std::string_view bytes) {
        for (unsigned char byte : bytes) {
            int value = values_[byte];
            if (value < 0 && byte != '=') {
                if (byte == '\n' || ignore_garbage_) continue;
                write_complete();
                return false;
            }
            if (byte == '=') {
                ++padding_;
            } else {
                if (padding_ > 0) return false;
                group_ = group_ << encoding_.digit_bits | static_cast<unsigned>(value);
                ++digits_;
            }
            if (digits_ + padding_ == encoding_.group_digits && !end_group()) return false;
        }
        return true;
    }
    bool finish() {
        if (digits_ + padding_ == 0) return true;
        write_complete();
        return false;
    }

private:
    bool end_group() {
        size_t bits = digits_ * encoding_.digit_bits;
        bool exact = digits_ > 0 && bits % 8 < encoding_.digit_bits;
        group_ <<= padding_ * encoding_.digit_bits;
        write_bytes(bits / 8, encoding_.group_digits * encoding_.digit_bits);
        digits_ = padding_ = 0;
        group_ = 0;
        return exact;
    }
    // What the digits of an unfinished group already tell.
    void write_complete() { write_bytes(digits_ * encoding_.digit_bits / 8, digits_ * encoding_.digit_bits); }
    void write_bytes(size_t bytes, size_t bits) {
        for (size_t index = 0; index < bytes; ++index) {
            bits -= 8;
            out.put(static_cast<char>(group_ >> bits));
        }
    }

    const Encoding& encoding_;
    bool ignore_garbage_;
    signed char values_[256];
    uint64_t group_ = 0;
    size_t digits_ = 0, padding_ = 0;
};

int run(Arguments& arguments, const Encoding& encoding) {
    bool decode = false, ignore_garbage = false;
    uint64_t wrap = 76;
    while (auto option = arguments.next_option()) {
        switch (*option) {
        case 'd':
            decode = true;
            break;
        case 'i':
            ignore_garbage = true;
            break;
        case 'w':
            wrap = unsigned_or_die(arguments.value(), "wrap size");
            break;
        }
    }
    auto operands = arguments.operands();
    if (operands.size() > 1) extra_operand(operands[1]);
    Encoder encoder(encoding, wrap);
    Decoder decoder(encoding, ignore_garbage);
    int status = for_each_input(operands, [&](Input& input, const char*) {
        for (std::string_view block; !(block = input.next_block()).empty();) {
            if (!decode)
                encoder.put(block);
            else if (!decoder.put(block))
                die(1, "invalid input");
        }
    });
    if (status != 0) return status;
    if (!decode)
        encoder.finish();
    else if (!decoder.finish())
        die(1, "invalid input");
    return 0;
}

constexpr Tool kBase64Tool = {
    .name = "base64",
    .synopsis = "[OPTION]... [FILE]",
    .summary = "Encode or decode FILE in base 64.",
    .options = kOptions,
    .run = [](Arguments& arguments) { return run(arguments, kBase64); },
};
MARTLET_REGISTER_TOOL(kBase64Tool);

constexpr Tool kBase32Tool = {
    .name = "base32",
    .synopsis = "[OPTION]... [FILE]",
    .summary = "Encode or decode FILE in base 32.",
    .options = kOptions,
    .run = [](Arguments& arguments) { return run(arguments, kBase32); },
};
MARTLET_REGISTER_TOOL(kBase32Tool);

} // namespace
} // namespace coreutils
