// Finds the PC's serial ports, shares their interrupt lines and makes ttyS0 … ttyS3 of them.
#include "arch/interrupts.h"
#include "base/init.h"
#include "base/log.h"
#include "dev/console/console.h"
#include "dev/device.h"
#include "dev/serial/serial_port.h"
#include "dev/tty/tty_file.h"

namespace martlet {
namespace {

constexpr u32 kTtyMajor = 4, kFirstSerialMinor = 64;

struct PortPlace {
    const char* name;
    u16 base;
    u8 irq;
};
constexpr PortPlace kPlaces[] = {{"ttyS0", 0x3f8, 4}, {"ttyS1", 0x2f8, 3}, {"ttyS2", 0x3e8, 4}, {"ttyS3", 0x2e8, 3}};

/// The ports of one interrupt line.
struct Line {
    u8 irq;
    SerialPort* ports[2];
};
Line lines[] = {{4, {}}, {3, {}}};

void handle_line(void* context) {
    auto& line = *static_cast<Line*>(context);
    constexpr u32 kMaxRounds = 64; // a broken port must not hold the CPU for ever
    bool again = true;
    for (u32 round = 0; again && round < kMaxRounds; ++round) { // edge triggered: the line must be seen inactive once
        again = false;
        for (SerialPort* port : line.ports)
            if (port) again |= port->handle_interrupt();
    }
}

Result<void> add_port(u32 index) {
    const PortPlace& place = kPlaces[index];
    Own<SerialPort> port =
        TRY(make_own<SerialPort>(place.base, place.name, make_device(kTtyMajor, kFirstSerialMinor + index)));
    TRY(port->init());
    Line& line = lines[index % 2];
    SerialPort*& slot = line.ports[index / 2];
    slot = port.release(); // a port is never removed
    if (!line.ports[1 - index / 2]) TRY(register_isa_interrupt(line.irq, place.name, handle_line, &line));
    register_tty_device(Ref<Tty>(slot->tty()));
    add_console(slot->tty(), *slot, index == 0 ? LogReplay::No : LogReplay::Yes);
    log_info("%s: 16550 at port 0x%x, irq %u", place.name, place.base, place.irq);
    return {};
}

void serial_init() {
    for (u32 index = 0; index < 4; ++index) {
        if (!SerialPort::probe(kPlaces[index].base)) continue;
        if (Result<void> added = add_port(index); !added)
            log_error("%s: error %d", kPlaces[index].name, static_cast<int>(added.error()));
    }
}
INIT_TASK(Devices, serial_init);

} // namespace
} // namespace martlet
