// Utf8Decoder: bytes to code points, one at a time. Anything ill-formed (Unicode 15, table 3-7) becomes U+FFFD: one for
// each maximal part that could have begun a character, and the byte that broke it is looked at again.
#pragma once
#include "base/types.h"

namespace martlet {

class Utf8Decoder {
public:
    static constexpr u32 kReplacement = 0xfffd;

    bool is_idle() const { return remaining_ == 0; }
    void reset() { remaining_ = 0; }

    /// Calls emit(code_point) for what `byte` completes: nothing, one, or U+FFFD and one more.
    template <typename Emit> void feed(u8 byte, Emit emit) {
        if (remaining_ > 0) {
            if (byte >= lower_ && byte <= upper_) {
                code_point_ = (code_point_ << 6) | (byte & 0x3f);
                lower_ = 0x80;
                upper_ = 0xbf;
                if (--remaining_ == 0) emit(code_point_);
                return;
            }
            remaining_ = 0;
            emit(kReplacement);
        }
        if (byte < 0x80)
            emit(static_cast<u32>(byte));
        else if (!begin(byte))
            emit(kReplacement);
    }

private:
    bool begin(u8 byte) {
        lower_ = 0x80;
        upper_ = 0xbf;
        if (byte >= 0xc2 && byte <= 0xdf) {
            remaining_ = 1;
            code_point_ = byte & 0x1f;
        } else if (byte >= 0xe0 && byte <= 0xef) {
            remaining_ = 2;
            code_point_ = byte & 0x0f;
            if (byte == 0xe0) lower_ = 0xa0; // overlong
            if (byte == 0xed) upper_ = 0x9f; // surrogates
        } else if (byte >= 0xf0 && byte <= 0xf4) {
            remaining_ = 3;
            code_point_ = byte & 0x07;
            if (byte == 0xf0) lower_ = 0x90; // overlong
            if (byte == 0xf4) upper_ = 0x8f; // beyond U+10FFFF
        } else {
            return false;
        }
        return true;
    }

    u32 code_point_ = 0;
    u8 remaining_ = 0, lower_ = 0, upper_ = 0;
};

} // namespace martlet
