// grep's matcher and the string searches behind it.
#include "lib/regex.h"
#include "lib/search.h"
#include "grep/matcher.h"

#include <gtest/gtest.h>

namespace coreutils {
namespace {

TEST(StringSearch, FindsWhatFindFinds) {
    unsigned seed = 3;
    for (int round = 0; round < 20000; ++round) {
        std::string text, needle;
        auto random = [&](unsigned limit) {
            return (seed = seed * 1664525 + 1013904223, (seed >> 16) % limit);
        };
        for (unsigned i = random(30); i > 0; --i) text.push_back(static_cast<char>('a' + random(3)));
        for (unsigned i = 1 + random(4); i > 0; --i) needle.push_back(static_cast<char>('a' + random(3)));
        size_t from = random(5);
        EXPECT_EQ(StringSearch(needle, CaseRule::exact).find(text, from), text.find(needle, from))
            << text << " " << needle;
        auto many = MultiSearch({needle}, CaseRule::exact).find(text, from);
        EXPECT_EQ(many.offset, text.find(needle, from));
    }
}
TEST(StringSearch, IgnoresCase) {
    EXPECT_EQ(StringSearch("HeLLo", CaseRule::ignore_ascii).find("say hEllO"), 4u);
}
TEST(MultiSearch, LongestAtLeftmost) {
    auto match = MultiSearch({"ab", "abc", "b"}, CaseRule::exact).find("xabcd");
    EXPECT_EQ(match.offset, 1u);
    EXPECT_EQ(match.length, 3u);
}
TEST(RequiredLiteral, IsInEveryMatch) {
    EXPECT_EQ(required_literal("foo.*barbaz", Syntax::basic), "barbaz");
    EXPECT_EQ(required_literal("a|b", Syntax::extended), "");
    EXPECT_EQ(required_literal("a|b", Syntax::basic), "a|b");
    EXPECT_EQ(required_literal("abc*", Syntax::basic), "ab");
    EXPECT_EQ(required_literal("abc?d", Syntax::extended), "ab");
    EXPECT_EQ(required_literal("(abc)?d", Syntax::extended), "d");
    EXPECT_EQ(required_literal("x{0}yz", Syntax::extended), "yz");
    EXPECT_EQ(required_literal("[abc]de", Syntax::basic), "de");
    EXPECT_EQ(required_literal("a\\.b", Syntax::basic), "a.b");
    EXPECT_EQ(required_literal("größe*", Syntax::basic), "größ");
}
TEST(Matcher, WordsAndLines) {
    grep::Matcher words, lines;
    std::string problem;
    ASSERT_TRUE(words.compile({"foo"}, {.whole_word = true}, problem));
    EXPECT_FALSE(words.find("foobar").found());
    EXPECT_EQ(words.find("foobar foo").begin, 7u);
    ASSERT_TRUE(lines.compile({"a.*", "b"}, {.whole_line = true}, problem));
    EXPECT_TRUE(lines.find("axx").found());
    EXPECT_FALSE(lines.find("xb").found());
}
TEST(Matcher, FindLineInBuffer) {
    grep::Matcher matcher;
    std::string problem;
    ASSERT_TRUE(matcher.compile({"needle"}, {}, problem));
    auto span = matcher.find_line("a\nb needle c\nd\n", 0);
    EXPECT_EQ(span.begin, 2u);
    EXPECT_EQ(span.end, 12u);
}

} // namespace
} // namespace coreutils
