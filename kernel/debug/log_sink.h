// LogSink: a console on which the kernel log and panics appear.
#pragma once
#include <string_view>

#include "base/types.h"

namespace martlet {

class LogSink : NonCopyable {
public:
    /// Shows one whole record ("[    0.012345] text\n"). Called in any context except interrupts-from-NMI,
    /// possibly while this CPU holds the console's own lock: take it with try_lock and answer false if it is
    /// busy; the record then comes again later. Must not log.
    virtual bool write_record(std::string_view text) = 0;
    /// Shows raw text at once by polling, without any lock: the machine is about to stop.
    virtual void write_panic(std::string_view text) = 0;
    /// Brings what was written, by programs too, to the line before the machine stops. Process context.
    virtual void drain() {}

protected:
    ~LogSink() = default; // registered for good

private:
    friend struct LogSinks;
    LogSink* next_ = nullptr;
    u64 next_sequence_ = 0;
};

enum class LogReplay : u8 { No, Yes };

/// Adds a console for good. Yes: it first shows what the ring holds (a screen that appears after the first messages).
/// The first sink replaces the early serial output; a serial driver registers with No, for its port has shown all that.
void register_log_sink(LogSink& sink, LogReplay replay);

/// The level below which records reach the consoles ("loglevel=", "quiet", syslog(2) action 8).
u32 console_log_level();
void set_console_log_level(u32 level);

} // namespace martlet
