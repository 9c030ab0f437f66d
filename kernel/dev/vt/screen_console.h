// ScreenConsole: the screen and the keyboard with the virtual terminals that share them, of which one is
// active: it is shown and gets the keys. The kernel log appears on tty1.
//
// Writing changes a terminal's cells only. Drawing happens afterwards in the console thread, at once for the
// first change and then at most 60 times a second, so that a flood of output costs a few frames instead of a
// redraw per line. Switching: a request (a key, VT_ACTIVATE) takes effect at once, unless the active
// terminal's owner wants to be asked: then it gets its signal, and its VT_RELDISP completes or refuses the
// switch. Locking: vt_lock; the atomics tell waiters.
#pragma once
#include "debug/log_sink.h"
#include "dev/input/key_translator.h"
#include "dev/input/keyboard.h"
#include "dev/input/mouse.h"
#include "dev/terminal/display.h"
#include "dev/terminal/mouse_report.h"
#include "dev/vt/active_terminal.h"
#include "dev/vt/virtual_terminal.h"
#include "time/timer.h"

namespace martlet {

class ScreenConsole final : public LogSink, public KeyboardListener, public MouseListener {
public:
    ScreenConsole(Screen& screen, WindowSize size) : size_(size), display_(screen) {}
    /// Makes tty1, the first active terminal.
    [[nodiscard]] Result<void> init();

    WindowSize window_size() const { return size_; }
    /// The terminal of that number, made if need be. ENXIO: there is no such number; ENOMEM.
    Result<Ref<VirtualTerminal>> terminal(u32 number);
    Ref<VirtualTerminal> active();
    Result<i64> ioctl(VirtualTerminal& terminal, u32 command, u64 argument);
    u32 active_number() const { return active_number_.load(std::memory_order_acquire); }
    ActiveTerminalChanges& changes() { return changes_; }
    /// The terminal's cells have changed.
    void written(VtLine& line) REQUIRES(vt_lock);
    /// martlet.bell=speaker, visible (the screen flashes) or none.
    void ring_bell() REQUIRES(vt_lock);

    // LogSink
    bool write_record(std::string_view) override { return true; } // follow_log shows it, outside the caller's locks
    void write_panic(std::string_view text) override;
    /// Starts the thread that shows the kernel log.
    [[nodiscard]] Result<void> start_log();

    void key_event(KeyEvent event) override;
    void mouse_event(const MouseEvent& event) override;

private:
    bool is_in_use(u32 number) const REQUIRES(vt_lock);

    // Drawing.
    void changed();
    static void refresh_work(void* context) { static_cast<ScreenConsole*>(context)->refresh(); }
    static void timer_expired(Timer&, void* context) { static_cast<ScreenConsole*>(context)->refresh_work_.schedule(); }
    void refresh();
    static void flash_ends(Timer&, void* context);
    static void write_text(Terminal& terminal, std::string_view text);
    static void follow_log(void* context);

    // Keys.
    KeyResult translate(KeyEvent event) REQUIRES(vt_lock);
    void act_on_key(const KeyResult& result, Ref<VirtualTerminal> terminal);
    void switch_on_key(const KeyResult& result);
    void hold_output(VirtualTerminal& terminal);
    void show_lamps() REQUIRES(vt_lock);

    // The mouse (vt_mouse.cpp): a selection with the left button, words and lines by more clicks, the right
    // button extends it, the middle one pastes. A program that asked for reports gets these instead, unless
    // Shift is held.
    struct MouseState {
        i32 x = 0, y = 0; // of the pointer, in pixels of 8x16 cells
        u8 buttons = 0;
        CellPlace anchor;
        SelectionUnit unit = SelectionUnit::Characters;
        u64 pressed_ns = 0;
        u32 clicks = 0;
        CellPlace place() const { return {static_cast<u32>(y / 16), static_cast<u32>(x / 8)}; }
    };
    void move_pointer(const MouseEvent& event) REQUIRES(vt_lock);
    void report_mouse(const MouseEvent& event, u8 changed) REQUIRES(vt_lock);
    void send_report(MouseAction action, MouseButton button) REQUIRES(vt_lock);
    void press_to_select() REQUIRES(vt_lock);
    void select_to(CellPlace head) REQUIRES(vt_lock);
    void forget_selection() REQUIRES(vt_lock);
    void copy_selection() REQUIRES(vt_lock);
    void start_paste(Ref<VirtualTerminal> terminal) REQUIRES(vt_lock);
    static void paste_work(void* context) { static_cast<ScreenConsole*>(context)->paste(); }
    static void paste_timer_expired(Timer&, void* context) {
        static_cast<ScreenConsole*>(context)->paste_work_.schedule();
    }
    void paste();
    Result<i64> ioctl_linux(VirtualTerminal& terminal, u64 argument, bool allowed);
    Result<i64> select_by_request(u64 argument);

    // Switching (vt_switch.cpp).
    enum class Direction : i8 { Previous = -1, Next = 1 };
    u32 neighbour(Direction direction) REQUIRES(vt_lock);
    Result<void> request_switch(u32 number) REQUIRES(vt_lock);
    void complete_switch(u32 number) REQUIRES(vt_lock);
    Result<void> release(VirtualTerminal& terminal, u64 answer);
    void set_graphics(VirtualTerminal& terminal, bool graphics) REQUIRES(vt_lock);
    static void reset(VtLine& line) REQUIRES(vt_lock);
    /// False: the process is gone. Signal 0 only asks.
    static bool tell_owner(const VtOwner& owner, i16 signal);
    Result<void> wait_until_active(u32 number);
    Result<void> wait_for_switch(u64 argument);
    Result<void> set_switching(VirtualTerminal& terminal, const VtModeSettings& settings);
    Result<void> disallocate(u32 number);

    // Requests (vt_ioctl.cpp); nullopt: not one of these.
    std::optional<Result<i64>> ioctl_display(VirtualTerminal& terminal, u32 command, u64 argument, bool allowed);
    std::optional<Result<i64>> ioctl_keyboard(VirtualTerminal& terminal, u32 command, u64 argument, bool allowed);
    std::optional<Result<i64>> ioctl_switching(VirtualTerminal& terminal, u32 command, u64 argument, bool allowed);
    std::optional<Result<i64>> ioctl_keymap(u32 command, u64 argument, bool allowed);
    Result<i64> key_entry(u64 argument);
    Result<i64> set_key_entry(u64 argument, bool allowed);
    Result<i64> function_string(u32 command, u64 argument, bool allowed);
    Result<i64> accents(u32 command, u64 argument);
    Result<i64> set_accents(u32 command, u64 argument);
    Result<i64> key_code(u32 command, u64 argument, bool allowed);
    Result<i64> accept_key_signal(u64 argument, bool allowed);
    Result<void> set_lamps(VirtualTerminal& terminal, u64 lamps);
    Result<i64> open_mask(u64 argument);
    Result<i64> free_number(u64 argument);
    Result<i64> activate(u64 number);

    const WindowSize size_;
    Ref<VirtualTerminal> terminals_[kVirtualTerminals] GUARDED_BY(vt_lock);
    VirtualTerminal* active_ GUARDED_BY(vt_lock) = nullptr;
    u32 previous_number_ GUARDED_BY(vt_lock) = 1; // of the terminal that was active before
    bool is_switching_locked_ GUARDED_BY(vt_lock) = false; // VT_LOCKSWITCH
    Display display_ GUARDED_BY(vt_lock);
    Keymap keymap_ GUARDED_BY(vt_lock);
    KeyTranslator keys_ GUARDED_BY(vt_lock){keymap_};
    u8 raw_key_[6] GUARDED_BY(vt_lock) = {}; // the last key in a raw mode
    VtOwner key_signal_owner_ GUARDED_BY(vt_lock); // KDSIGACCEPT
    i16 key_signal_ GUARDED_BY(vt_lock) = 0;

    MouseState mouse_ GUARDED_BY(vt_lock);
    Vector<char> clipboard_ GUARDED_BY(vt_lock);
    Vector<char> pasting_ GUARDED_BY(vt_lock); // what is on its way to paste_to_
    usize pasted_ GUARDED_BY(vt_lock) = 0;
    u64 paste_deadline_ns_ GUARDED_BY(vt_lock) = 0;
    Ref<VirtualTerminal> paste_to_ GUARDED_BY(vt_lock);
    DeferredWork paste_work_{paste_work, this};
    Timer paste_timer_{paste_timer_expired, this};

    std::atomic<u32> active_number_ = 1;
    ActiveTerminalChanges changes_;
    std::atomic<bool> refresh_pending_ = false;
    std::atomic<u64> next_refresh_ns_ = 0;
    DeferredWork refresh_work_{refresh_work, this};
    Timer refresh_timer_{timer_expired, this};
    std::atomic<bool> is_flashing_ = false;
    Timer flash_timer_{flash_ends, this};
};

/// The machine's; null without a screen.
ScreenConsole* screen_console();
/// Makes the device nodes tty1 … and tty0.
void register_virtual_terminals();

} // namespace martlet
