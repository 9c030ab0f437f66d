// The kernel log. See base/log.h (writing), debug/log_reader.h (reading), debug/log_sink.h (consoles).
//
// A record is appended under a spinlock of the second-highest rank, so that log() may be called anywhere.
// Consoles are fed and readers woken by the caller if it holds no lock and has interrupts on; otherwise by an
// interrupt that log() sends to its own CPU. One CPU at a time feeds the consoles; what arrives meanwhile is
// its to show.
#include <stdarg.h>

#include <algorithm>

#include "arch/cpu.h"
#include "arch/interrupts.h"
#include "arch/serial_early.h"
#include "base/format.h"
#include "boot/command_line.h"
#include "boot/command_line_parser.h"
#include "debug/log_reader.h"
#include "debug/log_ring.h"
#include "debug/log_setup.h"
#include "debug/log_sink.h"
#include "debug/panic.h"
#include "sync/spinlock.h"
#include "time/clock.h"

namespace martlet {

namespace {

alignas(8) u8 g_storage[kLogRingBytes];
SpinLock g_lock{LockRank::Log};
LogRing g_ring GUARDED_BY(g_lock){g_storage};
std::atomic<u64> g_clear_sequence = 0;
std::atomic<u32> g_console_level = 7; // records below this level are shown: all but debug
std::atomic<bool> g_is_feeding = false;
std::atomic<bool> g_ignore_level = false;
WaitQueue g_readers;

// The feeder's buffers: there is one feeder at a time (g_is_feeding), or the panic.
char g_feed_text[kLogTextMax], g_feed_line[kLogTextMax + 32];

} // namespace

/// The registered consoles, an append-only list, and the early serial port until there is one.
struct LogSinks {
    static inline std::atomic<LogSink*> first = nullptr;
    static inline u64 early_sequence = 0;

    static LogSink* next(LogSink& sink) { return sink.next_; }
    static u64& sequence(LogSink& sink) { return sink.next_sequence_; }
    static void add(LogSink& sink, u64 from_sequence) {
        sink.next_sequence_ = from_sequence;
        sink.next_ = first.load(std::memory_order_relaxed);
        first.store(&sink, std::memory_order_release);
    }
};

namespace {

std::optional<LogRecord> read_record(u64 sequence, std::span<char> buffer) NO_THREAD_SAFETY_ANALYSIS {
    // A panic reads without the lock: its holder will not run again.
    bool needs_lock = !is_panicking();
    u64 state = irq_save();
    if (needs_lock) g_lock.lock();
    usize size = 0;
    std::optional<LogRing::Header> header = g_ring.read(sequence, buffer, size);
    if (needs_lock) g_lock.unlock();
    irq_restore(state);
    if (!header) return {};
    return LogRecord{sequence,
                     header->timestamp_ns,
                     static_cast<LogLevel>(header->level),
                     header->facility,
                     {buffer.data(), size}};
}

bool is_shown(const LogRecord& record) {
    return g_ignore_level.load(std::memory_order_relaxed) ||
           static_cast<u32>(record.level) < g_console_level.load(std::memory_order_relaxed);
}

std::string_view format_line(const LogRecord& record, std::span<char> line) {
    u64 microseconds = record.timestamp_ns / 1000;
    usize size = format(line, "[%5llu.%06llu] %.*s\n", static_cast<unsigned long long>(microseconds / 1'000'000),
                        static_cast<unsigned long long>(microseconds % 1'000'000), static_cast<int>(record.text.size()),
                        record.text.data());
    return {line.data(), std::min(size, line.size() - 1)};
}

/// Shows records from `sequence` on through `write`; stops when it answers false.
template <typename Write> void feed(u64& sequence, Write write) {
    while (std::optional<LogRecord> record = read_record(sequence, g_feed_text)) {
        if (is_shown(*record) && !write(format_line(*record, g_feed_line))) return;
        sequence = record->sequence + 1;
    }
}

void feed_consoles() {
    if (!LogSinks::first.load(std::memory_order_acquire)) {
        feed(LogSinks::early_sequence, [](std::string_view line) {
            early_serial_write(line);
            return true;
        });
    }
    for (LogSink* sink = LogSinks::first.load(std::memory_order_acquire); sink; sink = LogSinks::next(*sink))
        feed(LogSinks::sequence(*sink), [sink](std::string_view line) { return sink->write_record(line); });
}

bool consoles_are_behind() {
    u64 next = next_log_sequence();
    LogSink* sink = LogSinks::first.load(std::memory_order_acquire);
    if (!sink) return LogSinks::early_sequence < next;
    for (; sink; sink = LogSinks::next(*sink))
        if (LogSinks::sequence(*sink) < next) return true;
    return false;
}

void try_feed_consoles() {
    // Twice: somebody may append between the last look of the feeder and the end of its turn.
    for (u32 attempt = 0; attempt < 2 && consoles_are_behind(); ++attempt) {
        if (g_is_feeding.exchange(true, std::memory_order_acquire)) return;
        feed_consoles();
        g_is_feeding.store(false, std::memory_order_release);
    }
}

void append(LogLevel level, u8 facility, std::string_view text) {
    LogRing::Header header{monotonic_ns(), 0, static_cast<u8>(level), facility, 0};
    {
        IrqLockGuard guard(g_lock);
        g_ring.append(header, text);
    }
    if (is_panicking()) return;
    if ((preempt_count() == 0 && irqs_enabled()) || !send_log_interrupt()) {
        PreemptGuard guard;
        run_deferred_log_work();
    }
}

} // namespace

void log(LogLevel level, const char* format, ...) {
    char text[kLogTextMax];
    va_list arguments;
    va_start(arguments, format);
    usize size = std::min(format_arguments(text, format, arguments), sizeof text - 1);
    va_end(arguments);
    while (size > 0 && text[size - 1] == '\n') --size;
    append(level, 0, {text, size});
}

void log_from_user(LogLevel level, u8 facility, std::string_view text) {
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    append(level, facility, text.substr(0, kLogTextMax));
}

void run_deferred_log_work() {
    try_feed_consoles();
    if (g_readers.has_waiters()) g_readers.wake_all();
}

std::optional<LogRecord> read_log(u64 sequence, std::span<char> buffer) { return read_record(sequence, buffer); }

u64 first_log_sequence() {
    IrqLockGuard guard(g_lock);
    return g_ring.first_sequence();
}

u64 next_log_sequence() {
    IrqLockGuard guard(g_lock);
    return g_ring.next_sequence();
}

u64 log_clear_sequence() { return g_clear_sequence.load(std::memory_order_relaxed); }
void set_log_clear_sequence(u64 sequence) { g_clear_sequence.store(sequence, std::memory_order_relaxed); }
WaitQueue& log_wait_queue() { return g_readers; }

void register_log_sink(LogSink& sink, LogReplay replay) {
    PreemptGuard preempt_guard;
    while (g_is_feeding.exchange(true, std::memory_order_acquire)) cpu_relax();
    u64 from = replay == LogReplay::Yes ? first_log_sequence()
               : LogSinks::first.load() ? next_log_sequence()
                                        : LogSinks::early_sequence;
    LogSinks::add(sink, from);
    g_is_feeding.store(false, std::memory_order_release);
    try_feed_consoles();
}

u32 console_log_level() { return g_console_level.load(std::memory_order_relaxed); }
void set_console_log_level(u32 level) { g_console_level.store(std::clamp(level, 1u, 8u), std::memory_order_relaxed); }

void configure_log() {
    if (command_line_option("quiet")) set_console_log_level(4);
    if (command_line_option("debug")) set_console_log_level(8);
    if (auto option = command_line_option("loglevel"))
        if (std::optional<u64> level = parse_number(*option))
            set_console_log_level(static_cast<u32>(std::min<u64>(*level, 8)));
    if (command_line_option("ignore_loglevel")) g_ignore_level.store(true);
    try_feed_consoles();
}

void write_on_every_console(std::string_view text) {
    LogSink* sink = LogSinks::first.load(std::memory_order_acquire);
    if (!sink) early_serial_write(text);
    for (; sink; sink = LogSinks::next(*sink)) sink->write_panic(text);
}

void drain_consoles() {
    try_feed_consoles();
    for (LogSink* sink = LogSinks::first.load(std::memory_order_acquire); sink; sink = LogSinks::next(*sink))
        sink->drain();
}

void flush_log_in_panic() {
    auto shown_by = [](LogSink* sink) {
        return [sink](std::string_view line) {
            if (sink) sink->write_panic(line);
            else early_serial_write(line);
            return true;
        };
    };
    LogSink* sink = LogSinks::first.load(std::memory_order_acquire);
    if (!sink) feed(LogSinks::early_sequence, shown_by(nullptr));
    for (; sink; sink = LogSinks::next(*sink)) feed(LogSinks::sequence(*sink), shown_by(sink));
}

} // namespace martlet
