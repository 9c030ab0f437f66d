// Measuring one thing in rounds: the smallest of three is printed as `name value ns`, after a round that warms up.
//
// Two clocks. `Cycles` reads the time-stamp counter, which counts instructions when QEMU runs with `-icount shift=0`: one
// instruction is one nanosecond on every kernel, whatever clock that kernel trusts. `Monotonic` is clock_gettime(2).
// A measured stretch stands between two marker instructions, which tests/bench/profile_plugin.c recognises.
#pragma once
#include <ctime>
#include <cstdint>
#include <string_view>

enum class MeterClock { Cycles, Monotonic };

/// Multi-byte no-operations that no compiler emits: nopl magic(%rax).
inline void mark_start() { asm volatile(".byte 0x0f, 0x1f, 0x80, 0x4d, 0x52, 0x4b, 0x31" ::: "memory"); }
inline void mark_stop() { asm volatile(".byte 0x0f, 0x1f, 0x80, 0x4d, 0x52, 0x4b, 0x32" ::: "memory"); }

class Meter {
public:
    static constexpr unsigned kRounds = 3;

    Meter(MeterClock clock, std::string_view only) : clock_(clock), only_(only) {}

    /// Whether this name was asked for; costly preparations ask first.
    bool wants(std::string_view name) const { return only_.empty() || only_ == name; }

    uint64_t now() const {
        if (clock_ == MeterClock::Cycles) return __builtin_ia32_rdtsc();
        timespec time;
        clock_gettime(CLOCK_MONOTONIC, &time);
        return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
    }

    /// `body()` does the work `count` times inside and answers how long that took.
    template <typename Body>
    void rounds(const char* name, uint64_t count, Body body) {
        if (!wants(name)) return;
        uint64_t best = ~0ull;
        for (unsigned round = 0; round <= kRounds; ++round) {
            uint64_t elapsed = body();
            if (round != 0 && elapsed < best) best = elapsed;
        }
        report(name, best, count);
    }

    /// Times `count` calls of `body()`.
    template <typename Body>
    void each(const char* name, unsigned count, Body body) {
        unsigned round = 0;
        rounds(name, count, [&] {
            bool is_last = round++ == kRounds;
            uint64_t start = now();
            if (is_last) mark_start();
            for (unsigned i = 0; i < count; ++i) body();
            if (is_last) mark_stop();
            return now() - start;
        });
    }

    /// The kernel does not have what this needs.
    void unsupported(const char* name);

private:
    void report(const char* name, uint64_t elapsed, uint64_t count);

    MeterClock clock_;
    std::string_view only_;
};

void measure_calls(Meter& meter);
void measure_processes(Meter& meter);
void measure_memory(Meter& meter);
void measure_files(Meter& meter);
void measure_pipes(Meter& meter);
void measure_waiting(Meter& meter);

/// Ends the benchmark with a message when something that every kernel has fails.
void require(bool is_fine, const char* what);
