// The host's gzip compresses, ours must give back the same.
#include "fs/initrd/gzip.h"

#include <gtest/gtest.h>

#include "compression_samples.h"
#include "fs/initrd/crc32.h"

namespace martlet {
namespace {

std::string gzip(const std::string& text, const char* options) { return compressed_by("gzip -c " + std::string(options), text); }

TEST(Gzip, GivesBackWhatTheHostCompressed) {
    for (const std::string& sample : compression_samples()) {
        for (const char* options : {"-1", "-6", "-9 -n"}) {
            std::string compressed = gzip(sample, options) + "tail";
            Collector sink;
            auto result = decompress_gzip(bytes_of(compressed), sink);
            ASSERT_TRUE(result);
            EXPECT_EQ(result->error, "");
            EXPECT_EQ(result->consumed, compressed.size() - 4);
            EXPECT_TRUE(sink.text == sample);
        }
    }
}

TEST(Gzip, EveryTruncationIsTold) {
    std::string compressed = gzip(compression_samples()[5].substr(0, 3000), "-6");
    for (usize size = 0; size < compressed.size(); ++size) {
        Collector sink;
        std::string part = compressed.substr(0, size);
        auto result = decompress_gzip(bytes_of(part), sink);
        ASSERT_TRUE(result);
        EXPECT_NE(result->error, "") << size;
    }
}

TEST(Gzip, DamageIsTold) {
    std::string good = gzip(compression_samples()[5].substr(0, 20'000), "-6 -n");
    std::mt19937 random(3);
    for (int round = 0; round < 3000; ++round) {
        std::string bad = good;
        bad[10 + random() % (bad.size() - 10)] ^= static_cast<char>(1 << random() % 8);
        Collector sink;
        auto result = decompress_gzip(bytes_of(bad), sink);
        ASSERT_TRUE(result);
        EXPECT_NE(result->error, "");
    }
}

TEST(Crc32, OfTheUsualText) { EXPECT_EQ(crc32(0, bytes_of("123456789")), 0xcbf43926u); }

} // namespace
} // namespace martlet
