// The kernel log on tty1, and panics on whatever is shown.
#include "base/format.h"
#include "base/log.h"
#include "debug/log_reader.h"
#include "dev/vt/screen_console.h"
#include "sched/thread.h"

namespace martlet {

void ScreenConsole::write_text(Terminal& terminal, std::string_view text) {
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        terminal.write({reinterpret_cast<const u8*>(line.data()), line.size()});
        text.remove_prefix(line.size());
        if (text.empty()) break;
        static constexpr u8 kNewLine[] = {'\r', '\n'};
        terminal.write(kNewLine);
        text.remove_prefix(1);
    }
}

void ScreenConsole::write_panic(std::string_view text) NO_THREAD_SAFETY_ANALYSIS {
    display_.reset_view();
    write_text(active_->terminal, text);
    display_.refresh();
}

Result<void> ScreenConsole::start_log() {
    Ref<Thread> thread = TRY(Thread::create_kernel_thread("screen-log", follow_log, this));
    thread->start();
    return {};
}

void ScreenConsole::follow_log(void* context) {
    auto& console = *static_cast<ScreenConsole*>(context);
    u64 sequence = first_log_sequence();
    static char text[kLogTextMax];
    for (;;) {
        log_wait_queue().wait_uninterruptible([&] { return next_log_sequence() > sequence; });
        while (std::optional<LogRecord> record = read_log(sequence, text)) {
            sequence = record->sequence + 1;
            if (static_cast<u32>(record->level) >= console_log_level()) continue;
            char stamp[32];
            u64 microseconds = record->timestamp_ns / 1000;
            usize size = format(stamp, "[%5llu.%06llu] ", static_cast<unsigned long long>(microseconds / 1'000'000),
                                static_cast<unsigned long long>(microseconds % 1'000'000));
            MutexGuard guard(vt_lock);
            VirtualTerminal& first = *console.terminals_[0];
            write_text(first.terminal, {stamp, size});
            write_text(first.terminal, record->text);
            write_text(first.terminal, "\n");
            console.written(first);
        }
    }
}

} // namespace martlet
