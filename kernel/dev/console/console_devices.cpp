// /dev/console, and /dev/tty, the caller's controlling terminal (console(4), tty(4)).
#include "base/init.h"
#include "base/log.h"
#include "dev/console/console.h"
#include "dev/tty/tty_file.h"

namespace martlet {
namespace {

constexpr u32 kTtyAlternateMajor = 5;

/// The preferred console for everything, and the others for writes as well. It outlives hang-ups, as on
/// Linux: init keeps one open while sessions on the same terminal come and go.
class ConsoleFile : public TtyFile {
public:
    ConsoleFile(Ref<Tty> preferred, u32 flags, Path path)
        : TtyFile(std::move(preferred), 0, flags, std::move(path)) {}
    ~ConsoleFile() override {
        for (Tty* other : std::span(others_).first(other_count_)) other->close();
    }

    void open_others() {
        Tty* candidates[kMaxConsoles];
        usize count = other_consoles(&tty(), candidates);
        for (Tty* candidate : std::span(candidates).first(count))
            if (candidate->open(true)) others_[other_count_++] = candidate;
    }

    Result<usize> write(IoCursor& from, u64 offset) override {
        if (other_count_ == 0) return TtyFile::write(from, offset);
        usize total = 0;
        while (from.remaining() > 0) {
            u8 buffer[256];
            Result<usize> taken = from.take(buffer, std::min(sizeof(buffer), from.remaining()));
            if (!taken) return total > 0 ? Result<usize>(total) : taken;
            IoCursor chunk = IoCursor::kernel_const(buffer, *taken);
            Result<usize> written = TtyFile::write(chunk, offset);
            if (!written) return total > 0 ? Result<usize>(total) : written;
            write_to_others({buffer, *written});
            total += *written;
            if (*written < *taken) break;
        }
        return total;
    }

protected:
    u32 generation() const override { return tty().generation(); }

private:
    /// A console that is stopped (^S) or interrupted misses the text rather than holding up the others.
    void write_to_others(std::span<const u8> bytes) {
        for (Tty* other : std::span(others_).first(other_count_)) {
            if (other->is_output_stopped()) continue;
            IoCursor chunk = IoCursor::kernel_const(bytes.data(), bytes.size());
            (void)other->write(chunk, other->generation(), false);
        }
    }

    Tty* others_[kMaxConsoles] = {}; // consoles live for ever
    usize other_count_ = 0;
};

class ConsoleDevice : public CharacterDevice {
public:
    ConsoleDevice() : CharacterDevice("console", make_device(kTtyAlternateMajor, 1), 0600) {}
    Result<Ref<File>> open(u32 flags, const Path& path) override {
        Tty* preferred = preferred_console();
        if (!preferred) return Error(Errno::ENODEV);
        TRY(preferred->open(true));
        Result<Ref<ConsoleFile>> file = make_ref<ConsoleFile>(Ref<Tty>(*preferred), flags, path);
        if (!file) {
            preferred->close();
            return Error(file.error());
        }
        (*file)->open_others();
        return Ref<File>(std::move(*file));
    }
};

class ControllingTtyDevice : public CharacterDevice {
public:
    ControllingTtyDevice() : CharacterDevice("tty", make_device(kTtyAlternateMajor, 0), 0666) {}
    Result<Ref<File>> open(u32 flags, const Path& path) override {
        Ref<ControllingTerminal> terminal = current_controlling_terminal();
        if (!terminal) return Error(Errno::ENXIO);
        return open_tty(static_cast<Tty&>(*terminal), flags, path, ControllingTtyPolicy::Never);
    }
};

template <typename Device> void add_device() {
    Result<Ref<Device>> device = make_ref<Device>();
    Result<void> registered = device ? register_character_device(*device) : Error(device.error());
    if (!registered) log_error("console: cannot register a device: error %d", static_cast<int>(registered.error()));
}

void console_devices_init() {
    start_deferred_work_thread();
    add_device<ConsoleDevice>();
    add_device<ControllingTtyDevice>();
}
INIT_TASK(Devices, console_devices_init);

} // namespace
} // namespace martlet
