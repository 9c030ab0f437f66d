// Inflater: decompresses one deflate stream (RFC 1951) that lies whole in memory, handing its output on in pieces.
//
// Pure and bounded: reads only the input span, keeps one window of 64 KiB, checks every code, length and distance.
#pragma once
#include "fs/initrd/decompress.h"

namespace martlet {

/// Large: lives on the heap.
class Inflater {
public:
    explicit Inflater(DecompressSink& sink) : sink_(sink) {}

    enum class Status : u8 { Done, Damaged, Truncated, SinkFailed };
    Status run(std::span<const u8> input);
    /// After Done: the bytes of input that the stream took.
    usize consumed() const { return consumed_; }

private:
    static constexpr u32 kMaxCodeLength = 15;
    static constexpr u32 kHistorySize = 32768; // what distances reach
    static constexpr u32 kMaxMatch = 258;

    /// Canonical Huffman code: one look-up for codes of up to kTableBits, the counts of each length for longer ones.
    struct Code {
        static constexpr u32 kTableBits = 10;
        u16 table[1 << kTableBits]; // symbol << 4 | length, 0: longer or unused
        u16 count[kMaxCodeLength + 1];
        u16 symbols[288];
        bool build(std::span<const u8> lengths);
    };

    void fill();
    bool need(u32 bits);
    u32 take(u32 bits);
    i32 decode(const Code& code);
    Status stored_block();
    Status read_dynamic_codes();
    void set_fixed_codes();
    Status compressed_block();

    DecompressSink& sink_;
    const u8* next_ = nullptr;
    const u8* end_ = nullptr;
    u64 bits_ = 0;
    u32 bit_count_ = 0;
    usize consumed_ = 0;
    Code literals_, distances_;
    OutputWindow<kHistorySize> window_;
};

} // namespace martlet
