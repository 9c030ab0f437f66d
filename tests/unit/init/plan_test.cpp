#include "plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace init {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class PlanTest : public testing::Test {
protected:
    void add(const std::string& name, std::vector<std::string> required,
             std::vector<std::string> after = {}) {
        Unit unit;
        unit.name = name;
        unit.requires_units = std::move(required);
        unit.after = std::move(after);
        units_[name] = unit;
    }
    Plan plan(std::vector<std::string> wanted) {
        return plan_start(wanted, [&](const std::string& name) {
            auto found = units_.find(name);
            return found == units_.end() ? nullptr : &found->second;
        });
    }
    std::map<std::string, Unit> units_;
};

TEST_F(PlanTest, pulls_in_what_is_required_but_not_what_is_only_named_by_After) {
    add("a", {"b"}, {"d"});
    add("b", {"c"});
    add("c", {});
    add("d", {});
    EXPECT_THAT(plan({"a"}).start, UnorderedElementsAre("a", "b", "c"));
}

TEST_F(PlanTest, names_the_units_of_a_cycle_and_keeps_the_rest) {
    add("a", {"b"});
    add("b", {}, {"c"});
    add("c", {"a"});
    add("d", {"a"});
    add("e", {});
    Plan result = plan({"c", "d", "e"});
    EXPECT_THAT(result.start, ElementsAre("d", "e"));
    ASSERT_EQ(result.rejected.size(), 3u);
    for (const Rejected& each : result.rejected) EXPECT_EQ(each.reason, "dependency cycle: a -> b -> c -> a");
}

TEST_F(PlanTest, finds_every_cycle) {
    add("self", {"self"});
    add("a", {"b"});
    add("b", {"a"});
    add("x", {}, {"y", "z"});
    add("y", {}, {"x"});
    add("z", {}, {"x"});
    Plan result = plan({"self", "a", "x", "y", "z"});
    EXPECT_THAT(result.start, ElementsAre("z"));
    EXPECT_EQ(result.rejected.size(), 5u);
}

TEST_F(PlanTest, an_order_among_units_that_do_not_all_start_is_no_cycle) {
    add("a", {}, {"b"});
    add("b", {}, {"a"});
    EXPECT_THAT(plan({"a"}).start, ElementsAre("a"));
}

TEST_F(PlanTest, rejects_what_has_errors_or_no_file) {
    add("bad", {});
    units_["bad"].errors.push_back("bad.service:3: unknown key");
    add("user", {"bad", "missing"});
    Plan result = plan({"user"});
    EXPECT_THAT(result.start, ElementsAre("user")); // it fails in its turn, naming what it lacks
    ASSERT_EQ(result.rejected.size(), 2u);
    EXPECT_EQ(result.rejected[0].reason, "bad.service:3: unknown key");
    EXPECT_THAT(result.rejected[1].reason, HasSubstr("missing.service is not there"));
    EXPECT_FALSE(result.rejected[1].has_file);
}

TEST_F(PlanTest, goes_through_a_thousand_units_in_a_chain) {
    for (int i = 0; i < 1000; ++i)
        add("u" + std::to_string(i),
            i ? std::vector<std::string>{"u" + std::to_string(i - 1)} : std::vector<std::string>{});
    EXPECT_EQ(plan({"u999"}).start.size(), 1000u);
}

} // namespace
} // namespace init
