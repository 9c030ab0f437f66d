// Dates as operands, relative to Sunday 2024-03-10 12:00:00 UTC.
#include "lib/date_parse.h"
#include "lib/format_time.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace coreutils {
namespace {

constexpr timespec kNow = {1710072000, 500000000};

std::string parsed(std::string_view text) {
    setenv("TZ", "UTC0", 1);
    tzset();
    auto when = parse_date(text, kNow);
    return when ? format_time("%F %T", *when, Zone::utc) : "none";
}

TEST(Date, Forms) {
    EXPECT_EQ(parsed("now"), "2024-03-10 12:00:00");
    EXPECT_EQ(parsed("@86400"), "1970-01-02 00:00:00");
    EXPECT_EQ(parsed("2020-02-29"), "2020-02-29 00:00:00");
    EXPECT_EQ(parsed("2020-02-29T01:02:03Z"), "2020-02-29 01:02:03");
    EXPECT_EQ(parsed("2020-02-29 01:02:03 +0130"), "2020-02-28 23:32:03");
    EXPECT_EQ(parsed("2020-02-29T01:02:03-05:00"), "2020-02-29 06:02:03");
    EXPECT_EQ(parsed("1/2/2021"), "2021-01-02 00:00:00");
    EXPECT_EQ(parsed("2 Jan 2021 3pm"), "2021-01-02 15:00:00");
    EXPECT_EQ(parsed("Jan 2 2021"), "2021-01-02 00:00:00");
    EXPECT_EQ(parsed("20210102"), "2021-01-02 00:00:00");
    EXPECT_EQ(parsed("12:34"), "2024-03-10 12:34:00");
}
TEST(Date, Relative) {
    EXPECT_EQ(parsed("tomorrow"), "2024-03-11 12:00:00");
    EXPECT_EQ(parsed("2 days ago"), "2024-03-08 12:00:00");
    EXPECT_EQ(parsed("next month"), "2024-04-10 12:00:00");
    EXPECT_EQ(parsed("+1 week -1 day"), "2024-03-16 12:00:00");
    EXPECT_EQ(parsed("1 hour ago"), "2024-03-10 11:00:00");
    EXPECT_EQ(parsed("monday"), "2024-03-11 00:00:00");
    EXPECT_EQ(parsed("last year"), "2023-03-10 12:00:00");
}
TEST(Date, WhatIsNoDate) {
    for (const char* text :
         {"nonsense", "2024-02-30", "25:00", "2024-13-01", "12:00 13:00", "1 2 3 4", "--", "@x"})
        EXPECT_EQ(parsed(text), "none") << text;
}
TEST(Date, HostileTextIsRefusedQuietly) {
    std::string text;
    unsigned seed = 1;
    constexpr std::string_view kPieces[] = {
        "1", "99999999999999999999", "-", "+", ":", "/", "jan", "ago", "next", " ", "T", "Z", "day", ".", "(",
        "@"};
    for (int round = 0; round < 20000; ++round) {
        text.clear();
        for (int i = 0; i < 8; ++i) {
            seed = seed * 1103515245 + 12345;
            text += kPieces[seed >> 16 & 15];
        }
        parse_date(text, kNow);
    }
}
TEST(Date, TouchAndSetForms) {
    EXPECT_EQ(parse_touch_time("202001021304.05", kNow), 1577970245);
    EXPECT_EQ(parse_touch_time("2001021304", kNow), 1577970240);
    EXPECT_EQ(parse_set_time("010213042020.05", kNow), 1577970245);
    EXPECT_FALSE(parse_touch_time("202002300000", kNow));
    EXPECT_FALSE(parse_touch_time("123", kNow));
}
TEST(FormatTime, FlagsAndWidths) {
    timespec when = {1710047167, 123456789};
    EXPECT_EQ(format_time("%-d %_m %03d %^b %3N %:z %%", when, Zone::utc), "10  3 010 MAR 123 +00:00 %");
}

} // namespace
} // namespace coreutils
