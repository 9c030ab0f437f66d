// Talking to the keyboard controller.
#include "dev/input/ps2_controller.h"

#include "arch/cpu.h"
#include "arch/io_port.h"

namespace martlet::ps2 {
namespace {

constexpr u16 kData = 0x60, kStatus = 0x64, kCommand = 0x64;
constexpr u8 kOutputFull = 0x01, kInputFull = 0x02, kFromMouse = 0x20, kFloatingBus = 0xff;
constexpr u8 kReadConfiguration = 0x20, kWriteConfiguration = 0x60, kDisableMouse = 0xa7, kDisableKeyboard = 0xad,
             kEnableKeyboard = 0xae,
             kEnableMouse = 0xa8, kToMouse = 0xd4;
constexpr u8 kKeyboardInterrupt = 0x01, kMouseInterrupt = 0x02, kKeyboardClockOff = 0x10,
             kMouseClockOff = 0x20, kTranslate = 0x40;
constexpr u32 kPollLimit = 20'000; // about 20 ms of port reads on real hardware

bool wait_input_empty() {
    for (u32 tries = 0; tries < kPollLimit; ++tries) {
        if (!(port_read_u8(kStatus) & kInputFull)) return true;
        cpu_relax();
    }
    return false;
}

bool send(u16 port, u8 byte) {
    if (!wait_input_empty()) return false;
    port_write_u8(port, byte);
    return true;
}

std::optional<u8> wait_output() {
    for (u32 tries = 0; tries < kPollLimit; ++tries) {
        if (port_read_u8(kStatus) & kOutputFull) return port_read_u8(kData);
        cpu_relax();
    }
    return std::nullopt;
}

} // namespace

bool init_ports() {
    if (port_read_u8(kStatus) == kFloatingBus) return false;
    if (!send(kCommand, kDisableKeyboard) || !send(kCommand, kDisableMouse)) return false;
    for (u32 count = 0; count < 32 && (port_read_u8(kStatus) & kOutputFull); ++count) (void)port_read_u8(kData);
    if (!send(kCommand, kReadConfiguration)) return false;
    std::optional<u8> configuration = wait_output();
    if (!configuration) return false;
    u8 wanted = static_cast<u8>((*configuration | kKeyboardInterrupt | kMouseInterrupt | kTranslate) &
                                ~(kKeyboardClockOff | kMouseClockOff));
    return send(kCommand, kWriteConfiguration) && send(kData, wanted) && send(kCommand, kEnableKeyboard) &&
           send(kCommand, kEnableMouse);
}

std::optional<Received> read() {
    u8 status = port_read_u8(kStatus);
    if (!(status & kOutputFull) || status == kFloatingBus) return std::nullopt;
    return Received{port_read_u8(kData), (status & kFromMouse) != 0};
}

bool write_keyboard(u8 byte) { return send(kData, byte); }

bool write_mouse(u8 byte) { return send(kCommand, kToMouse) && send(kData, byte); }

} // namespace martlet::ps2
