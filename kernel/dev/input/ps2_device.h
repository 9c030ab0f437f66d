// Ps2Device: what keyboard and mouse have in common: the bytes that interrupts collect, and commands, which
// go out one byte at a time, each after the answer to the one before.
#pragma once
#include "dev/input/ps2_controller.h"
#include "dev/tty/raw_input.h"
#include "sched/deferred_work.h"

namespace martlet {

class Ps2Device {
public:
    using Write = bool (*)(u8 byte);
    using Receive = void (*)(u8 byte); // console thread

    Ps2Device(Write write, Receive receive) : write_(write), receive_(receive) {}

    /// Interrupt.
    void collect(u8 byte) {
        received_.push(byte, InputEvent::Normal);
        work_.schedule();
    }
    /// All of the bytes, or none while the device does not answer. Console thread, or before it runs.
    void send(std::span<const u8> bytes);
    bool is_answering() const { return command_count_ == 0; }

private:
    static constexpr u8 kAcknowledge = 0xfa, kResend = 0xfe;
    static constexpr usize kCommandMax = 32;
    static void process(void* context) { static_cast<Ps2Device*>(context)->process_received(); }
    void process_received();
    void answer(u8 byte);

    const Write write_;
    const Receive receive_;
    u8 commands_[kCommandMax] = {}; // the first has been sent
    usize command_count_ = 0;
    u32 resends_ = 0;
    RawInputRing<256> received_;
    DeferredWork work_{process, this};
};

} // namespace martlet
