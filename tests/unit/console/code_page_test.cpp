// Unicode to code page 437.
#include "dev/screen/code_page_437.h"

namespace martlet {

TEST(CodePage437, MapsBoxesAccentsAndFallback) {
    EXPECT_EQ(code_page_437('A'), 'A');
    EXPECT_EQ(code_page_437(0x2500), 0xc4);
    EXPECT_EQ(code_page_437(0x2588), 0xdb);
    EXPECT_EQ(code_page_437(0xe9), 0x82);
    EXPECT_EQ(code_page_437(0x263a), 0x01);
    EXPECT_EQ(code_page_437(0x6f22), kCodePage437Fallback);
    EXPECT_EQ(code_page_437(0x1f600), kCodePage437Fallback);
}

} // namespace martlet
