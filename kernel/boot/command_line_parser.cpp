#include "boot/command_line_parser.h"

#include <algorithm>

namespace martlet {
namespace {

bool is_blank(char character) {
    return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}

constexpr std::string_view kKnownOptions[] = {
    "console",
    "init",
    "rdinit",
    "quiet",
    "loglevel",
    "debug",
    "panic",
    "mem",
    "maxcpus",
    "nosmp",
    "nosmap",
    "nosmep",
    "nofsgsbase",
    "nox2apic",
    "noxsave",
    "acpi",
    "clocksource",
    "ignore_loglevel",
    // Linux's, which ask for what is done anyway or for what there is not.
    "root",
    "rootfstype",
    "rootflags",
    "rootwait",
    "rootdelay",
    "ro",
    "rw",
    "initrd",
    "noinitrd",
    "retain_initrd",
    "load_ramdisk",
    "ramdisk_size",
    "earlyprintk",
    "earlycon",
    "keep_bootcon",
    "mitigations",
    "nopti",
    "pti",
    "spectre_v2",
    "nospectre_v1",
    "nospectre_v2",
    "spec_store_bypass_disable",
    "l1tf",
    "mds",
    "tsx",
    "retbleed",
    "nokaslr",
    "kaslr",
    "norandmaps",
    "nr_cpus",
    "possible_cpus",
    "isolcpus",
    "nohz",
    "nohz_full",
    "rcu_nocbs",
    "highres",
    "tsc",
    "hpet",
    "lpj",
    "apic",
    "noapic",
    "nolapic",
    "lapic",
    "x2apic_phys",
    "pci",
    "pcie_aspm",
    "noacpi",
    "nomodeset",
    "vga",
    "video",
    "fbcon",
    "nmi_watchdog",
    "nowatchdog",
    "nosoftlockup",
    "watchdog_thresh",
    "oops",
    "panic_on_warn",
    "panic_print",
    "reboot",
    "printk",
    "log_buf_len",
    "initcall_debug",
    "no_hash_pointers",
    "no_timer_check",
    "idle",
    "transparent_hugepage",
    "hugepages",
    "hugepagesz",
    "default_hugepagesz",
    "numa",
    "memmap",
    "memtest",
    "crashkernel",
    "iommu",
    "intel_iommu",
    "amd_iommu",
    "swiotlb",
    "selinux",
    "apparmor",
    "security",
    "lsm",
    "audit",
    "lockdown",
    "init_on_alloc",
    "init_on_free",
    "slub_debug",
    "page_poison",
    "cgroup_disable",
    "cgroup_enable",
    "cgroup_no_v1",
    "swapaccount",
    "psi",
    "resume",
    "noresume",
    "nosmt",
    "mce",
    "edd",
    "elevator",
    "ip",
    "nfsroot",
    "nfsaddrs",
    "raid",
    "sysrq_always_enabled",
    "vdso",
    "vsyscall",
    "vt",
    "nomodule",
    "irqpoll",
    "noirqdebug",
    "rodata",
    "stacktrace",
    "ftrace",
    "random",
};
constexpr std::string_view kWordsForInit[] = {"BOOT_IMAGE", "single", "S", "s",      "1",   "2",
                                              "3",          "4",      "5", "splash", "auto"};

std::optional<u32> digit_of(char character) {
    if (character >= '0' && character <= '9') return character - '0';
    if (character >= 'a' && character <= 'f') return character - 'a' + 10;
    if (character >= 'A' && character <= 'F') return character - 'A' + 10;
    return {};
}

/// Reads a number's digits and leaves the rest.
std::optional<u64> take_number(std::string_view& text) {
    u64 base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        base = 16;
        text.remove_prefix(2);
    } else if (text.size() > 1 && text[0] == '0') {
        base = 8;
    }
    u64 value = 0;
    usize digits = 0;
    for (; !text.empty(); text.remove_prefix(1), ++digits) {
        std::optional<u32> digit = digit_of(text[0]);
        if (!digit || *digit >= base) break;
        if (__builtin_mul_overflow(value, base, &value) || __builtin_add_overflow(value, *digit, &value)) return {};
    }
    if (digits == 0) return {};
    return value;
}

} // namespace

std::optional<CommandLineWord> CommandLineWords::next() {
    for (;;) {
        while (!rest_.empty() && is_blank(rest_[0])) rest_.remove_prefix(1);
        if (rest_.empty()) return {};
        usize size = 0;
        bool is_quoted = false;
        for (; size < rest_.size() && (is_quoted || !is_blank(rest_[size])); ++size)
            if (rest_[size] == '"') is_quoted = !is_quoted;
        std::string_view whole = rest_.substr(0, size);
        rest_.remove_prefix(size);
        if (whole == "--" && !after_dashes_) {
            after_dashes_ = true;
            continue;
        }
        CommandLineWord word{
            .whole = whole, .name = whole, .value = {}, .has_value = false, .is_for_init = after_dashes_};
        if (whole.size() >= 2 && whole.front() == '"' && whole.back() == '"')
            word.name = whole = whole.substr(1, whole.size() - 2);
        if (usize equals = whole.find('='); equals != std::string_view::npos) {
            word.name = whole.substr(0, equals);
            word.value = whole.substr(equals + 1);
            word.has_value = true;
            if (word.value.size() >= 2 && word.value.front() == '"' && word.value.back() == '"')
                word.value = word.value.substr(1, word.value.size() - 2);
        }
        return word;
    }
}

bool is_known_kernel_option(const CommandLineWord& word) {
    if (word.name.find('.') != std::string_view::npos) return true;
    return std::ranges::find(kKnownOptions, word.name) != std::end(kKnownOptions);
}

bool is_word_for_init(const CommandLineWord& word) {
    return word.is_for_init || std::ranges::find(kWordsForInit, word.name) != std::end(kWordsForInit);
}

std::optional<u64> parse_number(std::string_view text) {
    std::optional<u64> value = take_number(text);
    return text.empty() ? value : std::nullopt;
}

std::optional<u64> parse_size(std::string_view text) {
    std::optional<u64> value = take_number(text);
    if (!value) return {};
    if (text.empty()) return value;
    if (text.size() > 1) return {};
    u32 shift;
    switch (text[0] | 0x20) {
    case 'k': shift = 10; break;
    case 'm': shift = 20; break;
    case 'g': shift = 30; break;
    case 't': shift = 40; break;
    default: return {};
    }
    if (*value > ~0ull >> shift) return {};
    return *value << shift;
}

} // namespace martlet
