#include "fs/initrd/cpio_stream.h"

#include <random>

namespace martlet {
namespace {

std::string entry(const std::string& name, u32 mode, const std::string& body, const char* magic = "070701", u32 checksum = 0) {
    char header[111];
    snprintf(header, sizeof header, "%s%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x", magic, 1u, mode, 2u, 3u, 1u, 4u,
             body.size(), 5u, 6u, 7u, 8u, name.size() + 1, checksum);
    std::string text = header + name + '\0';
    text.resize((text.size() + 3) / 4 * 4);
    text += body;
    text.resize((text.size() + 3) / 4 * 4);
    return text;
}
std::string trailer() { return entry("TRAILER!!!", 0, ""); }

class Recorder final : public CpioHost {
public:
    Result<void> begin_entry(const CpioHeader& header, std::string_view name) override {
        text += "(" + std::string(name) + ":" + std::to_string(header.size) + ":";
        return {};
    }
    Result<void> body(std::span<const u8> bytes) override {
        text.append(bytes.begin(), bytes.end());
        return {};
    }
    Result<void> end_entry() override {
        text += ")";
        return {};
    }
    void end_archive() override { text += "."; }
    std::string text;
};

std::span<const u8> bytes_of(std::string_view text) { return {reinterpret_cast<const u8*>(text.data()), text.size()}; }

TEST(CpioStream, TellsWhatIsThereHoweverItIsCut) {
    std::string archive = entry("a", 0100644, "hello") + entry("dir", 040755, "") + entry("b", 0100644, "12345678") + trailer() +
                          std::string(20, '\0') + entry("c", 0100644, "x") + trailer() + std::string(7, '\0');
    for (usize piece : {1u, 2u, 3u, 7u, 64u, 110u, 10000u}) {
        Recorder host;
        CpioStream stream(host);
        for (usize at = 0; at < archive.size(); at += piece) {
            std::string_view part = std::string_view(archive).substr(at, piece);
            EXPECT_EQ(stream.feed(bytes_of(part)), part.size());
        }
        EXPECT_EQ(host.text, "(a:5:hello)(dir:0:)(b:8:12345678).(c:1:x).");
        EXPECT_EQ(stream.error(), "");
        EXPECT_TRUE(stream.is_between());
    }
}

TEST(CpioStream, StopsBeforeWhatIsNotCpio) {
    Recorder host;
    CpioStream stream(host);
    std::string archive = trailer() + std::string(6, '\0');
    EXPECT_EQ(stream.feed(bytes_of(archive + "\x1f\x8b...")), archive.size());
    EXPECT_TRUE(stream.is_between());
    EXPECT_EQ(stream.error(), "");
}

TEST(CpioStream, NamesWhatIsWrong) {
    auto error_of = [](const std::string& text) {
        Recorder host;
        CpioStream stream(host);
        stream.feed(bytes_of(text));
        return std::string(stream.error());
    };
    EXPECT_NE(error_of("070707" + std::string(104, '0')), "");
    EXPECT_NE(error_of("070701" + std::string(104, 'g')), "");
    EXPECT_NE(error_of("070701" + std::string(104, '0')), "");          // a name of no bytes
    EXPECT_NE(error_of("070701" + std::string(104, 'f')), "");          // a name of 4 GiB
    EXPECT_NE(error_of(entry("a", 0100644, "abc", "070702", 1)), "");
    EXPECT_EQ(error_of(entry("a", 0100644, "abc", "070702", 'a' + 'b' + 'c')), "");
    EXPECT_NE(error_of(std::string(2, '\0') + trailer()), "");          // not at a multiple of four
    std::string unterminated = entry("abc", 0100644, "");
    unterminated[113] = 'd';
    EXPECT_NE(error_of(unterminated), "");
}

TEST(CpioStream, SurvivesDamage) {
    std::string good = entry("a", 0100644, "hello") + entry("b", 0100644, "12345678") + trailer();
    std::mt19937 random(7);
    for (int round = 0; round < 5000; ++round) {
        std::string bad = good;
        for (u32 changes = 1 + random() % 4; changes > 0; --changes) bad[random() % bad.size()] = static_cast<char>(random());
        Recorder host;
        CpioStream stream(host);
        EXPECT_LE(stream.feed(bytes_of(bad)), bad.size());
    }
}

} // namespace
} // namespace martlet
