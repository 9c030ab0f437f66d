#include "proc/system_names.h"

#include <string.h>

#include <algorithm>

#include "boot/version.h"
#include "sync/spinlock.h"

namespace martlet {

namespace {

/// What programs for Linux 6.1 may expect; the suffix says who answers.
constexpr std::string_view kRelease = "6.1.0-martlet";

using Field = char[65];

void set_field(Field& field, std::string_view text) {
    memset(field, 0, sizeof field);
    memcpy(field, text.data(), std::min(text.size(), sizeof field - 1));
}

SpinLock g_lock{LockRank::Leaf};
Field g_node GUARDED_BY(g_lock) = "martlet";
Field g_domain GUARDED_BY(g_lock) = "(none)";

} // namespace

abi::UtsName system_names() {
    abi::UtsName names = {};
    set_field(names.system, "Linux");
    set_field(names.release, kRelease);
    set_field(names.version, "#1 SMP Martlet ");
    memcpy(names.version + strlen(names.version), kVersion.data(), kVersion.size());
    set_field(names.machine, "x86_64");
    LockGuard guard(g_lock);
    memcpy(names.node, g_node, sizeof names.node);
    memcpy(names.domain, g_domain, sizeof names.domain);
    return names;
}

ChangeCount node_name_changes, domain_name_changes;

void set_node_name(std::string_view name) {
    {
        LockGuard guard(g_lock);
        set_field(g_node, name);
    }
    node_name_changes.note();
}

void set_domain_name(std::string_view name) {
    {
        LockGuard guard(g_lock);
        set_field(g_domain, name);
    }
    domain_name_changes.note();
}

} // namespace martlet
