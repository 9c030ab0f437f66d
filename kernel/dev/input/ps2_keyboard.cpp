// The PS/2 keyboard: the interrupt collects bytes, the console thread decodes them; commands to the keyboard go one byte at
// a time, each after the answer to the one before.
#include "arch/interrupts.h"
#include "base/init.h"
#include "base/log.h"
#include "dev/input/keyboard.h"
#include "dev/input/ps2_controller.h"
#include "dev/input/scancode_decoder.h"
#include "dev/tty/raw_input.h"
#include "sched/deferred_work.h"

namespace martlet {
namespace {

constexpr u32 kKeyboardIrq = 1;
constexpr u8 kAcknowledge = 0xfa, kResend = 0xfe, kSetLamps = 0xed, kEnableScanning = 0xf4;

class Ps2Keyboard {
public:
    void init();
    void set_lamps(KeyboardLamps lamps);
    KeyboardListener* listener = nullptr;

private:
    static constexpr usize kCommandMax = 16;
    static void interrupt(void* context) {
        auto& keyboard = *static_cast<Ps2Keyboard*>(context);
        while (std::optional<u8> byte = ps2::read_keyboard()) keyboard.received_.push(*byte, InputEvent::Normal);
        keyboard.work_.schedule();
    }
    static void process(void* context) { static_cast<Ps2Keyboard*>(context)->process_received(); }
    void process_received();
    void send_command(u8 byte);
    void answer(u8 byte);

    // Console thread only.
    ScancodeDecoder decoder_;
    u8 commands_[kCommandMax] = {};
    usize command_count_ = 0; // the first has been sent
    u32 resends_ = 0;
    bool is_present_ = false;

    RawInputRing<256> received_;
    DeferredWork work_{process, this};
};

Ps2Keyboard keyboard;

void Ps2Keyboard::init() {
    if (!ps2::init_keyboard_port()) {
        log_info("keyboard: no PS/2 controller");
        return;
    }
    if (Result<void> registered = register_isa_interrupt(kKeyboardIrq, "keyboard", interrupt, this); !registered) {
        log_error("keyboard: no interrupt: error %d", static_cast<int>(registered.error()));
        return;
    }
    is_present_ = true;
    send_command(kEnableScanning);
    log_info("keyboard: PS/2");
}

void Ps2Keyboard::send_command(u8 byte) {
    if (!is_present_ || command_count_ == kCommandMax) return;
    commands_[command_count_++] = byte;
    if (command_count_ == 1) ps2::write_keyboard(byte);
}

void Ps2Keyboard::answer(u8 byte) {
    if (command_count_ == 0) return;
    constexpr u32 kMaxResends = 3;
    if (byte == kAcknowledge || ++resends_ > kMaxResends) {
        resends_ = 0;
        for (usize index = 1; index < command_count_; ++index) commands_[index - 1] = commands_[index];
        --command_count_;
    }
    if (command_count_ != 0) ps2::write_keyboard(commands_[0]);
}

void Ps2Keyboard::set_lamps(KeyboardLamps lamps) {
    if (command_count_ != 0 && command_count_ + 2 > kCommandMax) return; // it does not answer
    send_command(kSetLamps);
    send_command(static_cast<u8>(lamps.scroll_lock | lamps.num_lock << 1 | lamps.caps_lock << 2));
}

void Ps2Keyboard::process_received() {
    RawInput items[32];
    while (usize count = received_.pop(items)) {
        for (usize index = 0; index < count; ++index) {
            u8 byte = items[index].byte;
            if (byte == kAcknowledge || byte == kResend) {
                answer(byte);
            } else if (std::optional<KeyEvent> event = decoder_.feed(byte)) {
                if (listener) listener->key_event(*event);
            }
        }
    }
}

void keyboard_init() { keyboard.init(); }
INIT_TASK(Devices, keyboard_init);

} // namespace

void set_keyboard_listener(KeyboardListener& listener) { keyboard.listener = &listener; }
void set_keyboard_lamps(KeyboardLamps lamps) { keyboard.set_lamps(lamps); }

} // namespace martlet
