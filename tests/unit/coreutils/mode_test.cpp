// Symbolic modes: POSIX.1-2017 chmod, EXTENDED DESCRIPTION.
#include "lib/mode.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace coreutils {
namespace {

int applied(const char* text, mode_t mode, mode_t mask = 022) {
    auto change = ModeChange::parse(text);
    return change ? static_cast<int>(change->apply(mode, mask)) : -1;
}

TEST(Mode, Symbolic) {
    EXPECT_EQ(applied("u+x", S_IFREG | 0644), 0744);
    EXPECT_EQ(applied("+x", S_IFREG | 0644, 077), 0744);
    EXPECT_EQ(applied("=", S_IFREG | 0777), 0);
    EXPECT_EQ(applied("a=r", S_IFREG | 0777), 0444);
    EXPECT_EQ(applied("g=u,o=", S_IFREG | 0741), 0770);
    EXPECT_EQ(applied("u=rwx,go=rx", S_IFREG), 0755);
    EXPECT_EQ(applied("a+X", S_IFREG | 0644), 0644);
    EXPECT_EQ(applied("a+X", S_IFDIR | 0644), 0755);
    EXPECT_EQ(applied("a+X", S_IFREG | 0744), 0755);
    EXPECT_EQ(applied("u+s,g+s,+t", S_IFREG | 0755), 07755);
    EXPECT_EQ(applied("u+rw-x", S_IFREG | 0100), 0600);
    EXPECT_EQ(applied("u=g", S_IFREG | 0640), 0440);
}
TEST(Mode, Octal) {
    EXPECT_EQ(applied("755", S_IFREG | 0), 0755);
    EXPECT_EQ(applied("755", S_IFDIR | 02700), 02755);
    EXPECT_EQ(applied("00755", S_IFDIR | 02700), 0755);
}
TEST(Mode, Wrong) {
    for (const char* text : {"", "8", "u", "u+q", "77777", "u+r,", ",u+r", "x+r", "u+r g+r"})
        EXPECT_EQ(applied(text, 0), -1) << text;
}
TEST(Mode, String) {
    EXPECT_EQ(mode_string(S_IFDIR | 01777), "drwxrwxrwt");
    EXPECT_EQ(mode_string(S_IFREG | 06644), "-rwSr-Sr--");
}

} // namespace
} // namespace coreutils
