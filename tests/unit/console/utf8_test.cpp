// The UTF-8 decoder and character widths.
#include "dev/terminal/character_width.h"
#include "dev/terminal/utf8_decoder.h"

namespace martlet {
namespace {

std::vector<u32> decode(std::string_view text) {
    Utf8Decoder decoder;
    std::vector<u32> points;
    for (char character : text) decoder.feed(static_cast<u8>(character), [&](u32 point) { points.push_back(point); });
    return points;
}

} // namespace

TEST(Utf8Decoder, DecodesEveryLength) {
    EXPECT_EQ(decode("a\u00e9\u20ac\U0001F600\U0010FFFF"), (std::vector<u32>{'a', 0xe9, 0x20ac, 0x1f600, 0x10ffff}));
}

TEST(Utf8Decoder, ReplacesMaximalParts) {
    // Unicode 15, table 3-8.
    EXPECT_EQ(decode("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41"),
              (std::vector<u32>{0xfffd, 0xfffd, 0xfffd, 0xfffd, 0xfffd, 0xfffd, 0xfffd, 0xfffd, 0x41}));
    // Table 3-11.
    EXPECT_EQ(decode("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41"), (std::vector<u32>{0xfffd, 0xfffd, 0xfffd, 0xfffd, 0x41}));
}

TEST(Utf8Decoder, RejectsSurrogatesAndTooLargeValues) {
    for (u32 point : decode("\xed\xa0\x80\xf4\x90\x80\x80\xf5")) EXPECT_EQ(point, 0xfffdu);
}

TEST(CharacterWidth, KnowsWideAndCombining) {
    EXPECT_EQ(character_width('a'), 1u);
    EXPECT_EQ(character_width(0xe9), 1u);
    EXPECT_EQ(character_width(0x301), 0u);
    EXPECT_EQ(character_width(0x200b), 0u);
    EXPECT_EQ(character_width(0x6f22), 2u);
    EXPECT_EQ(character_width(0xac00), 2u);
    EXPECT_EQ(character_width(0x1f600), 2u);
    EXPECT_EQ(character_width(0x2500), 1u);
    EXPECT_EQ(character_width(0xfffd), 1u);
}

} // namespace martlet
