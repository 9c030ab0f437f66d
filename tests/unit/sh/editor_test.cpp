// The line editor's parts that need no terminal: the line, what is drawn, completion, widths.
#include <clocale>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edit/completion.hpp"
#include "edit/display_width.hpp"
#include "edit/history.hpp"
#include "edit/line_buffer.hpp"
#include "edit/screen.hpp"
#include "shell.hpp"

namespace sh {
namespace {

// The host's wcwidth() knows characters only in a locale that has them.
[[maybe_unused]] const char* const kLocale = setlocale(LC_CTYPE, "C.UTF-8");

TEST(LineBuffer, MovesAndErasesByCharacters) {
    LineBuffer line;
    line.insert("a\303\251e\314\201b");
    line.move_left();
    line.erase_left();
    EXPECT_EQ(line.text(), "a\303\251b");
    line.erase_left();
    line.erase_right();
    EXPECT_EQ(line.text(), "a");
    line.move_left();
    line.move_left();
    EXPECT_EQ(line.cursor(), 0u);
    line.erase_left();
    EXPECT_EQ(line.text(), "a");
}

TEST(LineBuffer, KillsAccumulateAndYankReturnsThem) {
    LineBuffer line;
    line.insert("one two-three four");
    line.end_command();
    line.kill_blank_word_left();
    line.end_command();
    line.kill_blank_word_left();
    line.end_command();
    EXPECT_EQ(line.text(), "one ");
    line.yank();
    EXPECT_EQ(line.text(), "one two-three four");
    line.end_command();
    line.kill_word_left();
    EXPECT_EQ(line.text(), "one two-three ");
    line.end_command();
    line.move_to_start();
    line.end_command();
    line.kill_to_end();
    EXPECT_EQ(line.text(), "");
}

TEST(LineBuffer, UndoTakesBackOneStep) {
    LineBuffer line;
    line.insert("a");
    line.end_command();
    line.insert("b");
    line.end_command();
    line.kill_to_start();
    line.end_command();
    line.undo();
    EXPECT_EQ(line.text(), "ab");
    line.undo();
    EXPECT_EQ(line.text(), "");
    line.undo();
}

TEST(LineBuffer, WordsCaseAndTransposition) {
    LineBuffer line;
    line.insert("foo bar");
    line.move_word_left();
    EXPECT_EQ(line.cursor(), 4u);
    line.change_case(LineBuffer::Case::capital);
    EXPECT_EQ(line.text(), "foo Bar");
    line.transpose();
    EXPECT_EQ(line.text(), "foo Bra");
    line.move_to_start();
    line.transpose();
    EXPECT_EQ(line.text(), "foo Bra");
}

TEST(LineBuffer, LinesOfSeveralRows) {
    LineBuffer line;
    line.insert("ab\ncd");
    EXPECT_TRUE(line.move_up());
    EXPECT_EQ(line.cursor(), 2u);
    EXPECT_FALSE(line.move_up());
    line.move_to_start();
    EXPECT_EQ(line.cursor(), 0u);
    EXPECT_TRUE(line.move_down());
    EXPECT_EQ(line.cursor(), 3u);
}

TEST(DisplayWidth, KnowsWideCombiningAndEscapes) {
    EXPECT_EQ(display_width("abc"), 3);
    EXPECT_EQ(display_width("\343\201\202"), 2);
    EXPECT_EQ(display_width("e\314\201"), 1);
    EXPECT_EQ(display_width("\033[1;31mred\033[0m"), 3);
    EXPECT_EQ(display_width("\033]0;title\aX"), 1);
    EXPECT_EQ(display_width("\001"), 2);
}

TEST(Screen, AppendsWithoutRedrawing) {
    Screen screen;
    screen.start("$ ", 80);
    EXPECT_EQ(screen.draw("", 0), "$ \033[J");
    EXPECT_EQ(screen.draw("a", 1), "a");
    EXPECT_EQ(screen.draw("ab", 2), "b");
    EXPECT_EQ(screen.finish("ab"), "\r\n");
}

TEST(Screen, PutsTheCursorInsideTheLine) {
    Screen screen;
    screen.start("$ ", 80);
    screen.draw("abc", 3);
    EXPECT_EQ(screen.draw("abc", 1), "\r$ abc\033[J\r\033[3C");
}

TEST(Screen, WrapsAtTheWidthAndComesBackUp) {
    Screen screen;
    screen.start("$ ", 10);
    EXPECT_EQ(screen.draw("0123456789", 10), "$ 01234567\033[K\r\n89\033[J");
    EXPECT_EQ(screen.draw("0123456789", 0), "\033[1A\r$ 01234567\033[K\r\n89\033[J\033[1A\r\033[2C");
}

TEST(Screen, AFullRowMovesToTheNext) {
    Screen screen;
    screen.start("$ ", 5);
    EXPECT_EQ(screen.draw("abc", 3), "$ abc\r\n\033[J");
    EXPECT_EQ(screen.finish("abc"), "");
}

class CompletionTest : public testing::Test {
protected:
    CompletionTest() {
        char name[] = "/tmp/sh-test-XXXXXX";
        directory = mkdtemp(name);
        EXPECT_EQ(chdir(directory.c_str()), 0);
        std::ofstream("file one");
        std::ofstream("file two");
        std::ofstream("unique");
        std::ofstream(".hidden");
        mkdir("sub", 0755);
        std::ofstream("sub/tool");
        chmod("sub/tool", 0755);
        shell.variables.set("PATH", directory + "/sub");
    }
    ~CompletionTest() override {
        EXPECT_EQ(chdir("/"), 0);
        EXPECT_EQ(system(("rm -rf " + directory).c_str()), 0);
    }
    std::string replacement(std::string_view line) { return complete(shell, line, line.size()).replacement; }

    Shell shell;
    std::string directory;
};

TEST_F(CompletionTest, CommandsWhereACommandBegins) {
    EXPECT_EQ(replacement("too"), "tool ");
    EXPECT_EQ(replacement("a | too"), "tool ");
    EXPECT_EQ(replacement("x=1 unal"), "unalias ");
    EXPECT_EQ(replacement("if expor"), "export ");
    EXPECT_EQ(replacement("echo too"), "");
}

TEST_F(CompletionTest, PathsWithQuoting) {
    EXPECT_EQ(replacement("echo fi"), "file\\ ");
    EXPECT_EQ(replacement("echo \"fi"), "\"file ");
    EXPECT_EQ(replacement("cat <un"), "unique ");
    EXPECT_EQ(replacement("echo 'un"), "'unique' ");
    EXPECT_EQ(replacement("cd su"), "sub/");
    EXPECT_EQ(replacement("sub/to"), "sub/tool ");
    EXPECT_EQ(replacement("echo .h"), ".hidden ");
    EXPECT_EQ(complete(shell, "echo fi", 7).candidates, (std::vector<std::string>{"file one", "file two"}));
    EXPECT_EQ(replacement("echo nosuch"), "");
}

TEST_F(CompletionTest, Variables) {
    shell.variables.set("SOME_VARIABLE", "1");
    EXPECT_EQ(replacement("echo $SOME_V"), "$SOME_VARIABLE ");
    EXPECT_EQ(replacement("echo ${SOME_V"), "${SOME_VARIABLE} ");
}

TEST_F(CompletionTest, HistorySurvivesInItsFile) {
    shell.variables.set("HISTFILE", directory + "/history");
    History first(shell);
    first.add("one");
    first.add("one");
    first.add(" secret");
    first.add("two");
    first.extend("lines");
    first.save();
    History second(shell);
    second.load();
    ASSERT_EQ(second.size(), 2u);
    EXPECT_EQ(second[0], "one");
    EXPECT_EQ(second[1], "two\nlines");
}

TEST(Columns, FillDownwards) {
    EXPECT_EQ(in_columns({"a", "b", "dir/c/"}, 8), "a   c/\r\nb\r\n");
    EXPECT_EQ(in_columns({"longer-than-the-screen"}, 5), "longer-than-the-screen\r\n");
}

}  // namespace
}  // namespace sh
