// The master's open file.
#include "dev/pty/pty.h"
#include "mm/user_access.h"
#include "proc/resource_limits.h"
#include "proc/signal.h"
#include "proc/task.h"
#include "vfs/fd_table.h"
#include "vfs/ioctl.h"

namespace martlet {
namespace {

// ioctl(2) requests of the master
constexpr u32 kTiocpkt = 0x5420, kTiocgptpeer = 0x5441, kTiocgptn = 0x80045430, kTiocsptlck = 0x40045431,
              kTiocsig = 0x40045436, kTiocgpkt = 0x80045438, kTiocgptlck = 0x80045439;
constexpr int kSignalCount = 64;

Result<i64> store_int(u64 argument, int value) {
    TRY(UserPtr<int>(argument).store(value));
    return 0;
}

class PtyMasterFile final : public File {
public:
    PtyMasterFile(Ref<Pty> pty, PtyNames& names, Ref<RefCounted> owner, u32 flags, Path path)
        : File(flags, std::move(path)), pty_(std::move(pty)), names_(names), owner_(std::move(owner)) {}
    ~PtyMasterFile() override {
        names_.remove(pty_->index());
        pty_->close_master();
    }

    Result<usize> read(IoCursor& to, u64) override { return pty_->read_master(to, is_nonblocking()); }
    Result<usize> write(IoCursor& from, u64) override { return pty_->write_master(from, is_nonblocking()); }
    bool is_pollable() const override { return true; }
    ControllingTerminal* terminal() override { return pty_.get(); }
    u32 signalled_events() const override { return kPollIn | kPollHup; }
    u32 poll(PollTable* table) override { return pty_->poll_master(table); }
    Result<i64> ioctl(u32 command, u64 argument) override;

private:
    Result<i64> open_peer(u64 argument);
    Result<i64> flush(u64 which);

    Ref<Pty> pty_;
    PtyNames& names_;
    Ref<RefCounted> owner_; // of names_
};

Result<i64> PtyMasterFile::open_peer(u64 argument) {
    constexpr u32 kAllowed = kOpenAccessMode | kOpenNoControllingTty | kOpenNonBlock | kOpenCloseOnExec;
    auto flags = static_cast<u32>(argument) & kAllowed;
    Ref<File> file = TRY(names_.open_peer(pty_->index(), flags & ~kOpenCloseOnExec, path()));
    CloseOnExec cloexec = flags & kOpenCloseOnExec ? CloseOnExec::Yes : CloseOnExec::No;
    return TRY(current_task().files().install(std::move(file), cloexec, current_limit(Resource::OpenFiles)));
}

/// TCFLSH: the master's input is what the slave wrote, its output what the slave has not read.
Result<i64> PtyMasterFile::flush(u64 which) {
    constexpr u64 kInput = 0, kOutput = 1, kBoth = 2;
    if (which > kBoth) return Error(Errno::EINVAL);
    if (which != kOutput) {
        pty_->line().drop();
        pty_->output_drained();
    }
    if (which != kInput) TRY(pty_->flush_queues(kInput));
    return 0;
}

Result<i64> PtyMasterFile::ioctl(u32 command, u64 argument) {
    switch (command) {
    case kTiocgptn: return store_int(argument, static_cast<int>(pty_->index()));
    case kTiocsptlck:
        pty_->set_locked(TRY(UserPtr<int>(argument).load()) != 0);
        return 0;
    case kTiocgptlck: return store_int(argument, pty_->is_locked());
    case kTiocgptpeer: return open_peer(argument);
    case kTiocpkt:
        pty_->line().set_packet_mode(TRY(UserPtr<int>(argument).load()) != 0);
        return 0;
    case kTiocgpkt: return store_int(argument, pty_->line().is_packet_mode());
    case kTiocsig: {
        auto number = static_cast<int>(argument);
        if (number < 1 || number > kSignalCount) return Error(Errno::EINVAL);
        signal_foreground_group(*pty_, number);
        return 0;
    }
    case kFionread: return store_int(argument, static_cast<int>(pty_->line().count()));
    case kTiocoutq: return store_int(argument, 0);
    case kTcflsh: return flush(argument);
    // A master may ask whose terminal the slave is, though it is not its own.
    case kTiocgpgrp: return store_int(argument, foreground_group_of(*pty_));
    case kTiocgsid: return store_int(argument, TRY(session_of(*pty_)));
    case kTiocnotty: return Error(Errno::ENOTTY);
    default: return pty_->ioctl(command, argument, pty_->generation(), can_read());
    }
}

} // namespace

Result<Ref<File>> open_pty_master(Ref<Pty> pty, PtyNames& names, Ref<RefCounted> owner, u32 flags, const Path& path) {
    return make_ref<PtyMasterFile>(std::move(pty), names, std::move(owner), flags, path);
}

} // namespace martlet
