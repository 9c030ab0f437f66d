// ScreenConsole: the terminal on the screen: keyboard, emulator and display below a Tty (tty1), and the kernel log on it.
//
// Writing changes the emulator's cells only. Drawing happens afterwards in the console thread, at once for the first change
// and then at most 60 times a second, so that a flood of output costs a few frames instead of a redraw per line.
// Locking: `lock_` (under the terminal's own) guards emulator, display and key state. Panics draw without it.
#pragma once
#include "debug/log_sink.h"
#include "dev/input/key_translator.h"
#include "dev/input/keyboard.h"
#include "dev/terminal/display.h"
#include "dev/tty/tty.h"
#include "time/timer.h"

namespace martlet {

class ScreenConsole final : public TtyDriver, public LogSink, public KeyboardListener {
public:
    ScreenConsole(Screen& screen, WindowSize size) : size_(size), display_(terminal_, screen) {}
    [[nodiscard]] Result<void> init(std::string_view name, u64 device_number);
    Tty& tty() { return *tty_; }

    // TtyDriver
    usize write(std::span<const u8> bytes) override;
    usize room() const override { return kRoom; }
    void set_output_flow(FlowState) override {}
    WindowSize window_size() const override { return size_; }
    Result<i64> ioctl(u32 command, u64 argument) override;

    // LogSink
    bool write_record(std::string_view) override { return true; } // follow_log shows it, outside the caller's locks
    void write_panic(std::string_view text) override;

    void key_event(KeyEvent event) override;

    /// Starts the thread that shows the kernel log.
    [[nodiscard]] Result<void> start_log();

private:
    static constexpr usize kRoom = 4096; // the emulator takes everything; a write is cut into pieces of this size
    void write_text(std::string_view text) REQUIRES(lock_);
    void changed();
    static void refresh_work(void* context) { static_cast<ScreenConsole*>(context)->refresh(); }
    static void timer_expired(Timer&, void* context) { static_cast<ScreenConsole*>(context)->refresh_work_.schedule(); }
    void refresh();
    void show_lamps();
    static void follow_log(void* context);

    const WindowSize size_;
    Ref<Tty> tty_;
    Mutex lock_{LockRank::SleepLeaf};
    Terminal terminal_;
    Display display_;
    KeyTranslator keys_{kKeymapUs}; // console thread only
    std::atomic<bool> refresh_pending_ = false;
    std::atomic<u64> next_refresh_ns_ = 0;
    DeferredWork refresh_work_{refresh_work, this};
    Timer refresh_timer_{timer_expired, this};
};

} // namespace martlet
