// What the tests of the initramfs's decompressors share: samples, the host's compressors, and a sink that keeps all.
#pragma once
#include <stdio.h>
#include <stdlib.h>

#include <random>
#include <string>
#include <vector>

#include "fs/initrd/decompress.h"

namespace martlet {

class Collector final : public DecompressSink {
public:
    Result<void> put(std::span<const u8> bytes) override {
        text.append(bytes.begin(), bytes.end());
        return {};
    }
    std::string text;
};

/// What `command`, which writes to its standard output, makes of a file that holds `text`.
inline std::string compressed_by(const std::string& command, const std::string& text) {
    std::string path = testing::TempDir() + "compression_test." + std::to_string(getpid());
    FILE* file = fopen(path.c_str(), "wb");
    fwrite(text.data(), 1, text.size(), file);
    fclose(file);
    FILE* pipe = popen((command + " " + path).c_str(), "r");
    std::string compressed;
    char buffer[65536];
    for (usize count; (count = fread(buffer, 1, sizeof buffer, pipe)) > 0;) compressed.append(buffer, count);
    EXPECT_EQ(pclose(pipe), 0);
    remove(path.c_str());
    return compressed;
}

inline std::span<const u8> bytes_of(const std::string& text) { return {reinterpret_cast<const u8*>(text.data()), text.size()}; }

inline std::vector<std::string> compression_samples() {
    std::mt19937 random(1);
    std::string noise, words, runs(300'000, 'x'), skewed;
    for (int count = 0; count < 200'000; ++count) noise += static_cast<char>(random());
    for (int count = 0; count < 60'000; ++count) words += std::to_string(random() % 500) + " ";
    for (int count = 0; count < 300'000; ++count) skewed += static_cast<char>(__builtin_clz(random() | 1) * 7 + (random() % 300 == 0 ? random() : 0));
    std::string far = noise.substr(0, 32768) + noise.substr(0, 32768); // the greatest distance of deflate
    std::string farther = noise.substr(0, 65535) + noise.substr(0, 65535); // and of LZ4
    return {"", "a", "hello hello hello hello", runs, noise, words, skewed, far, farther, noise + runs + words + noise};
}

} // namespace martlet
