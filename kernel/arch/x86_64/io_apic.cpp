#include "arch/x86_64/io_apic.h"

#include "arch/io_port.h"
#include "arch/x86_64/acpi.h"
#include "arch/x86_64/traps.h"
#include "base/log.h"
#include "mm/frame.h"
#include "sync/spinlock.h"

namespace martlet {
namespace {

inline constexpr u32 kDefaultAddress = 0xfec0'0000;
inline constexpr u32 kVersionRegister = 1, kFirstEntryRegister = 0x10;
inline constexpr u32 kMasked = 1 << 16, kLevel = 1 << 15, kActiveLow = 1 << 13;

struct Controller {
    volatile u32* registers;
    u32 first_line, line_count;
};
Controller g_controllers[8];
u32 g_count = 0;
SpinLock g_lock{LockRank::Leaf};

u32 read(const Controller& controller, u32 index) {
    controller.registers[0] = index;
    return controller.registers[4];
}
void write(const Controller& controller, u32 index, u32 value) {
    controller.registers[0] = index;
    controller.registers[4] = value;
}

void add_controller(u32 address, u32 first_line) {
    auto mapped = map_device({address & ~0xfffu}, kPageSize, DeviceCaching::Uncached);
    if (!mapped || g_count == std::size(g_controllers)) return;
    Controller controller{static_cast<volatile u32*>(*mapped) + (address & 0xfff) / 4, first_line, 0};
    u32 version = read(controller, kVersionRegister);
    if (version == ~0u) {
        log_warning("no I/O APIC answers at %#x", address);
        return;
    }
    controller.line_count = (version >> 16 & 0xff) + 1;
    for (u32 line = 0; line < controller.line_count; ++line) write(controller, kFirstEntryRegister + 2 * line, kMasked);
    g_controllers[g_count++] = controller;
}

} // namespace

void io_apic_init() {
    const AcpiInfo& acpi = acpi_info();
    for (u32 index = 0; index < acpi.io_apic_count; ++index)
        add_controller(acpi.io_apics[index].address, acpi.io_apics[index].first_line);
    if (acpi.io_apic_count == 0) add_controller(kDefaultAddress, 0);
}

bool io_apic_route(u32 line, u32 vector, u32 apic_id, Polarity polarity, Trigger trigger) {
    IrqLockGuard guard(g_lock);
    for (u32 index = 0; index < g_count; ++index) {
        const Controller& controller = g_controllers[index];
        if (line < controller.first_line || line - controller.first_line >= controller.line_count) continue;
        u32 entry = kFirstEntryRegister + 2 * (line - controller.first_line);
        write(controller, entry + 1, apic_id << 24);
        write(controller, entry,
              vector | (polarity == Polarity::Low ? kActiveLow : 0) |
                  (trigger == Trigger::Level ? kLevel : 0));
        return true;
    }
    return false;
}

void legacy_pic_disable() {
    // 8259A: initialise both with vectors of their own, so that a spurious interrupt is no exception; then mask all.
    constexpr u16 kMaster = 0x20, kSlave = 0xa0;
    port_write_u8(kMaster, 0x11);
    port_write_u8(kSlave, 0x11);
    port_write_u8(kMaster + 1, kFirstLegacyVector);
    port_write_u8(kSlave + 1, kFirstLegacyVector + 8);
    port_write_u8(kMaster + 1, 4);
    port_write_u8(kSlave + 1, 2);
    port_write_u8(kMaster + 1, 1);
    port_write_u8(kSlave + 1, 1);
    port_write_u8(kMaster + 1, 0xff);
    port_write_u8(kSlave + 1, 0xff);
}

} // namespace martlet
