// Output, sizes, numbers, paths, quoting, UTF-8, versions.
#include "framework/output.h"
#include "lib/escape.h"
#include "lib/human.h"
#include "lib/numbers.h"
#include "lib/path.h"
#include "lib/quote.h"
#include "lib/resolve.h"
#include "lib/utf8.h"
#include "lib/version_order.h"

#include <gtest/gtest.h>
#include <locale.h>

namespace coreutils {
namespace {

TEST(Output, NothingMayBeTheFirstThingWritten) {
    Output nowhere(-1);
    nowhere.write({});
    nowhere.flush();
    EXPECT_EQ(nowhere.error(), 0);
}
TEST(Human, RoundsUp) {
    EXPECT_EQ(human_size(0), "0");
    EXPECT_EQ(human_size(1023), "1023");
    EXPECT_EQ(human_size(1024), "1.0K");
    EXPECT_EQ(human_size(1025), "1.1K");
    EXPECT_EQ(human_size(10240), "10K");
    EXPECT_EQ(human_size(1024 * 1024 - 1), "1.0M");
    EXPECT_EQ(human_size(UINT64_MAX), "16E");
    EXPECT_EQ(human_size(1500, SizeUnit::decimal), "1.5k");
}
TEST(Numbers, SizesWithSuffix) {
    EXPECT_EQ(parse_size("1K"), 1024u);
    EXPECT_EQ(parse_size("1kB"), 1000u);
    EXPECT_EQ(parse_size("2MiB"), 2u << 20);
    EXPECT_EQ(parse_size("3b"), 1536u);
    EXPECT_EQ(parse_size("99E"), UINT64_MAX);
    EXPECT_FALSE(parse_size("1Q1"));
    EXPECT_FALSE(parse_size(""));
    EXPECT_FALSE(parse_unsigned("18446744073709551616"));
    EXPECT_EQ(parse_signed("-9223372036854775808"), INT64_MIN);
    EXPECT_FALSE(parse_signed("9223372036854775808"));
}
TEST(Path, BaseAndDirectory) {
    EXPECT_EQ(base_name("/usr/lib/"), "lib");
    EXPECT_EQ(base_name("/"), "/");
    EXPECT_EQ(base_name("//"), "/");
    EXPECT_EQ(directory_name("/usr/lib/"), "/usr");
    EXPECT_EQ(directory_name("a"), ".");
    EXPECT_EQ(directory_name("//a"), "/");
    EXPECT_EQ(relative_path("/a/b", "/a/c/d"), "../../b");
    EXPECT_EQ(relative_path("/a", "/a"), ".");
}
TEST(Quote, ShellStyles) {
    setlocale(LC_ALL, "C.UTF-8");
    EXPECT_EQ(quote_name("plain", Quoting::shell_escape), "plain");
    EXPECT_EQ(quote_name("a b", Quoting::shell_escape), "'a b'");
    EXPECT_EQ(quote_name("it's", Quoting::shell_escape), "\"it's\"");
    EXPECT_EQ(quote_name("a\nb", Quoting::shell_escape), "'a'$'\\n''b'");
    EXPECT_EQ(quote_name("a\nb", Quoting::hide_control), "a?b");
    EXPECT_EQ(quote_name("\377", Quoting::escape), "\\377");
}
TEST(Utf8, DecodesAndRefuses) {
    setlocale(LC_ALL, "C.UTF-8");
    EXPECT_EQ(decode_utf8("ö").value, U'ö');
    EXPECT_EQ(decode_utf8("\xC0\x80").value, kInvalidByte);
    EXPECT_EQ(decode_utf8("\xED\xA0\x80").value, kInvalidByte);
    EXPECT_EQ(decode_utf8("\xF4\x90\x80\x80").value, kInvalidByte);
    EXPECT_EQ(decode_utf8("\xE2\x82").value, kInvalidByte);
    EXPECT_EQ(display_width("日本"), 4u);
    std::string text;
    append_utf8(text, 0x1F600);
    EXPECT_EQ(text, "😀");
}
TEST(Versions, Order) {
    EXPECT_LT(compare_versions("file9", "file10"), 0);
    EXPECT_LT(compare_versions("a~", "a"), 0);
    EXPECT_LT(compare_versions("a-1.2.tar.gz", "a-1.10.tar.gz"), 0);
    EXPECT_EQ(compare_versions("x", "x"), 0);
}
TEST(Escape, EchoAndPrintf) {
    std::string text;
    EXPECT_TRUE(append_unescaped(text, "a\\tb\\0101\\x41\\q", EscapeStyle::echo));
    EXPECT_EQ(text, "a\tbAA\\q");
    text.clear();
    EXPECT_FALSE(append_unescaped(text, "a\\cb", EscapeStyle::printf));
    EXPECT_EQ(text, "a");
}

} // namespace
} // namespace coreutils
