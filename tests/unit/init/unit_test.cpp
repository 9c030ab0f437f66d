#include "unit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <random>

#include "values.h"

namespace init {
namespace {

using testing::ElementsAre;

Unit parse(std::string_view text, std::string_view name = "web") {
    return parse_unit(name, "/etc/services/web.service", text);
}

TEST(Unit, reads_every_key) {
    Unit unit = parse(R"(# a comment
[Unit]
Description = Serves pages
After=network clock.service
Requires=store

[Service]
Type=forking
ExecStart=/bin/web --root "/srv/my pages" -v
PIDFile=/run/web.pid
Restart=on-failure
RestartSec=250ms
StartLimitBurst=7
TimeoutStartSec=2min
TimeoutStopSec=infinity
KillSignal=SIGINT
User=www
Group=web
WorkingDirectory=/srv
Environment=A=1 "B=two words"
Environment=C=3
Terminal=tty7
LimitNOFILE=64:128
LimitAS=16M
)");
    EXPECT_THAT(unit.errors, ElementsAre());
    EXPECT_EQ(unit.description, "Serves pages");
    EXPECT_THAT(unit.after, ElementsAre("network", "clock"));
    EXPECT_THAT(unit.requires_units, ElementsAre("store"));
    EXPECT_EQ(unit.type, ServiceType::Forking);
    EXPECT_THAT(unit.command, ElementsAre("/bin/web", "--root", "/srv/my pages", "-v"));
    EXPECT_EQ(unit.pid_file, "/run/web.pid");
    EXPECT_EQ(unit.restart, RestartPolicy::OnFailure);
    EXPECT_EQ(unit.restart_delay_ms, 250u);
    EXPECT_EQ(unit.start_limit, 7u);
    EXPECT_EQ(unit.start_timeout_ms, 120'000u);
    EXPECT_EQ(unit.stop_timeout_ms, kNoTimeLimit);
    EXPECT_EQ(unit.stop_signal, SIGINT);
    EXPECT_EQ(unit.user + unit.group + unit.working_directory + unit.terminal, "wwwweb/srvtty7");
    EXPECT_THAT(unit.environment, ElementsAre("A=1", "B=two words", "C=3"));
    ASSERT_EQ(unit.limits.size(), 2u);
    EXPECT_EQ(unit.limits[0].value.rlim_cur, 64u);
    EXPECT_EQ(unit.limits[0].value.rlim_max, 128u);
    EXPECT_EQ(unit.limits[1].value.rlim_cur, 16u << 20);
}

TEST(Unit, names_file_and_line_of_each_error) {
    Unit unit = parse("[Unit]\nBogus=1\nExecStart=/bin/x\n[Service]\nType=sometimes\nno equals "
                      "sign\n[Install]\nLimitCPU=lots\n"
                      "Restart=always\nExecStart='unfinished\n");
    EXPECT_THAT(
        unit.errors,
        ElementsAre("/etc/services/web.service:2: unknown key",
                    "/etc/services/web.service:3: ExecStart belongs to the other section",
                    "/etc/services/web.service:5: Type: not a type (simple, forking, oneshot)",
                    "/etc/services/web.service:6: not Key=value",
                    "/etc/services/web.service:7: unknown section",
                    "/etc/services/web.service:8: LimitCPU: not a limit (N, NK, NM, NG, infinity, soft:hard)",
                    "/etc/services/web.service:10: ExecStart: quotes that do not end"));
}

TEST(Unit, says_what_is_missing) {
    EXPECT_THAT(parse("").errors, ElementsAre("/etc/services/web.service:1: no ExecStart"));
    EXPECT_THAT(parse("ExecStart=x\nType=forking\n").errors,
                ElementsAre("/etc/services/web.service:1: Type=forking needs PIDFile"));
    EXPECT_EQ(parse("ExecStart=x\nType=oneshot\nRestart=always").errors.size(), 1u);
}

TEST(Unit, expands_the_instance_of_a_template) {
    Unit unit = parse("ExecStart=/sbin/getty %i 100%%\nTerminal=%i\n", "getty@tty3");
    EXPECT_THAT(unit.command, ElementsAre("/sbin/getty", "tty3", "100%"));
    EXPECT_EQ(unit.terminal, "tty3");
    EXPECT_EQ(parse("ExecStart=x %q").errors.size(), 1u);
    EXPECT_EQ(unit_file_name("getty@tty3"), "getty@.service");
    EXPECT_EQ(unit_file_name("web"), "web.service");
}

TEST(Unit, takes_garbage_for_what_it_is) {
    EXPECT_EQ(parse(std::string_view("Exec\0Start", 10)).errors.size(), 1u);
    EXPECT_EQ(parse(std::string(kMaximumUnitBytes + 1, 'x')).errors.size(), 1u);
    std::mt19937 random(1);
    for (int round = 0; round < 2000; ++round) {
        std::string text;
        for (int i = 0; i < 400; ++i) text += static_cast<char>(random() % 8 ? 32 + random() % 96 : random());
        if (round % 2) text.insert(random() % text.size(), "\nExecStart=\"a\\");
        Unit unit = parse(text);
        EXPECT_FALSE(unit.errors.empty() && unit.command.empty());
        EXPECT_LE(unit.errors.size(), kMaximumErrors);
    }
}

TEST(Unit, has_a_name_that_stays_in_the_folder) {
    for (const char* good : {"a", "getty@tty1", "my-app_2.0", "a:b+c"})
        EXPECT_TRUE(is_unit_name(good)) << good;
    for (const char* bad : {"", ".", "..", ".hidden", "a/b", "../x", "a b", "-x", "\xc3\xa4"})
        EXPECT_FALSE(is_unit_name(bad)) << bad;
    EXPECT_FALSE(is_unit_name(std::string(65, 'a')));
}

TEST(Values, words) {
    EXPECT_THAT(*split_words("  a  'b c'd \"e \\\" f\" \\  ''"), ElementsAre("a", "b cd", "e \" f", " ", ""));
    EXPECT_THAT(*split_words("'\\'"), ElementsAre("\\"));
    EXPECT_FALSE(split_words("\"open"));
    EXPECT_FALSE(split_words("end\\"));
}

TEST(Values, numbers_times_limits_signals) {
    EXPECT_EQ(parse_time_ms("5"), 5000u);
    EXPECT_EQ(parse_time_ms("1h"), 3'600'000u);
    for (const char* bad : {"", "x", "-1", "5 s", "99999999999999999h", "1.5"})
        EXPECT_FALSE(parse_time_ms(bad)) << bad;
    EXPECT_EQ(parse_limit("infinity")->rlim_max, RLIM_INFINITY);
    for (const char* bad : {"", "1T", "2:1", "1:", ":", "99999999999999999999"})
        EXPECT_FALSE(parse_limit(bad)) << bad;
    EXPECT_EQ(parse_signal("TERM"), SIGTERM);
    EXPECT_EQ(parse_signal("10"), 10);
    for (const char* bad : {"", "0", "65", "SIGNOT"}) EXPECT_FALSE(parse_signal(bad)) << bad;
}

} // namespace
} // namespace init
