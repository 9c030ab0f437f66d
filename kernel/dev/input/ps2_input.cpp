// The PS/2 keyboard and mouse: interrupts collect their bytes, the console thread decodes them.
//
// The mouse is asked for its kind after the sequence of sample rates that makes one with a wheel own up; one
// that is not there never answers.
#include "arch/interrupts.h"
#include "base/init.h"
#include "base/log.h"
#include "dev/input/keyboard.h"
#include "dev/input/mouse_packet.h"
#include "dev/input/ps2_device.h"
#include "dev/input/scancode_decoder.h"

namespace martlet {
namespace {

constexpr u32 kKeyboardIrq = 1, kMouseIrq = 12;
constexpr u8 kSetLamps = 0xed, kEnable = 0xf4;
constexpr u8 kSetRate = 0xf3, kGetKind = 0xf2, kSetDefaults = 0xf6;

KeyboardListener* keyboard_listener = nullptr; // written once, while drivers start
bool is_present = false;
ScancodeDecoder scancodes; // console thread
MousePacketDecoder packets;
bool is_kind_known = false;

void key_byte(u8 byte) {
    std::optional<KeyEvent> event = scancodes.feed(byte);
    if (event && keyboard_listener) keyboard_listener->key_event(*event);
}

void mouse_byte(u8 byte);

Ps2Device keyboard{ps2::write_keyboard, key_byte};
Ps2Device mouse{ps2::write_mouse, mouse_byte};

/// The first byte that is no acknowledgement is the kind.
void mouse_byte(u8 byte) {
    if (!is_kind_known) {
        is_kind_known = true;
        packets.set_kind(byte);
        static constexpr u8 kStart[] = {kSetRate, 100, kEnable};
        mouse.send(kStart);
        log_info("mouse: PS/2%s", byte == 0 ? "" : " with a wheel");
        return;
    }
    if (std::optional<MouseEvent> event = packets.feed(byte)) report_mouse_event(*event);
}

/// Both interrupts: the controller has one register for both devices.
void interrupt(void*) {
    constexpr u32 kMaxBytes = 64; // a broken controller must not hold the CPU for ever
    for (u32 count = 0; count < kMaxBytes; ++count) {
        std::optional<ps2::Received> received = ps2::read();
        if (!received) return;
        (received->is_from_mouse ? mouse : keyboard).collect(received->byte);
    }
}

void ps2_init() {
    if (!ps2::init_ports()) {
        log_info("keyboard: no PS/2 controller");
        return;
    }
    Result<void> registered = register_isa_interrupt(kKeyboardIrq, "keyboard", interrupt, nullptr);
    if (registered) registered = register_isa_interrupt(kMouseIrq, "mouse", interrupt, nullptr);
    if (!registered) {
        log_error("keyboard: no interrupt: error %d", static_cast<int>(registered.error()));
        return;
    }
    is_present = true;
    static constexpr u8 kEnableKeyboard[] = {kEnable};
    static constexpr u8 kFindWheel[] = {kSetDefaults, kSetRate, 200, kSetRate, 100, kSetRate, 80, kGetKind};
    keyboard.send(kEnableKeyboard);
    mouse.send(kFindWheel);
    log_info("keyboard: PS/2");
}
INIT_TASK(Devices, ps2_init);

} // namespace

void set_keyboard_listener(KeyboardListener& listener) { keyboard_listener = &listener; }

void set_keyboard_lamps(KeyboardLamps lamps) {
    if (!is_present || !keyboard.is_answering()) return;
    const u8 command[] = {kSetLamps, static_cast<u8>(lamps.scroll_lock | lamps.num_lock << 1 | lamps.caps_lock << 2)};
    keyboard.send(command);
}

} // namespace martlet
