// Tables of what there is: misc devices, consoles, terminal drivers, address ranges, symbols (proc(5)).
#include "arch/cpu.h"
#include "boot/boot_info.h"
#include "boot/image_layout.h"
#include "debug/backtrace.h"
#include "dev/console/console.h"
#include "dev/device.h"
#include "fs/proc/system_entries.h"
#include "vfs/file_locks.h"

namespace martlet {

using ulong = unsigned long long;

Result<void> show_empty(TextBuffer&, const ProcSubject&) { return {}; }

Result<void> show_execdomains(TextBuffer& text, const ProcSubject&) {
    text.append("0-0\tLinux           \t[kernel]\n");
    return {};
}

/// flock(2) and fcntl(2) locks; those of open file descriptions have no process (-1).
Result<void> show_locks(TextBuffer& text, const ProcSubject&) {
    struct Context {
        TextBuffer& text;
        u32 number = 0;
    } context{text};
    FileLocks::for_each(
        [](void* opaque, const RangeLock& lock, u64 device, u64 inode_number) {
            auto& to = *static_cast<Context*>(opaque);
            const char* kind = lock.lock_class == LockClass::Whole ? "FLOCK " : lock.owner.file ? "OFDLCK" : "POSIX ";
            to.text.print("%u: %s ADVISORY  %s %d %02x:%02x:%llu %llu ", ++to.number, kind,
                          lock.kind == LockKind::Exclusive ? "WRITE" : "READ ", lock.process_id,
                          device_major(make_device(0, static_cast<u32>(device))), static_cast<u32>(device),
                          static_cast<ulong>(inode_number), static_cast<ulong>(lock.start));
            if (lock.end >= ~0ull >> 1) to.text.append("EOF\n");
            else to.text.print("%llu\n", static_cast<ulong>(lock.end));
        },
        &context);
    return {};
}

Result<void> show_misc(TextBuffer& text, const ProcSubject&) {
    for_each_character_device(
        [](void* opaque, CharacterDevice& device) {
            constexpr u32 kMiscMajor = 10;
            if (device_major(device.number()) != kMiscMajor) return;
            auto& to = *static_cast<TextBuffer*>(opaque);
            to.print("%3u ", device_minor(device.number()));
            to.append(device.name());
            to.append("\n");
        },
        &text);
    return {};
}

/// R: readable, W: writes; E enabled, C preferred, p prints the log, a may be used while the processor is off.
Result<void> show_consoles(TextBuffer& text, const ProcSubject&) {
    Tty* consoles[kMaxConsoles + 1];
    Tty* preferred = preferred_console();
    usize count = 0;
    if (preferred) consoles[count++] = preferred;
    count += other_consoles(preferred, std::span(consoles + count, kMaxConsoles));
    for (usize index = 0; index < count; ++index) {
        text.append(consoles[index]->name());
        text.pad_to(21);
        text.print("-W- (E%c p  )    %u:%u\n", consoles[index] == preferred ? 'C' : ' ',
                   device_major(consoles[index]->device_number()),
                   device_minor(consoles[index]->device_number()));
    }
    return {};
}

Result<void> show_tty_drivers(TextBuffer& text, const ProcSubject&) {
    text.append("/dev/tty             /dev/tty        5       0 system:/dev/tty\n"
                "/dev/console         /dev/console    5       1 system:console\n"
                "/dev/ptmx            /dev/ptmx       5       2 system\n"
                "serial               /dev/ttyS       4 64-67 serial\n"
                "pty_slave            /dev/pts      136 0-1048575 pty:slave\n"
                "pty_master           /dev/ptm      128 0-1048575 pty:master\n"
                "unknown              /dev/tty        4 1-63 console\n");
    return {};
}

Result<void> show_tty_disciplines(TextBuffer& text, const ProcSubject&) {
    text.append("n_tty       0\n");
    return {};
}

namespace {

/// The addresses are for those who may know them (CAP_SYS_ADMIN); others see zeros.
struct RangePrinter {
    TextBuffer& text;
    bool shows_addresses = current_task().credentials().has(Capability::SysAdmin);
    void print(u64 start, u64 end, const char* name, const char* indent = "") {
        if (!shows_addresses) start = end = 0;
        text.print("%s%08llx-%08llx : %s\n", indent, static_cast<ulong>(start), static_cast<ulong>(end), name);
    }
};

} // namespace

Result<void> show_iomem(TextBuffer& text, const ProcSubject&) {
    constexpr const char* kNames[] = {"System RAM", "Reserved", "ACPI Tables", "ACPI Non-volatile Storage",
                                      "Unusable memory"};
    RangePrinter printer{text};
    auto offset = [](const char* symbol) { return static_cast<u64>(symbol - __image_start); };
    const BootInfo& info = boot_info();
    for (const MemoryRange& range : info.memory) {
        u64 end = range.base + range.size - 1, kernel = info.kernel_physical_start;
        printer.print(range.base, end, kNames[static_cast<u8>(range.kind)]);
        if (kernel < range.base || kernel > end) continue;
        printer.print(kernel + offset(__text_start), kernel + offset(__text_end) - 1, "Kernel code", "  ");
        printer.print(kernel + offset(__rodata_start), kernel + offset(__rodata_end) - 1, "Kernel rodata", "  ");
        printer.print(kernel + offset(__data_start), kernel + offset(__data_end) - 1, "Kernel data", "  ");
        printer.print(kernel + offset(__bss_start), kernel + offset(__image_end) - 1, "Kernel bss", "  ");
    }
    return {};
}

Result<void> show_ioports(TextBuffer& text, const ProcSubject&) {
    struct Port {
        u16 start, end;
        const char* name;
    };
    constexpr Port kPorts[] = {{0x20, 0x21, "pic1"},     {0x40, 0x43, "timer0"},     {0x60, 0x60, "keyboard"},
                               {0x64, 0x64, "keyboard"}, {0x70, 0x71, "rtc_cmos"},   {0xa0, 0xa1, "pic2"},
                               {0x3f8, 0x3ff, "serial"}, {0xcf8, 0xcff, "PCI conf1"}};
    bool shows_addresses = current_task().credentials().has(Capability::SysAdmin);
    for (const Port& port : kPorts)
        text.print("%04x-%04x : %s\n", shows_addresses ? port.start : 0u, shows_addresses ? port.end : 0u, port.name);
    return {};
}

/// There are none: what interrupt handlers leave is done by threads.
Result<void> show_softirqs(TextBuffer& text, const ProcSubject&) {
    text.append("                    ");
    for (u32 cpu = 0; cpu < online_cpu_count(); ++cpu) text.print("CPU%-8u", cpu);
    text.append("\n");
    for (const char* name :
         {"HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU"}) {
        text.print("%12s:", name);
        for (u32 cpu = 0; cpu < online_cpu_count(); ++cpu) text.print(" %10u", 0u);
        text.append("\n");
    }
    return {};
}

/// Addresses only with CAP_SYSLOG (kptr_restrict 1). Names are C++'s, cut to one word.
Result<void> show_kallsyms(TextBuffer& text, const ProcSubject&) {
    bool shows_addresses = current_task().credentials().has(Capability::Syslog);
    KernelSymbol symbol;
    for (u64 number = 0; kernel_symbol_at(number, symbol); ++number) {
        text.print("%016llx t ", static_cast<ulong>(shows_addresses ? symbol.address : 0));
        std::string_view name = symbol.name;
        while (!name.empty()) { // blanks would end the name for its readers
            usize end = name.find(' ');
            text.append(name.substr(0, end));
            name = end == name.npos ? std::string_view() : name.substr(end + 1);
            if (!name.empty()) text.append("_");
        }
        text.append("\n");
    }
    return {};
}

} // namespace martlet
