#include "proc/exec/script.h"

#include <gtest/gtest.h>

#include <string>

namespace martlet {
namespace {

TEST(ScriptLine, splits_interpreter_and_one_argument) {
    auto line = parse_script_line("#!/bin/sh\necho\n");
    ASSERT_TRUE(line && *line);
    EXPECT_EQ((*line)->interpreter, "/bin/sh");
    EXPECT_FALSE((*line)->has_argument);
    line = parse_script_line("#! \t/usr/bin/awk  -f  -v x \t\nrest");
    ASSERT_TRUE(line && *line);
    EXPECT_EQ((*line)->interpreter, "/usr/bin/awk");
    EXPECT_EQ((*line)->argument, "-f  -v x");
}

TEST(ScriptLine, other_files_are_not_scripts) {
    auto line = parse_script_line("\177ELF");
    ASSERT_TRUE(line);
    EXPECT_FALSE(*line);
    EXPECT_FALSE(*parse_script_line(""));
}

TEST(ScriptLine, a_script_without_interpreter_is_not_executable) {
    EXPECT_EQ(parse_script_line("#!\n").error(), Errno::ENOEXEC);
    EXPECT_EQ(parse_script_line("#!   \t \n/bin/sh").error(), Errno::ENOEXEC);
}

TEST(ScriptLine, a_name_cut_off_at_the_head_is_refused_but_an_argument_may_be) {
    std::string long_name = "#!/" + std::string(kExecHeadSize - 3, 'x');
    EXPECT_EQ(parse_script_line(long_name).error(), Errno::ENOEXEC);
    std::string long_argument = "#!/bin/sh " + std::string(kExecHeadSize - 10, 'y');
    auto line = parse_script_line(long_argument);
    ASSERT_TRUE(line && *line);
    EXPECT_EQ((*line)->argument.size(), kExecHeadSize - 10);
}

TEST(ScriptLine, a_short_file_needs_no_newline) {
    auto line = parse_script_line("#!/bin/sh");
    ASSERT_TRUE(line && *line);
    EXPECT_EQ((*line)->interpreter, "/bin/sh");
}

} // namespace
} // namespace martlet
