// Timers on a clock and an interrupt that the test plays.
#include "time/timer.h"

#include "arch/interrupts.h"
#include "time/clock.h"

namespace martlet {
namespace {

u64 g_now_ns = 0;
std::optional<u64> g_armed_ns;

struct Record {
    std::vector<int> order;
};

struct TestTimer {
    int id;
    Record& record;
    u64 again_after_ns = 0;
    Timer timer{fire, this};
    static void fire(Timer& timer, void* context) {
        auto& self = *static_cast<TestTimer*>(context);
        self.record.order.push_back(self.id);
        if (self.again_after_ns != 0) timer.arm(g_now_ns + self.again_after_ns);
    }
};

class Timers : public ::testing::Test {
protected:
    Timers() {
        g_now_ns = 1000;
        g_armed_ns.reset();
    }
    /// Lets time pass until the interrupt that is armed, and delivers it.
    void pass_to(u64 at_ns) {
        while (g_armed_ns && *g_armed_ns <= at_ns) {
            g_now_ns = std::max(g_now_ns, *g_armed_ns);
            g_armed_ns.reset();
            run_expired_timers();
        }
        g_now_ns = at_ns;
    }
    Record record;
};

TEST_F(Timers, FireInOrderOfDeadline) {
    TestTimer a{1, record}, b{2, record}, c{3, record};
    a.timer.arm(3000);
    b.timer.arm(2000);
    c.timer.arm(2500);
    EXPECT_EQ(g_armed_ns, 2000u);
    pass_to(2600);
    EXPECT_EQ(record.order, (std::vector{2, 3}));
    EXPECT_EQ(g_armed_ns, 3000u);
    pass_to(4000);
    EXPECT_EQ(record.order, (std::vector{2, 3, 1}));
    EXPECT_FALSE(g_armed_ns) << "nothing to wait for: no tick";
}

TEST_F(Timers, CancelledTimerDoesNotFire) {
    TestTimer a{1, record};
    a.timer.arm(2000);
    EXPECT_TRUE(a.timer.is_pending());
    EXPECT_TRUE(a.timer.cancel());
    EXPECT_FALSE(a.timer.is_pending());
    EXPECT_FALSE(a.timer.cancel());
    pass_to(5000);
    EXPECT_TRUE(record.order.empty());
}

TEST_F(Timers, ArmingAgainMovesIt) {
    TestTimer a{1, record}, b{2, record};
    a.timer.arm(2000);
    b.timer.arm(3000);
    a.timer.arm(4000);
    pass_to(3500);
    EXPECT_EQ(record.order, (std::vector{2}));
    pass_to(4000);
    EXPECT_EQ(record.order, (std::vector{2, 1}));
}

TEST_F(Timers, CallbackMayArmItsTimerAgain) {
    TestTimer a{1, record, 100};
    a.timer.arm(2000);
    pass_to(2350);
    EXPECT_EQ(record.order, (std::vector{1, 1, 1, 1}));
    EXPECT_TRUE(a.timer.cancel());
}

TEST_F(Timers, DeadlineInThePastFiresFromTheInterrupt) {
    TestTimer a{1, record};
    a.timer.arm(500);
    EXPECT_TRUE(record.order.empty());
    EXPECT_TRUE(g_armed_ns);
    pass_to(1000);
    EXPECT_EQ(record.order, (std::vector{1}));
}

TEST_F(Timers, EqualDeadlinesAllFire) {
    TestTimer a{1, record}, b{2, record}, c{3, record};
    for (TestTimer* each : {&a, &b, &c}) each->timer.arm(2000);
    pass_to(2000);
    EXPECT_EQ(record.order.size(), 3u);
}

TEST_F(Timers, DestroyedTimerIsCancelled) {
    {
        TestTimer a{1, record};
        a.timer.arm(2000);
    }
    pass_to(3000);
    EXPECT_TRUE(record.order.empty());
}

} // namespace

u64 monotonic_ns() { return g_now_ns; }
void arm_timer_interrupt(u64 deadline_ns) { g_armed_ns = deadline_ns; }

} // namespace martlet
