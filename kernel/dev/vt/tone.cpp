#include "dev/vt/tone.h"

#include <algorithm>

#include "arch/io_port.h"
#include "sync/spinlock.h"
#include "time/clock.h"
#include "time/timer.h"

namespace martlet {
namespace {

constexpr u16 kCounter2 = 0x42, kControl = 0x43, kSpeakerPort = 0x61;
constexpr u8 kSquareWave = 0xb6, kSpeakerOn = 0x03;

SpinLock tone_lock{LockRank::Leaf}; // the ports

void set_speaker(u32 frequency_hz) {
    IrqLockGuard guard(tone_lock);
    u8 gate = port_read_u8(kSpeakerPort);
    if (frequency_hz == 0) {
        port_write_u8(kSpeakerPort, static_cast<u8>(gate & ~kSpeakerOn));
        return;
    }
    u32 divisor = std::clamp(kTimerFrequencyHz / frequency_hz, 1u, 0xffffu);
    port_write_u8(kControl, kSquareWave);
    port_write_u8(kCounter2, static_cast<u8>(divisor));
    port_write_u8(kCounter2, static_cast<u8>(divisor >> 8));
    port_write_u8(kSpeakerPort, gate | kSpeakerOn);
}

void tone_ends(Timer&, void*) { set_speaker(0); }

Timer end_timer{tone_ends, nullptr};

} // namespace

void start_tone(u32 frequency_hz, u64 duration_ns) {
    end_timer.cancel();
    set_speaker(frequency_hz);
    if (frequency_hz != 0 && duration_ns != 0) end_timer.arm(monotonic_ns() + duration_ns);
}

} // namespace martlet
