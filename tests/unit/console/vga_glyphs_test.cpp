// Which of VGA's characters shows which Unicode character.
#include "dev/screen/vga_glyphs.h"

#include "dev/screen/code_page_437.h"
#include "dev/screen/font.h"

namespace martlet {

class VgaGlyphsTest : public testing::Test {
protected:
    /// Shows the character in the next place of the screen.
    VgaGlyphs::Choice show(u32 code_point) {
        VgaGlyphs::Choice choice = glyphs.choose(code_point, screen);
        screen[place++ % std::size(screen)] = choice.slot;
        return choice;
    }
    VgaGlyphs glyphs;
    u8 screen[2000] = {};
    usize place = 0;
};

TEST_F(VgaGlyphsTest, AsciiAndCodePage437NeedNoLoading) {
    for (u32 code : {0x41u, 0x7eu, 0xe9u, 0x2500u, 0x2592u, 0x3b1u, 0xb5u, 0xdfu}) {
        VgaGlyphs::Choice choice = show(code);
        EXPECT_EQ(choice.slot, code_page_437(code));
        EXPECT_EQ(choice.shape, nullptr);
    }
}

TEST_F(VgaGlyphsTest, OthersAreLoadedOnceAndStay) {
    VgaGlyphs::Choice first = show(0x416); // Cyrillic Zhe
    ASSERT_NE(first.shape, nullptr);
    EXPECT_EQ(first.shape, font_glyph(0x416));
    for (u32 code = 0x410; code < 0x450; ++code) {
        VgaGlyphs::Choice choice = show(code);
        if (code == 0x416) EXPECT_EQ(choice.shape, nullptr);
        if (code == 0x416) EXPECT_EQ(choice.slot, first.slot);
        EXPECT_TRUE(choice.slot < 0x20 || choice.slot >= 0x7f);
        EXPECT_FALSE(choice.slot >= 0xc0 && choice.slot < 0xe0);
    }
}

TEST_F(VgaGlyphsTest, WhatIsShownIsNotChanged) {
    std::map<u8, u32> shown;
    for (u32 code = 0xa0; code < 0x500; ++code) {
        VgaGlyphs::Choice choice = show(code);
        if (choice.shape) EXPECT_EQ(shown.count(choice.slot), 0u) << code;
        if (choice.shape || shown.count(choice.slot) == 0) shown[choice.slot] = code;
    }
}

TEST_F(VgaGlyphsTest, PlacesOfWhatIsGoneAreUsedAgain) {
    for (u32 round = 0; round < 5; ++round) {
        std::fill(std::begin(screen), std::end(screen), 0);
        for (u32 code = 0x391; code < 0x3aa; ++code)
            if (code != 0x3a2) EXPECT_NE(show(code).slot, code_page_437(0x1f600));
        for (u32 code = 0x410; code < 0x450; ++code) EXPECT_NE(show(code).slot, u8('?'));
    }
}

TEST_F(VgaGlyphsTest, WhatTheFontLacksShowsTheFallback) {
    EXPECT_EQ(show(0x1f600).slot, kCodePage437Fallback);
    EXPECT_EQ(show(0x0e01).slot, kCodePage437Fallback);
}

} // namespace martlet
