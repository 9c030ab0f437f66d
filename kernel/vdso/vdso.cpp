// The functions of the vDSO (vdso(7)): clock_gettime(2), clock_getres(2), gettimeofday(2), time(2) and
// getcpu(2) without entering the kernel. This is user code: no kernel symbol but the data page that is mapped
// below it, no writable data.
//
// What it cannot answer (another counter than the TSC, CPU-time clocks, a time zone, bad clocks) it asks the
// kernel.
#include "abi/time.h"
#include "time/vdso_data.h"

extern "C" const martlet::VdsoData vdso_data __attribute__((visibility("hidden")));

#define VDSO_FUNCTION extern "C" __attribute__((visibility("default")))

namespace {

using namespace martlet;

enum SystemCall : long { kCallGetTimeOfDay = 96, kCallTime = 201, kCallClockGetTime = 228, kCallClockGetRes = 229 };

long system_call(SystemCall number, u64 first, const void* second) {
    long result;
    asm volatile("syscall" : "=a"(result) : "a"(number), "D"(first), "S"(second) : "rcx", "r11", "memory");
    return result;
}

/// The fence keeps the counter from being read before what came earlier: time must not seem to go back between CPUs.
u64 read_counter() {
    u32 low, high;
    asm volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return low | static_cast<u64>(high) << 32;
}

bool is_counter_readable() { return vdso_data.is_counter_readable.load(std::memory_order_relaxed) != 0; }

u64 monotonic() {
    return vdso_data.read_consistently([] { return vdso_data.ns_at(read_counter(), ~0ull); });
}

u64 realtime() { return monotonic() + vdso_data.realtime_offset_ns.load(std::memory_order_relaxed); }

constexpr u32 clock_set(auto... clocks) { return (... | (1u << clocks)); }
constexpr u32 kRealtimeClocks = clock_set(abi::kClockRealtime, abi::kClockRealtimeCoarse, abi::kClockTai);
constexpr u32 kMonotonicClocks = clock_set(abi::kClockMonotonic, abi::kClockMonotonicRaw, abi::kClockMonotonicCoarse,
                                           abi::kClockBoottime);
constexpr u32 kCoarseClocks = clock_set(abi::kClockRealtimeCoarse, abi::kClockMonotonicCoarse);

/// 0: none of those that are answered here.
u32 clock_bit(int clock) { return static_cast<u32>(clock) < 32 ? 1u << clock : 0; }

} // namespace

VDSO_FUNCTION int __vdso_clock_gettime(int clock, abi::TimeSpec* time) {
    u32 bit = clock_bit(clock);
    if (!(bit & (kRealtimeClocks | kMonotonicClocks)) || !is_counter_readable()) [[unlikely]]
        return static_cast<int>(system_call(kCallClockGetTime, static_cast<u64>(clock), time));
    *time = abi::TimeSpec::from_ns(bit & kRealtimeClocks ? realtime() : monotonic());
    return 0;
}

VDSO_FUNCTION int __vdso_clock_getres(int clock, abi::TimeSpec* resolution) {
    u32 bit = clock_bit(clock);
    if (!(bit & (kRealtimeClocks | kMonotonicClocks)))
        return static_cast<int>(system_call(kCallClockGetRes, static_cast<u64>(clock), resolution));
    if (resolution)
        *resolution =
            abi::TimeSpec::from_ns(bit & kCoarseClocks ? kCoarseClockResolutionNs : kClockResolutionNs);
    return 0;
}

VDSO_FUNCTION int __vdso_gettimeofday(abi::TimeVal* time, abi::TimeZone* zone) {
    if (zone || !is_counter_readable()) [[unlikely]]
        return static_cast<int>(system_call(kCallGetTimeOfDay, reinterpret_cast<u64>(time), zone));
    if (time) *time = abi::TimeVal::from_ns(realtime());
    return 0;
}

VDSO_FUNCTION i64 __vdso_time(i64* time) {
    if (!is_counter_readable()) [[unlikely]]
        return system_call(kCallTime, reinterpret_cast<u64>(time), nullptr);
    i64 seconds = static_cast<i64>(realtime() / kNanosecondsPerSecond);
    if (time) *time = seconds;
    return seconds;
}

/// The CPU's number is the limit of a segment of its descriptor table (arch/x86_64/descriptor_tables.cpp), the node's
/// above it.
VDSO_FUNCTION int __vdso_getcpu(u32* cpu, u32* node, void*) {
    constexpr u32 kSelector = 0x7b, kCpuBits = 12;
    u32 limit;
    asm volatile("lsl %1, %0" : "=r"(limit) : "r"(kSelector) : "cc");
    if (cpu) *cpu = limit & ((1u << kCpuBits) - 1);
    if (node) *node = limit >> kCpuBits;
    return 0;
}
