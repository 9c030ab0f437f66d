// The host's gzip compresses, ours must give back the same.
#include "fs/initrd/gzip.h"

#include <stdio.h>
#include <stdlib.h>

#include <random>

#include "fs/initrd/crc32.h"

namespace martlet {
namespace {

class Collector final : public InflateSink {
public:
    Result<void> put(std::span<const u8> bytes) override {
        text.append(bytes.begin(), bytes.end());
        return {};
    }
    std::string text;
};

std::string gzip(const std::string& text, const char* options) {
    std::string path = testing::TempDir() + "gzip_test." + std::to_string(getpid());
    FILE* file = fopen(path.c_str(), "wb");
    fwrite(text.data(), 1, text.size(), file);
    fclose(file);
    FILE* pipe = popen(("gzip -c " + std::string(options) + " " + path).c_str(), "r");
    std::string compressed;
    char buffer[65536];
    for (usize count; (count = fread(buffer, 1, sizeof buffer, pipe)) > 0;) compressed.append(buffer, count);
    EXPECT_EQ(pclose(pipe), 0);
    remove(path.c_str());
    return compressed;
}

std::span<const u8> bytes_of(const std::string& text) { return {reinterpret_cast<const u8*>(text.data()), text.size()}; }

std::vector<std::string> samples() {
    std::mt19937 random(1);
    std::string noise, words, runs(300'000, 'x'), skewed;
    for (int count = 0; count < 200'000; ++count) noise += static_cast<char>(random());
    for (int count = 0; count < 60'000; ++count) words += std::to_string(random() % 500) + " ";
    for (int count = 0; count < 300'000; ++count) skewed += static_cast<char>(__builtin_clz(random() | 1) * 7 + (random() % 300 == 0 ? random() : 0));
    std::string far = noise.substr(0, 32768) + noise.substr(0, 32768); // the greatest distance
    return {"", "a", "hello hello hello hello", runs, noise, words, skewed, far, noise + runs + words + noise};
}

TEST(Gzip, GivesBackWhatTheHostCompressed) {
    for (const std::string& sample : samples()) {
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
    std::string compressed = gzip(samples()[5].substr(0, 3000), "-6");
    for (usize size = 0; size < compressed.size(); ++size) {
        Collector sink;
        std::string part = compressed.substr(0, size);
        auto result = decompress_gzip(bytes_of(part), sink);
        ASSERT_TRUE(result);
        EXPECT_NE(result->error, "") << size;
    }
}

TEST(Gzip, DamageIsTold) {
    std::string good = gzip(samples()[5].substr(0, 20'000), "-6 -n");
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
