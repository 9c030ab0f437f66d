#include "syscall/system.h"

#include <string.h>

#include <algorithm>

#include "arch/context.h"
#include "arch/machine.h"
#include "base/log.h"
#include "debug/log_setup.h"
#include "base/random.h"
#include "dev/input/ctrl_alt_del.h"
#include "mm/audit.h"
#include "mm/frame.h"
#include "proc/audit.h"
#include "proc/process.h"
#include "proc/process_info.h"
#include "proc/system_names.h"
#include "sched/scheduler.h"
#include "time/clock.h"

namespace martlet {

namespace {

/// A new name of at most 64 bytes, NUL-terminated. EPERM, EINVAL, EFAULT.
Result<void> load_name(UserPtr<const char> from, int size, char (&name)[65]) {
    if (!current_has(Capability::SysAdmin)) return Error(Errno::EPERM);
    if (size < 0 || size > 64) return Error(Errno::EINVAL);
    memset(name, 0, sizeof name);
    return from.load_array({name, static_cast<usize>(size)});
}

#ifdef MARTLET_DEBUG
/// Every frame, heap object, open file and descriptor. It says most when all other programs have ended.
void log_audit() {
    bool memory_is_sound = log_memory_audit(current_task().address_space(), count_address_spaces());
    bool files_are_sound = log_file_audit();
    if (memory_is_sound && files_are_sound) log_notice("audit: memory and files add up");
}
#endif

} // namespace

Result<void> sys_uname(UserPtr<abi::UtsName> name) { return name.store(system_names()); }

Result<void> sys_sethostname(UserPtr<const char> name, int size) {
    char text[65];
    TRY(load_name(name, size, text));
    set_node_name(text);
    return {};
}

Result<void> sys_setdomainname(UserPtr<const char> name, int size) {
    char text[65];
    TRY(load_name(name, size, text));
    set_domain_name(text);
    return {};
}

Result<void> sys_sysinfo(UserPtr<abi::SystemInformation> information) {
    MemoryStatistics memory = memory_statistics();
    abi::SystemInformation info = {};
    info.uptime = static_cast<i64>(monotonic_ns() / kNanosecondsPerSecond);
    Scheduler::load_average(info.loads);
    for (u64& load : info.loads) load <<= 5; // from 11 to 16 fraction bits
    info.total_ram = memory.total_frames * kPageSize;
    info.free_ram = memory.free_frames * kPageSize;
    info.processes = static_cast<u16>(std::min<u32>(process_totals().tasks, 0xffff));
    info.memory_unit = 1;
    return information.store(info);
}

Result<void> sys_reboot(u32 magic1, u32 magic2, u32 command, UserString argument) {
    constexpr u32 kMagic1 = 0xfee1dead;
    constexpr u32 kMagic2[] = {672274793, 85072278, 369367448, 537993216};
    enum : u32 { kRestart = 0x01234567, kHalt = 0xcdef0123, kCadOn = 0x89abcdef, kCadOff = 0, kPowerOff = 0x4321fedc,
                 kRestart2 = 0xa1b2c3d4 };
    if (!current_has(Capability::SysBoot)) return Error(Errno::EPERM);
    if (magic1 != kMagic1 || std::find(std::begin(kMagic2), std::end(kMagic2), magic2) == std::end(kMagic2))
        return Error(Errno::EINVAL);
    bool leaves = command == kRestart || command == kRestart2 || command == kPowerOff || command == kHalt;
#ifdef MARTLET_DEBUG
    if (leaves) log_audit();
#endif
    if (leaves) drain_consoles();
    switch (command) {
    case kCadOn: set_ctrl_alt_del_mode(CtrlAltDelMode::Reboot); return {};
    case kCadOff: set_ctrl_alt_del_mode(CtrlAltDelMode::SignalInit); return {};
    case kRestart2: {
        String text = TRY(copy_user_string(argument, 255, Errno::EINVAL));
        log_notice("restarting: %s", text.c_str());
        machine_reboot();
    }
    case kRestart: machine_reboot();
    case kPowerOff: machine_power_off();
    case kHalt: machine_halt();
    default: return Error(Errno::EINVAL);
    }
}

Result<i64> sys_getrandom(UserPtr<u8> buffer, usize size, u32 flags) {
    constexpr u32 kNonBlock = 1, kRandom = 2, kInsecure = 4;
    if ((flags & ~(kNonBlock | kRandom | kInsecure)) || (flags & (kRandom | kInsecure)) == (kRandom | kInsecure))
        return Error(Errno::EINVAL);
    size = std::min<usize>(size, INT32_MAX);
    u8 chunk[256];
    usize done = 0;
    while (done < size) {
        usize count = std::min(size - done, sizeof chunk);
        random_bytes({chunk, count});
        if (!(buffer + done).store_array(std::span<const u8>(chunk, count))) {
            if (done == 0) return Error(Errno::EFAULT);
            break;
        }
        done += count;
        if (done < size && current_thread()->has_work(ThreadWork::SignalPending)) break;
    }
    return static_cast<i64>(done);
}

Result<u32> sys_personality(u32 persona) {
    constexpr u32 kQuery = 0xffffffff;
    std::atomic<u32>& current = current_process().personality;
    return persona == kQuery ? current.load() : current.exchange(persona);
}

Result<void> sys_arch_prctl(int operation, u64 address) {
    enum { kSetGs = 0x1001, kSetFs = 0x1002, kGetFs = 0x1003, kGetGs = 0x1004 };
    switch (operation) {
    case kSetFs:
    case kSetGs:
        if (address >= kUserEnd) return Error(Errno::EPERM);
        operation == kSetFs ? set_current_fs_base(address) : set_current_gs_base(address);
        return {};
    case kGetFs: return UserPtr<u64>(address).store(current_fs_base());
    case kGetGs: return UserPtr<u64>(address).store(current_gs_base());
    default: return Error(Errno::EINVAL);
    }
}

} // namespace martlet
