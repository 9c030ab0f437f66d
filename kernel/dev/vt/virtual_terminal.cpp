// The emulator below a virtual terminal.
#include "dev/vt/virtual_terminal.h"

#include "dev/device.h"
#include "dev/vt/screen_console.h"

namespace martlet {
namespace {

constexpr u32 kTtyMajor = 4;
constexpr std::string_view kNames[] = {"tty0", "tty1", "tty2", "tty3",  "tty4",  "tty5", "tty6",
                                       "tty7", "tty8", "tty9", "tty10", "tty11", "tty12"};
static_assert(std::size(kNames) == kVirtualTerminals + 1);

} // namespace

Mutex vt_lock{LockRank::SleepLeaf};

std::string_view virtual_terminal_name(u32 number) { return kNames[number]; }

VirtualTerminal::VirtualTerminal(ScreenConsole& console, u32 number)
    : VtLine(console, number),
      Tty(virtual_terminal_name(number), make_device(kTtyMajor, number), static_cast<VtLine&>(*this)) {}

Result<Ref<VirtualTerminal>> VirtualTerminal::create(ScreenConsole& console, u32 number, const WindowSize& size) {
    Ref<VirtualTerminal> created = TRY(make_ref<VirtualTerminal>(console, number));
    {
        MutexGuard guard(vt_lock); // nobody else has it yet
        TRY(created->terminal.init(size.columns, size.rows));
    }
    return created;
}

Tty& VtLine::tty() { return static_cast<VirtualTerminal&>(*this); }

WindowSize VtLine::window_size() const { return console_.window_size(); }

usize VtLine::write(std::span<const u8> bytes) {
    u8 replies[Terminal::kRepliesMax];
    usize reply_count;
    {
        MutexGuard guard(vt_lock);
        u32 bells = terminal.bell_count();
        terminal.write(bytes);
        if (terminal.bell_count() != bells) console_.ring_bell();
        reply_count = terminal.take_replies(replies);
        console_.written(*this);
    }
    if (reply_count > 0) tty().receive({replies, reply_count});
    return bytes.size();
}

Result<i64> VtLine::ioctl(u32 command, u64 argument) {
    return console_.ioctl(static_cast<VirtualTerminal&>(*this), command, argument);
}

} // namespace martlet
