// What the machine and the kernel are: version, processor, file systems, devices.
#include "arch/cpu.h"
#include "arch/processor_info.h"
#include "boot/command_line.h"
#include "block/block_device.h"
#include "dev/device.h"
#include "fs/proc/system_entries.h"
#include "proc/system_names.h"

namespace martlet {

Result<void> show_version(TextBuffer& text, const ProcSubject&) {
    abi::UtsName names = system_names();
    text.print("%s version %s (martlet@martlet) (clang) %s\n", names.system, names.release, names.version);
    return {};
}

Result<void> show_kernel_command_line(TextBuffer& text, const ProcSubject&) {
    text.append(command_line());
    text.append("\n");
    return {};
}

Result<void> show_cpuinfo(TextBuffer& text, const ProcSubject&) {
    ProcessorInfo info = processor_info();
    u32 khz = info.frequency_khz;
    for (u32 cpu = 0; cpu < online_cpu_count(); ++cpu) {
        text.print("processor\t: %u\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\nmodel name\t: "
                   "%s\nstepping\t: %u\n",
                   cpu, info.vendor, info.family, info.model, info.name[0] ? info.name : "unknown",
                   info.stepping);
        text.print("cpu MHz\t\t: %u.%03u\ncache size\t: %u KB\nphysical id\t: 0\nsiblings\t: %u\ncore "
                   "id\t\t: %u\ncpu cores\t: %u\n",
                   khz / 1000, khz % 1000, info.cache_kib, online_cpu_count(), cpu, online_cpu_count());
        text.print("apicid\t\t: %u\ninitial apicid\t: %u\nfpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: "
                   "%u\nwp\t\t: yes\nflags\t\t:",
                   cpu_by_id(cpu).apic_id, cpu_by_id(cpu).apic_id, info.max_leaf);
        for_each_processor_flag(
            [](void* to, const char* name) { static_cast<TextBuffer*>(to)->print(" %s", name); }, &text);
        u32 bogomips_hundredths = khz / 5; // two cycles a loop, as Linux counts
        text.print("\nbugs\t\t:\nbogomips\t: %u.%02u\n", bogomips_hundredths / 100, bogomips_hundredths % 100);
        if (info.tlb_pages) text.print("TLB size\t: %u 4K pages\n", info.tlb_pages);
        text.print("clflush size\t: %u\ncache_alignment\t: %u\n", info.line_size, info.line_size);
        text.print("address sizes\t: %u bits physical, %u bits virtual\npower management:\n\n",
                   info.physical_bits, info.virtual_bits);
    }
    return {};
}

Result<void> show_filesystems(TextBuffer& text, const ProcSubject&) {
    for (FileSystem* type : file_systems()) {
        text.append(type->needs_device() ? "\t" : "nodev\t");
        text.append(type->name());
        text.append("\n");
    }
    return {};
}

Result<void> show_devices(TextBuffer& text, const ProcSubject&) {
    struct Context {
        TextBuffer& text;
        u32 last_major;
    } context{text, ~0u};
    text.append("Character devices:\n");
    for_each_character_device(
        [](void* opaque, CharacterDevice& device) {
            auto& to = *static_cast<Context*>(opaque);
            u32 major = device_major(device.number());
            if (major == to.last_major) return;
            to.last_major = major;
            constexpr struct {
                u32 major;
                const char* name;
            } kNames[] = {{1, "mem"},    {4, "tty"}, {5, "/dev/tty"}, {10, "misc"},
                          {13, "input"}, {29, "fb"}, {136, "pts"}};
            const char* name = nullptr;
            for (auto& known : kNames)
                if (known.major == major) name = known.name;
            to.text.print("%3u ", major);
            to.text.append(name ? std::string_view(name) : device.name());
            to.text.append("\n");
        },
        &context);
    text.append("\nBlock devices:\n");
    return {};
}

Result<void> show_swaps(TextBuffer& text, const ProcSubject&) {
    text.append("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
    return {};
}

Result<void> show_partitions(TextBuffer& text, const ProcSubject&) {
    text.append("major minor  #blocks  name\n\n");
    for (u64 number = 0; Ref<BlockDevice> device = next_block_device(number); ++number) {
        u64 size = device->size_bytes();
        if (size == 0) continue; // nothing in it
        text.print("%4u  %7u %10llu %s\n", device_major(number), device_minor(number),
                   static_cast<unsigned long long>(size / kKiB), device->name().data());
    }
    return {};
}

} // namespace martlet
