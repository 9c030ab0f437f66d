#include "proc/signal_set.h"

#include <gtest/gtest.h>

namespace martlet {
namespace {

TEST(SignalSet, has_the_layout_of_sigset_t) {
    SignalSet set = SignalSet::of(kSigHup, 64);
    EXPECT_EQ(set.bits(), 1ull | 1ull << 63);
    EXPECT_EQ(set.first(), kSigHup);
    set.remove(kSigHup);
    EXPECT_EQ(set.first(), 64);
    EXPECT_TRUE((set & SignalSet::of(kSigHup)).is_empty());
    EXPECT_EQ(SignalSet().first(), 0);
}

TEST(DefaultAction, follows_signal_7) {
    EXPECT_EQ(default_action(kSigTerm), DefaultAction::Terminate);
    EXPECT_EQ(default_action(kSigSegv), DefaultAction::CoreDump);
    EXPECT_EQ(default_action(kSigChld), DefaultAction::Ignore);
    EXPECT_EQ(default_action(kSigWinch), DefaultAction::Ignore);
    EXPECT_EQ(default_action(kSigTtin), DefaultAction::Stop);
    EXPECT_EQ(default_action(kSigCont), DefaultAction::Continue);
    EXPECT_EQ(default_action(34), DefaultAction::Terminate);
    EXPECT_FALSE(is_valid_signal(0));
    EXPECT_TRUE(is_valid_signal(64));
    EXPECT_FALSE(is_valid_signal(65));
}

} // namespace
} // namespace martlet
