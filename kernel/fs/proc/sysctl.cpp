// /proc/sys: what programs read of the kernel's settings. Values that cannot be set are read-only.
#include "base/random.h"
#include "debug/log_sink.h"
#include "fs/pipe/pipe.h"
#include "fs/proc/system_entries.h"
#include "mm/address.h"
#include "proc/core/core_dump.h"
#include "proc/pid.h"
#include "proc/system_names.h"
#include "proc/task_count.h"
#include "vfs/dentry.h"
#include "vfs/filled_cache.h"
#include "vfs/option_parser.h"
#include "vfs/permission.h"

namespace martlet {
namespace {

using ulong = unsigned long long;

template <u64 Value> Result<void> show_number(TextBuffer& text, const ProcSubject&) {
    text.print("%llu\n", static_cast<ulong>(Value));
    return {};
}

template <auto Member> Result<void> show_system_name(TextBuffer& text, const ProcSubject&) {
    abi::UtsName names = system_names();
    text.print("%s\n", names.*Member);
    return {};
}

template <ChangeCount& Count> ProcChanges watch(const ProcSubject&) { return {&Count, {}}; }

/// A random UUID of version 4 (RFC 9562 5.4).
void print_uuid(TextBuffer& text, u8 (&bytes)[16]) {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    for (u32 index = 0; index < 16; ++index) {
        bool begins_group = index == 4 || index == 6 || index == 8 || index == 10;
        text.print(begins_group ? "-%02x" : "%02x", bytes[index]);
    }
    text.append("\n");
}

Result<void> show_uuid(TextBuffer& text, const ProcSubject&) {
    u8 bytes[16];
    random_bytes(bytes);
    print_uuid(text, bytes);
    return {};
}

Result<void> show_boot_id(TextBuffer& text, const ProcSubject&) {
    static constinit SpinLock making{LockRank::Device};
    static bool is_made = false;
    static u8 boot_id[16];
    u8 bytes[16];
    {
        LockGuard guard(making);
        if (!is_made) random_bytes(boot_id);
        is_made = true;
        memcpy(bytes, boot_id, sizeof bytes);
    }
    print_uuid(text, bytes);
    return {};
}

Result<void> show_dentry_state(TextBuffer& text, const ProcSubject&) {
    DentryStatistics statistics = DentryCache::statistics();
    text.print("%llu\t%llu\t45\t0\t0\t0\n", static_cast<ulong>(statistics.live), static_cast<ulong>(statistics.unused));
    return {};
}

Result<void> show_inode_count(TextBuffer& text, const ProcSubject&) {
    text.print("%llu\t0\n", static_cast<ulong>(live_inode_count()));
    return {};
}

Result<void> show_file_count(TextBuffer& text, const ProcSubject&) {
    text.print("%llu\t0\t%llu\n", static_cast<ulong>(live_file_count()), 0x7fff'ffff'ffff'ffffull);
    return {};
}

/// Console level, level of messages without one, lowest console level, level at boot. Only the first can be set.
Result<void> show_printk(TextBuffer& text, const ProcSubject&) {
    text.print("%u\t4\t1\t7\n", console_log_level());
    return {};
}
Result<void> store_printk(std::string_view text, const ProcSubject&) {
    if (text.empty() || text[0] < '0' || text[0] > '9') return Error(Errno::EINVAL);
    u32 level = 0;
    for (char digit : text.substr(0, text.find_first_of(" \t"))) {
        if (digit < '0' || digit > '9' || level > 100) return Error(Errno::EINVAL);
        level = level * 10 + static_cast<u32>(digit - '0');
    }
    set_console_log_level(level);
    return {};
}

constexpr usize kNameMax = 64;
Result<void> store_host_name(std::string_view text, const ProcSubject&) {
    set_node_name(text.substr(0, kNameMax));
    return {};
}
Result<void> store_domain_name(std::string_view text, const ProcSubject&) {
    set_domain_name(text.substr(0, kNameMax));
    return {};
}

Result<void> show_threads_max(TextBuffer& text, const ProcSubject&) {
    text.print("%u\n", maximum_task_count());
    return {};
}
Result<void> show_last_pid(TextBuffer& text, const ProcSubject&) {
    text.print("%d\n", process_totals().last_id);
    return {};
}
Result<void> show_architecture(TextBuffer& text, const ProcSubject&) {
    text.append("x86_64\n");
    return {};
}

/// 1 and 3 forget the clean pages of stored files, 2 and 3 the names that nobody uses.
Result<void> store_drop_caches(std::string_view text, const ProcSubject&) {
    if (text.size() != 1 || text[0] < '1' || text[0] > '4') return Error(Errno::EINVAL);
    if (text[0] == '1' || text[0] == '3') (void)FilledCache::reclaim_clean_pages(~0ull);
    if (text[0] == '2' || text[0] == '3') (void)DentryCache::reclaim_pages(~0u);
    return {};
}

Result<void> show_core_pattern(TextBuffer& text, const ProcSubject&) {
    char pattern[kCorePatternSize];
    text.append({pattern, core_pattern(pattern)});
    text.append("\n");
    return {};
}

Result<void> store_core_pattern(std::string_view text, const ProcSubject&) { return set_core_pattern(text); }

/// The protected_… rules (vfs/permission.h).
template <auto Member> Result<void> show_protection(TextBuffer& text, const ProcSubject&) {
    text.print("%u\n", (name_protection.*Member).load(std::memory_order_relaxed));
    return {};
}

template <auto Member, u32 Maximum> Result<void> store_protection(std::string_view text, const ProcSubject&) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
    u64 value = TRY(parse_number(text, 10));
    if (value > Maximum) return Error(Errno::EINVAL);
    (name_protection.*Member).store(static_cast<u32>(value), std::memory_order_relaxed);
    return {};
}

constexpr SystemEntry kEntries[] = {
    {"sys/fs/dentry-state", 0444, show_dentry_state},
    {"sys/fs/file-max", 0444, show_number<0x7fff'ffff'ffff'ffff>},
    {"sys/fs/file-nr", 0444, show_file_count},
    {"sys/fs/inode-nr", 0444, show_inode_count},
    {"sys/fs/nr_open", 0444, show_number<1048576>},
    {"sys/kernel/arch", 0444, show_architecture},
    {"sys/fs/protected_fifos", 0644, show_protection<&NameProtection::fifos>,
     store_protection<&NameProtection::fifos, 2>},
    {"sys/fs/protected_hardlinks", 0644, show_protection<&NameProtection::hard_links>,
     store_protection<&NameProtection::hard_links, 1>},
    {"sys/fs/protected_regular", 0644, show_protection<&NameProtection::regular>,
     store_protection<&NameProtection::regular, 2>},
    {"sys/fs/protected_symlinks", 0644, show_protection<&NameProtection::symlinks>,
     store_protection<&NameProtection::symlinks, 1>},
    {"sys/kernel/cap_last_cap", 0444, show_number<40>},
    {"sys/kernel/core_pattern", 0644, show_core_pattern, store_core_pattern},
    {"sys/kernel/domainname", 0644, show_system_name<&abi::UtsName::domain>, store_domain_name,
     watch<domain_name_changes>},
    {"sys/kernel/hostname", 0644, show_system_name<&abi::UtsName::node>, store_host_name,
     watch<node_name_changes>},
    {"sys/kernel/ngroups_max", 0444, show_number<65536>},
    {"sys/kernel/osrelease", 0444, show_system_name<&abi::UtsName::release>},
    {"sys/kernel/ostype", 0444, show_system_name<&abi::UtsName::system>},
    {"sys/kernel/printk", 0644, show_printk, store_printk},
    {"sys/kernel/random/boot_id", 0444, show_boot_id},
    {"sys/kernel/random/entropy_avail", 0444, show_number<256>},
    {"sys/kernel/random/poolsize", 0444, show_number<256>},
    {"sys/kernel/random/uuid", 0444, show_uuid},
    {"sys/kernel/sem", 0644, show_semaphore_limits, store_semaphore_limits},
    {"sys/kernel/shmall", 0644, show_shmall, store_shmall},
    {"sys/kernel/shmmax", 0644, show_shmmax, store_shmmax},
    {"sys/kernel/shm_rmid_forced", 0444, show_number<0>},
    {"sys/kernel/version", 0444, show_system_name<&abi::UtsName::version>},
    {"sys/fs/overflowgid", 0444, show_number<65534>},
    {"sys/fs/overflowuid", 0444, show_number<65534>},
    {"sys/fs/suid_dumpable", 0444, show_number<0>},
    {"sys/dev/tty/legacy_tiocsti", 0444, show_number<0>},
    {"sys/kernel/dmesg_restrict", 0444, show_number<0>},
    {"sys/kernel/kptr_restrict", 0444, show_number<1>},
    {"sys/kernel/ns_last_pid", 0444, show_last_pid},
    {"sys/kernel/overflowgid", 0444, show_number<65534>},
    {"sys/kernel/overflowuid", 0444, show_number<65534>},
    {"sys/kernel/perf_event_paranoid", 0444, show_number<3>},
    {"sys/kernel/tainted", 0444, show_number<0>},
    {"sys/kernel/threads-max", 0444, show_threads_max},
    {"sys/kernel/unprivileged_bpf_disabled", 0444, show_number<2>},
    {"sys/net/core/somaxconn", 0444, show_number<4096>},
    {"sys/vm/drop_caches", 0200, show_empty, store_drop_caches},
    {"sys/vm/nr_hugepages", 0444, show_number<0>},
    {"sys/vm/page-cluster", 0444, show_number<3>},
    {"sys/vm/mmap_min_addr", 0444, show_number<kUserMin>},
    {"sys/vm/swappiness", 0444, show_number<0>},
};

} // namespace

std::span<const SystemEntry> sysctl_entries() { return kEntries; }

namespace {

class SettingInode final : public ProcTextInode {
public:
    SettingInode(SuperBlock& block, u64 number, Setting& setting)
        : ProcTextInode(block, number, kModeRegular | 0644, {}, nullptr, nullptr), setting_(setting) {}
    Result<void> show(TextBuffer& text) override {
        text.print("%lld\n", static_cast<long long>(setting_.get()));
        return {};
    }
    /// A whole number between blanks. EINVAL for anything else and what is out of range.
    Result<void> store(std::string_view text) override {
        constexpr std::string_view kBlanks = " \t\n";
        while (!text.empty() && kBlanks.contains(text.front())) text.remove_prefix(1);
        while (!text.empty() && kBlanks.contains(text.back())) text.remove_suffix(1);
        bool is_negative = text.starts_with('-');
        if (is_negative) text.remove_prefix(1);
        i64 value = 0;
        if (text.empty()) return Error(Errno::EINVAL);
        for (char digit : text) {
            if (digit < '0' || digit > '9') return Error(Errno::EINVAL);
            if (__builtin_mul_overflow(value, 10, &value) ||
                __builtin_add_overflow(value, digit - '0', &value))
                return Error(Errno::EINVAL);
        }
        if (!setting_.set(is_negative ? -value : value)) return Error(Errno::EINVAL);
        return {};
    }

private:
    Setting& setting_;
};

} // namespace

Result<Ref<Inode>> create_setting_inode(SuperBlock& block, u64 number, Setting& setting) {
    return make_ref<SettingInode>(block, number, setting);
}

} // namespace martlet
