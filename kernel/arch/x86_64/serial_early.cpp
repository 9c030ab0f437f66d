// arch/serial_early.h: a 16550 at 0x3f8, 115200 8n1, by polling.
#include "arch/serial_early.h"

#include "arch/cpu.h"
#include "arch/io_port.h"
#include "base/types.h"

namespace martlet {
namespace {

inline constexpr u16 kPort = 0x3f8;
enum class PortState : u8 { Unknown, Present, Absent };
PortState g_state = PortState::Unknown;

PortState initialise() {
    // The scratch register of a UART that is there remembers.
    port_write_u8(kPort + 7, 0x5a);
    if (port_read_u8(kPort + 7) != 0x5a) return PortState::Absent;
    port_write_u8(kPort + 1, 0x00); // no interrupts
    port_write_u8(kPort + 3, 0x80); // divisor
    port_write_u8(kPort + 0, 1);
    port_write_u8(kPort + 1, 0);
    port_write_u8(kPort + 3, 0x03); // 8n1
    port_write_u8(kPort + 2, 0xc7); // FIFO on
    port_write_u8(kPort + 4, 0x0b); // DTR, RTS, OUT2
    return PortState::Present;
}

void write_byte(u8 byte) {
    for (u32 attempt = 0; attempt < 100'000; ++attempt) {
        if (port_read_u8(kPort + 5) & 0x20) break;
        cpu_relax();
    }
    port_write_u8(kPort, byte);
}

} // namespace

void early_serial_write(std::string_view text) {
    if (g_state == PortState::Unknown) g_state = initialise();
    if (g_state == PortState::Absent) return;
    for (char character : text) {
        if (character == '\n') write_byte('\r');
        write_byte(static_cast<u8>(character));
    }
}

} // namespace martlet
