#include "boot/command_line_parser.h"

namespace martlet {
namespace {

std::vector<CommandLineWord> words_of(std::string_view text) {
    std::vector<CommandLineWord> all;
    CommandLineWords words(text);
    while (auto word = words.next()) all.push_back(*word);
    return all;
}

TEST(CommandLine, SplitsAtBlanks) {
    auto words = words_of("  quiet\tconsole=ttyS0,115200 \n panic=");
    ASSERT_EQ(words.size(), 3u);
    EXPECT_EQ(words[0].name, "quiet");
    EXPECT_FALSE(words[0].has_value);
    EXPECT_EQ(words[1].name, "console");
    EXPECT_EQ(words[1].value, "ttyS0,115200");
    EXPECT_TRUE(words[2].has_value);
    EXPECT_EQ(words[2].value, "");
}

TEST(CommandLine, QuotesKeepBlanksTogether) {
    auto words = words_of("a=\"b c\" \"d=e f\" g");
    ASSERT_EQ(words.size(), 3u);
    EXPECT_EQ(words[0].value, "b c");
    EXPECT_EQ(words[1].name, "d");
    EXPECT_EQ(words[1].value, "e f");
    EXPECT_EQ(words[2].name, "g");
}

TEST(CommandLine, UnclosedQuoteReachesTheEnd) {
    auto words = words_of("a=\"b c");
    ASSERT_EQ(words.size(), 1u);
    EXPECT_EQ(words[0].value, "\"b c");
}

TEST(CommandLine, WordsAfterTwoDashesBelongToInit) {
    auto words = words_of("quiet -- single quiet");
    ASSERT_EQ(words.size(), 3u);
    EXPECT_FALSE(words[0].is_for_init);
    EXPECT_TRUE(words[1].is_for_init);
    EXPECT_TRUE(words[2].is_for_init);
}

TEST(CommandLine, KnownAndUnknownOptions) {
    EXPECT_TRUE(is_known_kernel_option(words_of("loglevel=3")[0]));
    EXPECT_TRUE(is_known_kernel_option(words_of("bench.case=null")[0]));
    EXPECT_FALSE(is_known_kernel_option(words_of("loglevle=3")[0]));
    EXPECT_FALSE(is_known_kernel_option(words_of("single")[0]));
    EXPECT_TRUE(is_word_for_init(words_of("single")[0]));
    EXPECT_FALSE(is_word_for_init(words_of("loglevle=3")[0]));
}

TEST(CommandLine, Sizes) {
    EXPECT_EQ(parse_size("16M"), 16 * kMiB);
    EXPECT_EQ(parse_size("0x10k"), 16 * kKiB);
    EXPECT_EQ(parse_size("010"), 8u);
    EXPECT_EQ(parse_size("1G"), kGiB);
    EXPECT_EQ(parse_size("4096"), 4096u);
    for (const char* bad : {"", "M", "1Q", "1MM", "-1", "99999999999999999999", "20000000T", "0x"}) EXPECT_FALSE(parse_size(bad)) << bad;
}

TEST(CommandLine, Numbers) {
    EXPECT_EQ(parse_number("0"), 0u);
    EXPECT_EQ(parse_number("0xff"), 255u);
    for (const char* bad : {"", "1x", "x", " 1"}) EXPECT_FALSE(parse_number(bad)) << bad;
}

} // namespace
} // namespace martlet
