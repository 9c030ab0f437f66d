// The host's lz4 compresses, ours must give back the same.
#include "fs/initrd/lz4.h"

#include <gtest/gtest.h>

#include <random>

#include "compression_samples.h"

namespace martlet {
namespace {

struct Outcome {
    std::string error, text;
    usize consumed;
};

Outcome decompress(const std::string& compressed) {
    Collector sink;
    auto result = decompress_lz4(bytes_of(compressed), sink);
    EXPECT_TRUE(result);
    return {std::string(result->error), sink.text, result->consumed};
}

TEST(Lz4, GivesBackWhatTheHostCompressed) {
    for (const std::string& sample : compression_samples()) {
        for (const char* command : {"lz4 -l -1 -c", "lz4 -l -9 -c", "lz4 -l --best -c"}) {
            std::string compressed = compressed_by(command, sample);
            Outcome outcome = decompress(compressed + "070701tail");
            EXPECT_EQ(outcome.error, "");
            EXPECT_EQ(outcome.consumed, compressed.size());
            EXPECT_TRUE(outcome.text == sample);
            EXPECT_TRUE(decompress(compressed + compressed).text == sample + sample);
        }
    }
}

TEST(Lz4, BlocksLongerThanOneWindowAndOneBlock) {
    std::string sample;
    for (u32 number = 0; sample.size() < 9'000'000; ++number) sample += std::to_string(number * number);
    EXPECT_TRUE(decompress(compressed_by("lz4 -l -c", sample)).text == sample);
}

TEST(Lz4, NamesWhatIsDamagedAndNeverReadsPastIt) {
    std::string good = compressed_by("lz4 -l -9 -c", compression_samples().back());
    EXPECT_EQ(decompress(good.substr(0, good.size() - 1)).error, "the compressed data is cut short");
    std::mt19937 random(1);
    for (int count = 0; count < 2000; ++count) {
        std::string damaged = good.substr(0, 4096);
        for (int bytes = 0; bytes < 8; ++bytes) damaged[8 + random() % 4088] = static_cast<char>(random());
        u32 size = static_cast<u32>(damaged.size()) - 8;
        damaged.replace(4, 4, reinterpret_cast<const char*>(&size), 4);
        (void)decompress(damaged);
    }
    for (const char* block : {"\x00\x00\x00", "\x10" "a\x00\x00", "\x10" "a\x02\x00", "\xf0\xff", "\x1f" "a\x01\x00\xff"}) {
        std::string text(block, block[0] == '\0' || block[0] == '\x10' ? (block[0] ? 4 : 3) : strlen(block));
        u32 size = static_cast<u32>(text.size());
        EXPECT_EQ(decompress("\x02\x21\x4c\x18" + std::string(reinterpret_cast<const char*>(&size), 4) + text).error,
                  "damaged compressed data");
    }
}

} // namespace
} // namespace martlet
