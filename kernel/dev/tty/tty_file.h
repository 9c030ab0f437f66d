// TtyFile: an open terminal; TtyDevice: its node in /dev.
#pragma once
#include "dev/device.h"
#include "dev/tty/tty.h"

namespace martlet {

enum class ControllingTtyPolicy : u8 { Never, OnOpen };

class TtyFile : public File {
public:
    TtyFile(Ref<Tty> tty, u32 generation, u32 flags, Path path);
    ~TtyFile() override;

    Result<usize> read(IoCursor& to, u64 offset) override;
    Result<usize> write(IoCursor& from, u64 offset) override;
    Result<i64> ioctl(u32 command, u64 argument) override;
    u32 poll(PollTable* table) override;
    bool is_pollable() const override { return true; }
    ControllingTerminal* terminal() override { return tty_.get(); }
    u32 signalled_events() const override { return kPollIn | kPollHup; }

protected:
    Tty& tty() const { return *tty_; }
    /// Which life of the terminal this file belongs to.
    virtual u32 generation() const { return generation_; }

private:
    Ref<Tty> tty_;
    u32 generation_;
};

/// Opens `tty` as open(2) does: TIOCEXCL, and the controlling terminal of a session leader that has none.
Result<Ref<File>> open_tty(Tty& tty, u32 flags, const Path& path, ControllingTtyPolicy policy);

class TtyDevice : public CharacterDevice {
public:
    TtyDevice(Ref<Tty> tty, u32 permissions)
        : CharacterDevice(tty->name(), tty->device_number(), permissions), tty_(std::move(tty)) {}
    Result<Ref<File>> open(u32 flags, const Path& path) override {
        return open_tty(*tty_, flags, path, ControllingTtyPolicy::OnOpen);
    }

private:
    Ref<Tty> tty_;
};

/// Makes the device node of a terminal; a failure is logged.
void register_tty_device(Ref<Tty> tty);

} // namespace martlet
