// The sets of tr.
#include "text/tr_set.h"

#include <gtest/gtest.h>

namespace coreutils::tr {
namespace {

std::string expanded(std::string_view text, size_t wanted = 0) {
    std::string problem;
    auto set = parse_set(text, problem);
    if (!set) return "wrong";
    auto bytes = expand(*set, wanted);
    return std::string(bytes.begin(), bytes.end());
}

TEST(TrSet, Forms) {
    EXPECT_EQ(expanded("abc"), "abc");
    EXPECT_EQ(expanded("a-e"), "abcde");
    EXPECT_EQ(expanded("a-"), "a-");
    EXPECT_EQ(expanded("\\101\\n"), "A\n");
    EXPECT_EQ(expanded("[:digit:]x"), "0123456789x");
    EXPECT_EQ(expanded("[=a=]"), "a");
    EXPECT_EQ(expanded("[x*3]", 5), "xxx");
    EXPECT_EQ(expanded("a[x*]b", 5), "axxxb");
    EXPECT_EQ(expanded("[x*010]", 100), "xxxxxxxx");
    EXPECT_EQ(expanded("[abc]"), "[abc]");
    EXPECT_EQ(expanded("a\\-c"), "a-c");
}
TEST(TrSet, Wrong) {
    for (const char* text : {"z-a", "[:foo:]", "[=ab=]", "[x*q]", "[==]"})
        EXPECT_EQ(expanded(text), "wrong") << text;
}

} // namespace
} // namespace coreutils::tr
