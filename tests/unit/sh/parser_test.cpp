// Lexer and parser: a script is parsed and printed again; the printed form shows how it was understood.
#include <gtest/gtest.h>

#include "base/stack_guard.hpp"
#include "syntax/parser.hpp"
#include "syntax/print.hpp"

namespace sh {
namespace {

struct Parsed {
    std::vector<std::string> commands;
    std::string error;
    uint32_t error_line = 0;
};

Parsed parse(std::string_view text, Aliases* aliases = nullptr) {
    StackGuard::measure();
    StringSource source(text);
    Input input(source);
    Parser parser(input, aliases);
    Parsed parsed;
    for (;;) {
        ArenaRef arena = ArenaRef::create();
        ParseResult result = parser.parse_command(*arena);
        if (result.kind == ParseResult::Kind::command) {
            parsed.commands.push_back(print_command(result.node));
        } else if (result.kind == ParseResult::Kind::error) {
            parsed.error = parser.error_message();
            parsed.error_line = parser.error_line();
            return parsed;
        } else if (result.kind == ParseResult::Kind::end) {
            return parsed;
        }
    }
}

std::string one(std::string_view text) {
    Parsed parsed = parse(text);
    EXPECT_EQ(parsed.error, "") << text;
    EXPECT_EQ(parsed.commands.size(), 1u) << text;
    return parsed.commands.empty() ? "" : parsed.commands[0];
}

TEST(Parser, SimpleCommandsKeepTheirWords) {
    EXPECT_EQ(one("echo  a   b"), "echo a b");
    EXPECT_EQ(one("echo 'a b' \"c\" d\\ e"), "echo 'a b' 'c' d' 'e");
    EXPECT_EQ(one("x=1 y='2 3' cmd"), "x=1 y='2 3' cmd");
    EXPECT_EQ(one("x="), "x=");
    EXPECT_EQ(one("a=b=c"), "a=b=c");
    EXPECT_EQ(one("echo a=b"), "echo a=b");
}

TEST(Parser, EachLineIsACommandOfItsOwn) {
    EXPECT_EQ(parse("a\n\nb # comment\n# only a comment\nc").commands, (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(one("a; b & c"), "a; b & c");
    EXPECT_EQ(one("a &"), "a &");
}

TEST(Parser, OperatorsBindAsPosixSays) {
    EXPECT_EQ(one("a && b || c | d"), "a && b || c | d");
    EXPECT_EQ(one("! a | b"), "! a | b");
    EXPECT_EQ(one("(a; b) | { c; }"), "(a; b) | { c; }");
}

TEST(Parser, CompoundCommands) {
    EXPECT_EQ(one("if a\nthen b\nelif c; then d\nelse e\nfi"), "if a; then b; elif c; then d; else e; fi");
    EXPECT_EQ(one("while a; do b; done"), "while a; do b; done");
    EXPECT_EQ(one("until a\ndo b\ndone >f"), "until a; do b; done >f");
    EXPECT_EQ(one("for i\ndo a; done"), "for i; do a; done");
    EXPECT_EQ(one("for i in; do a; done"), "for i in; do a; done");
    EXPECT_EQ(one("for i in x y\n\ndo a; done"), "for i in x y; do a; done");
    EXPECT_EQ(one("case x in (a|b) c;; *) ;; esac"), "case x in a|b) c ;; *)  ;; esac");
    EXPECT_EQ(one("f ( )\n{ a; }"), "f() { a; }");
}

TEST(Parser, ReservedWordsOnlyWhereACommandBegins) {
    EXPECT_EQ(one("echo if then { }"), "echo if then { }");
    EXPECT_EQ(one("\"if\" x"), "'if' x");
    EXPECT_EQ(one("x=1 if"), "x=1 if");
}

TEST(Parser, Redirections) {
    EXPECT_EQ(one("a <b >c 2>>d 3<>e >|f 4<&5 >&- 6>&7"), "a <b >c 2>>d 3<>e >|f 4<&5 >&- 6>&7");
    EXPECT_EQ(one("echo 2 >f"), "echo 2 >f");
    EXPECT_EQ(one("echo a2>f"), "echo a2 >f");
    EXPECT_EQ(parse("cat <<E; b\nbody\nE\nc").commands, (std::vector<std::string>{"cat <<E; b", "c"}));
}

TEST(Parser, Expansions) {
    EXPECT_EQ(one("echo $a ${b} \"$c\" $1 ${10} $@"), "echo ${a} ${b} \"${c}\" ${1} ${10} ${@}");
    EXPECT_EQ(one("echo ${a:-b} ${a=c} ${#a} ${a%%b*} ${#} ${##}"), "echo ${a:-b} ${a=c} ${#a} ${a%%b*} ${#} ${##}");
    EXPECT_EQ(one("echo $(a; b) `c` $((1 + $x))"), "echo $(a; b) $(c) $((1 + ${x}))");
    EXPECT_EQ(one("echo \"$(echo \")\")\""), "echo \"$(echo ')')\"");
    EXPECT_EQ(one("echo $( (a) )"), "echo $((a))");
}

TEST(Parser, ArithmeticThatIsASubshellAfterAll) {
    EXPECT_EQ(one("echo $((a; b) | c)"), "echo $((a; b) | c)");
}

TEST(Parser, BraceExpansionMakesWords) {
    EXPECT_EQ(one("echo a{b,c}d {1..3} {x} \"{a,b}\""), "echo abd acd 1 2 3 {x} '{a,b}'");
    EXPECT_EQ(one("echo {a,{b,c}} {03..01} {a..e..2}"), "echo a b c 03 02 01 a c e");
}

TEST(Parser, BracesThatDoNotPairStayText) {
    EXPECT_EQ(one("echo {a,b {a,{b,c} {{a,b}} {{a,b} {a,b}} {,} {}"), "echo {a,b {a,b {a,c {a} {b} {a {b a} b}   {}");  // {,}: two empty words
}

TEST(Parser, WordsWithTooManyBracesStayAsTheyAre) {
    auto many = [](std::string_view open, std::string_view close, size_t count) {
        std::string text;
        for (size_t i = 0; i < count; ++i)
            text += open;
        for (size_t i = 0; i < count; ++i)
            text += close;
        return text;
    };
    for (const std::string& word : {many("{a,b}", "", 40), many("{a,b}", "", 50000), many("{a,", "}", 50000)})
        EXPECT_TRUE(one("echo " + word) == "echo " + word || one("echo " + word) == "echo '" + word + "'");
}

TEST(Parser, AliasesReplaceCommandWords) {
    Aliases aliases;
    aliases.set("ll", "ls -l");
    aliases.set("sudo", "env ");
    aliases.set("a", "b");
    aliases.set("b", "a x");
    aliases.set("begin", "{");
    EXPECT_EQ(parse("ll dir; echo ll", &aliases).commands[0], "ls -l dir; echo ll");
    EXPECT_EQ(parse("sudo ll", &aliases).commands[0], "env ls -l");
    EXPECT_EQ(parse("a", &aliases).commands[0], "a x");
    EXPECT_EQ(parse("\\ll 'll'", &aliases).commands[0], "'l'l 'll'");
    EXPECT_EQ(parse("begin x; }", &aliases).commands[0], "{ x; }");
    EXPECT_EQ(parse("x=1 ll", &aliases).commands[0], "x=1 ls -l");
    for (const Alias* alias : aliases.sorted())
        EXPECT_FALSE(alias->in_use) << alias->name;
}

TEST(Parser, ErrorsNameTheTokenAndTheLine) {
    EXPECT_EQ(parse("fi").error, "\"fi\" unexpected");
    EXPECT_EQ(parse("if a; fi").error, "\"fi\" unexpected (expecting \"then\")");
    EXPECT_EQ(parse("a | | b").error, "\"|\" unexpected");
    EXPECT_EQ(parse("echo 'a").error, "Unterminated quoted string");
    EXPECT_EQ(parse("a\nb\n)").error_line, 3u);
    for (std::string_view text : {"(", "{ a", "for", "for i in a; do", "case", "case a in", "case a in b", "f(", "f()",
                                  "a >", "a <<", "${", "$(", "`", "$((1", "\"$(", "while", "&", ";", "&&", "a &&", "! !",
                                  "if a; then", "() a", "a ()b", "<", "2>", "for 1 in", "f() echo", "a & ; b"})
        EXPECT_NE(parse(text).error, "") << text;
}

TEST(Parser, DeepNestingIsAnErrorNotACrash) {
    for (std::string_view opening : {"(", "{ ", "if ", "$(", "\"$(", "${a-", "while ", "$((", "f() { "}) {
        std::string text;
        for (int i = 0; i < 100000; ++i)
            text += opening;
        EXPECT_NE(parse(text).error, "") << opening;
    }
}

TEST(Parser, NestedArithmeticThatIsNoneCostsNoExponentialTime) {
    std::string text = "echo ";
    for (int i = 0; i < 60; ++i)
        text += "$((";
    for (int i = 0; i < 60; ++i)
        text += ") )";
    EXPECT_NE(parse(text).error, "");
}

TEST(Parser, TruncationsOfAScriptNeverCrash) {
    std::string_view script =
        "f() { local x=${1:-\"$(echo \"a b\" | tr a b)\"}; case $x in (a|b*) echo $((x+1)) ;& *) ;; esac; }\n"
        "if [ \"$x\" ] && ! f 2>&1 >|y; then for i in {a,b}c ~/x; do cat <<-E; done; elif :; then :; fi &\n"
        "\tbody ${x#*[!a-z]} `echo \\`id\\``\n\tE\nwhile read -r l; do echo \"${l%\"$x\"}\"; done <f # end\n";
    EXPECT_EQ(parse(script).error, "");
    for (size_t length = 0; length < script.size(); ++length) {
        parse(script.substr(0, length));
        parse(script.substr(length));
    }
}

}  // namespace
}  // namespace sh
