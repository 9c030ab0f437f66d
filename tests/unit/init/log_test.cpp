#include "log_file.h"
#include "syslog_message.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <regex>

namespace logd {
namespace {

class LogFileTest : public testing::Test {
protected:
    LogFileTest() {
        char name[] = "/tmp/log-test-XXXXXX";
        folder_ = mkdtemp(name);
        path_ = folder_ + "/x.log";
    }
    ~LogFileTest() override {
        for (const char* part : {"", ".1", ".2", ".3", ".4"}) unlink((path_ + part).c_str());
        rmdir(folder_.c_str());
    }
    std::string text(const std::string& part = "") const {
        std::ifstream file(path_ + part, std::ios::binary);
        std::string all{std::istreambuf_iterator<char>(file), {}};
        return std::regex_replace(all, std::regex("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d "), "@");
    }
    std::string folder_, path_;
};

TEST_F(LogFileTest, stamps_each_line_once_however_it_comes) {
    {
        LogFile log(path_);
        log.append("one\ntw");
        log.append("o\n\nthr");
    }
    EXPECT_EQ(text(), "@one\n@two\n@\n@thr\n");
    LogFile(path_).append_line("as it is");
    EXPECT_EQ(text(), "@one\n@two\n@\n@thr\nas it is\n");
}

TEST_F(LogFileTest, keeps_bytes_that_are_no_text) {
    LogFile(path_).append(std::string_view("a\0\xff\n", 4));
    EXPECT_EQ(text(), std::string("@a\0\xff\n", 5));
}

TEST_F(LogFileTest, rotates_and_keeps_three_old_parts) {
    LogFile log(path_, 100);
    for (int i = 0; i < 60; ++i) log.append("line " + std::to_string(i) + "\n");
    EXPECT_NE(text().find("line 59\n"), std::string::npos);
    EXPECT_NE(text(".3"), "");
    EXPECT_EQ(text(".4"), "");
    struct stat status;
    ASSERT_EQ(stat((path_ + ".1").c_str(), &status), 0);
    EXPECT_LT(status.st_size, 150);
}

TEST_F(LogFileTest, passes_on_a_line_without_end) {
    LogFile log(path_, 1 << 20);
    std::string piece(64 * 1024, 'x');
    for (int i = 0; i < 100; ++i) log.append(piece);
    EXPECT_EQ(text(".3").size(), 1u << 20);
}

TEST(Syslog, makes_a_line_of_a_datagram) {
    auto line = [](std::string_view message) { return syslog_line(message, "Nov 21 17:00:00", "host"); };
    EXPECT_EQ(line("<38>Jan  2 03:04:05 su[7]: hello\n"), "Jan  2 03:04:05 host auth.info su[7]: hello");
    EXPECT_EQ(line("no header"), "Nov 21 17:00:00 host user.notice no header");
    EXPECT_EQ(line("<0>x"), "Nov 21 17:00:00 host kern.emerg x");
    EXPECT_EQ(line("<191>x"), "Nov 21 17:00:00 host local7.debug x");
    EXPECT_EQ(line("<192>x"), "Nov 21 17:00:00 host user.notice <192>x");
    EXPECT_EQ(line("<>x"), "Nov 21 17:00:00 host user.notice <>x");
    EXPECT_EQ(line("<13"), "Nov 21 17:00:00 host user.notice <13");
    EXPECT_EQ(line(""), "Nov 21 17:00:00 host user.notice ");
    EXPECT_EQ(line("<13>two\nlines\x1b[31m"), "Nov 21 17:00:00 host user.notice two lines [31m");
}

} // namespace
} // namespace logd
