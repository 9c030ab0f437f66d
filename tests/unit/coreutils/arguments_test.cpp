// The option parser: what GNU's getopt_long and POSIX's guidelines say a command line means.
#include "framework/arguments.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <string>
#include <vector>

namespace coreutils {
namespace {

constexpr Option kOptions[] = {
    {'a', "all", nullptr, ""},   {'b', "block", nullptr, ""}, {'n', "number", "[-]NUM", ""},
    {'w', "when", "[WHEN]", ""}, {300, "blank", nullptr, ""}, {kNumberOption, nullptr, "NUM", ""},
};

int nothing(Arguments&) { return 0; }

struct Parsed {
    std::string options;
    std::vector<std::string> operands;
};

Parsed parse(std::vector<std::string> words, OperandOrder order = OperandOrder::permute) {
    Tool tool{.name = "tool",
              .synopsis = "",
              .summary = "",
              .options = kOptions,
              .run = nothing,
              .order = order,
              .usage_status = 7};
    set_current_tool(tool);
    words.insert(words.begin(), "tool");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    Arguments arguments(tool, argv);
    Parsed parsed;
    while (auto option = arguments.next_option()) {
        parsed.options += *option == kNumberOption ? "#"
                          : *option < 256          ? std::string(1, static_cast<char>(*option))
                                                   : std::to_string(*option);
        if (arguments.value()) parsed.options.append("=").append(arguments.value());
        parsed.options += ' ';
    }
    for (char* operand : arguments.operands()) parsed.operands.emplace_back(operand);
    return parsed;
}

TEST(Arguments, LettersCombine) { EXPECT_EQ(parse({"-ab", "x"}).options, "a b "); }
TEST(Arguments, ValueAttachedOrSeparate) {
    EXPECT_EQ(parse({"-n5"}).options, "n=5 ");
    EXPECT_EQ(parse({"-n", "5"}).options, "n=5 ");
    EXPECT_EQ(parse({"-an", "-5"}).options, "a n=-5 ");
    EXPECT_EQ(parse({"--number=5"}).options, "n=5 ");
    EXPECT_EQ(parse({"--number", "5"}).options, "n=5 ");
}
TEST(Arguments, BracketsAroundPartOfANameAreNoOptionalValue) {
    EXPECT_EQ(parse({"-n", "3", "f"}).operands.size(), 1u);
}
TEST(Arguments, OptionalValueOnlyAttached) {
    EXPECT_EQ(parse({"-w", "x"}).options, "w ");
    EXPECT_EQ(parse({"-wx"}).options, "w=x ");
    EXPECT_EQ(parse({"--when=x"}).options, "w=x ");
    EXPECT_EQ(parse({"--when", "x"}).operands.size(), 1u);
}
TEST(Arguments, UnambiguousPrefix) {
    EXPECT_EQ(parse({"--num=1"}).options, "n=1 ");
    EXPECT_EQ(parse({"--blo"}).options, "b ");
    EXPECT_EQ(parse({"--bla"}).options, "300 ");
}
TEST(Arguments, NumberOption) {
    EXPECT_EQ(parse({"-15"}).options, "#=15 ");
    EXPECT_EQ(parse({"-a15b"}).options, "a #=15 b ");
}
TEST(Arguments, PermutesUnlessToldOtherwise) {
    EXPECT_EQ(parse({"x", "-a", "y"}).options, "a ");
    EXPECT_EQ(parse({"x", "-a"}, OperandOrder::options_first).operands,
              (std::vector<std::string>{"x", "-a"}));
    setenv("POSIXLY_CORRECT", "1", 1);
    EXPECT_EQ(parse({"x", "-a"}).operands, (std::vector<std::string>{"x", "-a"}));
    unsetenv("POSIXLY_CORRECT");
}
TEST(Arguments, DoubleDashAndDash) {
    EXPECT_EQ(parse({"-a", "--", "-b"}).operands, (std::vector<std::string>{"-b"}));
    EXPECT_EQ(parse({"-"}).operands, (std::vector<std::string>{"-"}));
}
TEST(ArgumentsDeathTest, WrongOptionsEndTheTool) {
    EXPECT_EXIT(parse({"-z"}), testing::ExitedWithCode(7), "tool: invalid option -- 'z'");
    EXPECT_EXIT(parse({"--zzz"}), testing::ExitedWithCode(7), "unrecognized option '--zzz'");
    EXPECT_EXIT(parse({"--bl"}), testing::ExitedWithCode(7), "ambiguous");
    EXPECT_EXIT(parse({"--all=1"}), testing::ExitedWithCode(7), "doesn't allow an argument");
    EXPECT_EXIT(parse({"-n"}), testing::ExitedWithCode(7), "requires an argument");
}

} // namespace
} // namespace coreutils
