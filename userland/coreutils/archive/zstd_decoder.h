// Decompresses zstd frames (RFC 8878), handing the output on in pieces; skippable frames are skipped. Every
// size, code and offset is checked: any input ends in an answer. Dictionaries are refused.
#pragma once

#include "archive/byte_source.h"
#include "archive/inflate.h"
#include "archive/zstd_tables.h"

#include <memory>
#include <string>

namespace coreutils::zstd {

enum class Result { done, not_zstd, damaged, truncated, no_memory, bad_checksum, dictionary };
const char* describe(Result result);

class BitReader;

class Decoder {
public:
    explicit Decoder(uint64_t most_window) : most_window_(most_window) {}
    ~Decoder();
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;

    // Every frame up to the end of the source.
    Result run(ByteSource& source, ByteSink& sink);

private:
    struct HuffmanEntry {
        uint8_t symbol, bits;
    };
    struct CodeTable {
        StateTable table;
        bool known = false;
    };

    Result frame();
    Result compressed_block(std::string_view block);
    Result literals(std::string_view& block);
    Result sequences(std::string_view block);
    bool read_huffman(std::string_view& bytes);
    bool build_huffman(uint8_t* weights, size_t count);
    bool decode_literals(std::string_view stream, unsigned char* target, size_t count) const;
    bool read_table(std::string_view& bytes, unsigned mode, const CodeKind& kind, CodeTable& table);
    bool make_window(uint64_t bytes);
    void make_room();
    void append(const unsigned char* bytes, size_t count);
    bool append_match(size_t offset, size_t length);
    void flush();

    uint64_t most_window_;
    ByteSource* source_ = nullptr;
    ByteSink* sink_ = nullptr;
    unsigned char* window_ = nullptr; // the last `history_` bytes and room for a block
    size_t capacity_ = 0, history_ = 0, position_ = 0, flushed_ = 0;
    uint64_t produced_ = 0; // of the frame
    bool has_checksum_ = false;
    Xxh64 checksum_;
    HuffmanEntry huffman_[1 << kMostHuffmanBits];
    unsigned huffman_bits_ = 0; // 0: none yet
    CodeTable literal_lengths_, match_lengths_, offsets_;
    uint32_t repeated_[3] = {};
    unsigned char literals_[kMostBlock + 32];
    size_t literal_count_ = 0;
};

} // namespace coreutils::zstd
