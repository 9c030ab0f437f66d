#include "mm/large_pages.h"

#include <atomic>

namespace martlet {

namespace {
std::atomic<LargePagePolicy> g_policy = LargePagePolicy::Always;
}

LargePagePolicy large_page_policy() { return g_policy.load(std::memory_order_relaxed); }
void set_large_page_policy(LargePagePolicy policy) { g_policy.store(policy, std::memory_order_relaxed); }

bool allows_large_pages(const Vma& vma) {
    if (vma.attributes.object || vma.has(VmaFlag::NoHugePage)) return false;
    LargePagePolicy policy = large_page_policy();
    return policy == LargePagePolicy::Always || (policy == LargePagePolicy::Advised && vma.has(VmaFlag::HugePage));
}

} // namespace martlet
