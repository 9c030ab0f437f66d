// Arithmetic, patterns, escapes and the expander on a shell that never forks.
#include <gtest/gtest.h>
#include <map>

#include "base/escapes.hpp"
#include "base/stack_guard.hpp"
#include "base/text.hpp"
#include "builtins/symbolic_mode.hpp"
#include "expand/arithmetic.hpp"
#include "expand/expander.hpp"
#include "expand/pattern.hpp"
#include "shell.hpp"
#include "syntax/parser.hpp"

namespace sh {
namespace {

class MapVariables : public ArithmeticVariables {
public:
    std::map<std::string, std::string, std::less<>> values;

    bool get(std::string_view name, const std::string*& value) override {
        auto at = values.find(name);
        value = at == values.end() ? nullptr : &at->second;
        return true;
    }
    bool set(std::string_view name, int64_t value) override {
        values[std::string(name)] = std::to_string(value);
        return true;
    }
};

int64_t calculate(std::string_view text, MapVariables& variables) {
    StackGuard::measure();
    ArithmeticResult result = evaluate_arithmetic(text, variables);
    EXPECT_TRUE(result.ok) << text << ": " << result.error;
    return result.value;
}

int64_t calculate(std::string_view text) {
    MapVariables variables;
    return calculate(text, variables);
}

TEST(Arithmetic, OperatorsAndPrecedence) {
    EXPECT_EQ(calculate("1 + 2 * 3 - 4 / 2 % 3"), 5);
    EXPECT_EQ(calculate("(1 + 2) * 3"), 9);
    EXPECT_EQ(calculate("1 << 3 | 1 ^ 3 & 2"), 11);
    EXPECT_EQ(calculate("2 > 1 == 1 && 0 || 5 >= 5"), 1);
    EXPECT_EQ(calculate("-2 - -3 + +1 + ~0 + !5"), 1);
    EXPECT_EQ(calculate("1 ? 2 ? 3 : 4 : 5"), 3);
    EXPECT_EQ(calculate("0 ? 1 : 0 ? 2 : 3"), 3);
    EXPECT_EQ(calculate("1, 2, 3"), 3);
    EXPECT_EQ(calculate(""), 0);
    EXPECT_EQ(calculate("0x10 + 010"), 24);
}

TEST(Arithmetic, AssignmentsAndSteps) {
    MapVariables variables;
    EXPECT_EQ(calculate("a = b = 3", variables), 3);
    EXPECT_EQ(calculate("a += 4, a", variables), 7);
    EXPECT_EQ(calculate("a++ + ++a", variables), 16);
    EXPECT_EQ(calculate("a-- - --a", variables), 2);
    EXPECT_EQ(calculate("a <<= 2", variables), 28);
    EXPECT_EQ(variables.values["a"], "28");
    EXPECT_EQ(calculate("- -a", variables), 28);
    EXPECT_EQ(calculate("1 - --b", variables), -1);
}

TEST(Arithmetic, UntakenSidesHaveNoEffect) {
    MapVariables variables;
    EXPECT_EQ(calculate("0 && (a = 1)", variables), 0);
    EXPECT_EQ(calculate("1 || a++", variables), 1);
    EXPECT_EQ(calculate("1 ? 2 : (a = 3)", variables), 2);
    EXPECT_EQ(calculate("0 && 1 / 0", variables), 0);
    EXPECT_TRUE(variables.values.empty());
}

TEST(Arithmetic, WrapsAndSaturatesWithoutUndefinedBehaviour) {
    EXPECT_EQ(calculate("9223372036854775807 + 1"), INT64_MIN);
    EXPECT_EQ(calculate("-9223372036854775807 - 2"), INT64_MAX);
    EXPECT_EQ(calculate("(-9223372036854775807 - 1) / -1"), INT64_MIN);
    EXPECT_EQ(calculate("(-9223372036854775807 - 1) % -1"), 0);
    EXPECT_EQ(calculate("-(-9223372036854775807 - 1)"), INT64_MIN);
    EXPECT_EQ(calculate("1 << 64"), 1);
    EXPECT_EQ(calculate("99999999999999999999"), INT64_MAX);
}

TEST(Arithmetic, VariablesMayHoldExpressions) {
    MapVariables variables;
    variables.values["x"] = " 0x10 ";
    variables.values["y"] = "x + 1";
    variables.values["loop"] = "loop";
    EXPECT_EQ(calculate("x + y + unset", variables), 33);
    EXPECT_FALSE(evaluate_arithmetic("loop", variables).ok);
}

TEST(Arithmetic, ErrorsAreReported) {
    MapVariables variables;
    for (std::string_view text : {"1 +", "1 / 0", "1 % 0", "(1", "1)", "1 2", "1 ? 2", "5 = 3", "08", "0x", "a b", "@",
                                  "1 +* 2", "9a", "++5 =", "?"})
        EXPECT_FALSE(evaluate_arithmetic(text, variables).ok) << text;
    std::string deep(200000, '(');
    EXPECT_FALSE(evaluate_arithmetic(deep, variables).ok);
    std::string minus(400001, '-');
    EXPECT_FALSE(evaluate_arithmetic(minus, variables).ok);
}

Pattern bare(std::string_view text) {
    Pattern pattern;
    pattern.add(text, false);
    return pattern;
}

TEST(PatternMatching, StarsQuestionsAndBrackets) {
    auto match = [](std::string_view pattern, std::string_view text) { return matches(bare(pattern), text); };
    EXPECT_TRUE(match("*", ""));
    EXPECT_TRUE(match("a*b*c", "aXbXbc"));
    EXPECT_FALSE(match("a*b*c", "aXbXb"));
    EXPECT_TRUE(match("?", "\303\251"));
    EXPECT_FALSE(match("??", "\303\251"));
    EXPECT_TRUE(match("[a-c]x", "bx"));
    EXPECT_FALSE(match("[!a-c]", "b"));
    EXPECT_TRUE(match("[]a]", "]"));
    EXPECT_TRUE(match("[a-]", "-"));
    EXPECT_TRUE(match("[[:digit:]-]", "-"));
    EXPECT_TRUE(match("[[:alpha:]_]", "_"));
    EXPECT_TRUE(match("[[=a=][.b.]]", "b"));
    EXPECT_TRUE(match("[a", "[a"));
    EXPECT_TRUE(match("\\*", "*"));
    EXPECT_FALSE(match("\\*", "a"));
    EXPECT_TRUE(match("[\303\240-\303\260]", "\303\251"));
}

TEST(PatternMatching, QuotedBytesAreLiteral) {
    Pattern pattern;
    pattern.add("*", true);
    pattern.add("*", false);
    EXPECT_TRUE(matches(pattern, "*x"));
    EXPECT_FALSE(matches(pattern, "x"));
}

TEST(PatternMatching, ManyStarsDoNotExplode) {
    std::string stars;
    for (int i = 0; i < 500; ++i)
        stars += "*a";
    EXPECT_FALSE(matches(bare(stars + "b"), std::string(20000, 'a')));
}

TEST(PatternMatching, PrefixesAndSuffixes) {
    auto prefix = [](std::string_view p, std::string_view t, Extent e) { return matching_prefix(bare(p), t, e); };
    auto suffix = [](std::string_view p, std::string_view t, Extent e) { return matching_suffix(bare(p), t, e); };
    constexpr size_t kNone = std::string_view::npos;
    EXPECT_EQ(prefix("*/", "a/b/c", Extent::shortest), 2u);
    EXPECT_EQ(prefix("*/", "a/b/c", Extent::longest), 4u);
    EXPECT_EQ(suffix("/*", "a/b/c", Extent::shortest), 2u);
    EXPECT_EQ(suffix("/*", "a/b/c", Extent::longest), 4u);
    EXPECT_EQ(prefix("*", "abc", Extent::shortest), 0u);
    EXPECT_EQ(prefix("*", "abc", Extent::longest), 3u);
    EXPECT_EQ(suffix("x", "abc", Extent::longest), kNone);
    EXPECT_EQ(suffix("?", "a\303\251", Extent::shortest), 2u);
    EXPECT_EQ(suffix("?", "\200", Extent::longest), 1u);
    EXPECT_EQ(prefix("", "abc", Extent::longest), 0u);
}

TEST(Escapes, Dialects) {
    auto expand = [](std::string_view text, EscapeDialect dialect) {
        std::string result;
        while (!text.empty()) {
            char c = text[0];
            text.remove_prefix(1);
            if (c != '\\')
                result += c;
            else if (append_escape(result, text, dialect) == EscapeResult::stop_output)
                break;
        }
        return result;
    };
    EXPECT_EQ(expand("a\\tb\\0101\\101", EscapeDialect::echo), "a\tbA\\101");
    EXPECT_EQ(expand("\\101\\0101", EscapeDialect::printf_format), std::string("A\b1"));
    EXPECT_EQ(expand("x\\cy", EscapeDialect::printf_b), "x");
    EXPECT_EQ(expand("\\x41\\u20ac\\cA\\'", EscapeDialect::dollar_quotes), "A\342\202\254\001'");
    EXPECT_EQ(expand("\\", EscapeDialect::echo), "\\");
}

TEST(Masks, OctalAndSymbolic) {
    EXPECT_EQ(parse_mask("027", 0), 027u);
    EXPECT_EQ(parse_mask("u=rwx,g=rx,o=", 0777), 027u);
    EXPECT_EQ(parse_mask("g+w,o-rx", 022), 007u);
    EXPECT_EQ(symbolic_mask(027), "u=rwx,g=rx,o=");
    EXPECT_FALSE(parse_mask("888", 0));
    EXPECT_FALSE(parse_mask("q=r", 0));
    EXPECT_FALSE(parse_mask("", 0));
}

TEST(Text, NumbersAndQuoting) {
    EXPECT_EQ(parse_integer(" -12 "), -12);
    EXPECT_EQ(parse_integer("+7"), 7);
    EXPECT_FALSE(parse_integer("+-7"));
    EXPECT_FALSE(parse_integer("99999999999999999999"));
    EXPECT_FALSE(parse_integer(""));
    EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
    EXPECT_EQ(count_characters("a\303\251\377"), 3u);
}

// The fields one command line expands to.
class ExpanderTest : public testing::Test {
protected:
    ExpanderTest() { StackGuard::measure(); }

    std::vector<std::string> fields(std::string text) {
        text = "x " + text;
        ArenaRef arena = ArenaRef::create();
        StringSource source(text);
        Input input(source);
        Parser parser(input, nullptr);
        ParseResult result = parser.parse_command(*arena);
        EXPECT_EQ(parser.error_message(), "");
        const auto& command = static_cast<const SimpleCommand&>(*result.node);
        ArgumentList list;
        for (const Word* word : command.words.subspan(1)) {
            Expander expander(shell);
            if (!expander.fields(*word, list))
                return {"ERROR"};
        }
        return {list.pointers.begin(), list.pointers.end()};
    }

    using Fields = std::vector<std::string>;
    Shell shell;
};

TEST_F(ExpanderTest, SplitsOnlyUnquotedResults) {
    shell.variables.set("v", " a  b ");
    EXPECT_EQ(fields("$v"), (Fields{"a", "b"}));
    EXPECT_EQ(fields("\"$v\""), (Fields{" a  b "}));
    EXPECT_EQ(fields("x$v\"y\""), (Fields{"x", "a", "b", "y"}));
    EXPECT_EQ(fields("$unset"), (Fields{}));
    EXPECT_EQ(fields("\"$unset\" ''"), (Fields{"", ""}));
}

TEST_F(ExpanderTest, DelimitersOtherThanBlanksKeepEmptyFields) {
    shell.variables.set("IFS", ": ");
    shell.variables.set("v", ":a : b::c:");
    EXPECT_EQ(fields("$v"), (Fields{"", "a", "b", "", "c"}));
    shell.variables.set("IFS", "");
    EXPECT_EQ(fields("$v"), (Fields{":a : b::c:"}));
}

TEST_F(ExpanderTest, PositionalParameters) {
    std::vector<std::string> values = {"a b", "", "c"};
    shell.positional.assign(values.begin(), values.end());
    EXPECT_EQ(fields("\"$@\""), (Fields{"a b", "", "c"}));
    EXPECT_EQ(fields("$@"), (Fields{"a", "b", "c"}));
    EXPECT_EQ(fields("\"x$@y\""), (Fields{"xa b", "", "cy"}));
    EXPECT_EQ(fields("\"$*\" $#"), (Fields{"a b  c", "3"}));
    shell.positional.shift(3);
    EXPECT_EQ(fields("\"$@\""), (Fields{}));
    EXPECT_EQ(fields("${1+\"$@\"} \"\"\"$@\""), (Fields{""}));
}

TEST_F(ExpanderTest, OperatorsOfParameterExpansion) {
    shell.variables.set("e", "");
    shell.variables.set("f", "a/b.c.d");
    EXPECT_EQ(fields("${u-1} ${e-2} ${e:-3} ${f+4} ${e:+5}"), (Fields{"1", "3", "4"}));
    EXPECT_EQ(fields("${f%.*} ${f%%.*} ${f#*/} ${f##*.} ${#f}"), (Fields{"a/b.c", "a/b", "b.c.d", "d", "7"}));
    EXPECT_EQ(fields("${n:=new} $n"), (Fields{"new", "new"}));
    EXPECT_EQ(fields("\"${u-'q'}\" ${u-'q r'} \"${f%'.d'}\""), (Fields{"'q'", "q r", "a/b.c"}));
}

TEST_F(ExpanderTest, ErrorsUnwindTheShell) {
    testing::internal::CaptureStderr();
    EXPECT_EQ(fields("${u?gone}"), (Fields{"ERROR"}));
    EXPECT_EQ(shell.flow, Flow::abort_command);
    shell.flow = Flow::next;
    EXPECT_EQ(fields("$((1/0))"), (Fields{"ERROR"}));
    shell.flow = Flow::next;
    EXPECT_EQ(fields("${f!x}"), (Fields{"ERROR"}));
    EXPECT_NE(testing::internal::GetCapturedStderr().find("gone"), std::string::npos);
}

TEST(VariableTable, ScopesRestoreValueAndExport) {
    Variables variables;
    variables.set("x", "outer");
    variables.enter_scope();
    variables.save(*variables.entry("x"));
    variables.set("x", "inner");
    variables.set_exported(*variables.entry("x"), true);
    EXPECT_NE(std::string(variables.environment()[0]).find("x=inner"), std::string::npos);
    variables.leave_scope();
    EXPECT_EQ(*variables.get("x"), "outer");
    EXPECT_EQ(variables.environment()[0], nullptr);
    variables.entry("x")->read_only = true;
    EXPECT_EQ(variables.set("x", "y"), SetResult::read_only);
    EXPECT_EQ(variables.unset("x"), SetResult::read_only);
}

}  // namespace
}  // namespace sh
