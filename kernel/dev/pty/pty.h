// Pty: a pseudo-terminal: the slave is a Tty like any other, the master an open file that plays its hardware (pty(7),
// ptmx(4), ioctl_tty(2)).
//
// Lifetime: the master's file, the devpts node and every open slave hold a reference. The pair is made by opening ptmx
// and loses its name when the master is closed; slaves still open are hung up then.
#pragma once
#include "dev/pty/pty_line.h"
#include "dev/tty/tty.h"

namespace martlet {

inline constexpr u32 kPtySlaveMajor = 136;

class Pty final : private PtyLine, public Tty {
public:
    explicit Pty(u32 index);
    using Tty::ioctl; // the slave's requests, not the line's

    ~Pty() override;
    u32 index() const { return index_; }
    static i64 live_count() { return live_count_.load(std::memory_order_relaxed); }
    /// TIOCSPTLCK: a locked slave cannot be opened (EIO).
    bool is_locked() const { return is_locked_.load(std::memory_order_relaxed); }
    void set_locked(bool locked) { is_locked_.store(locked, std::memory_order_relaxed); }
    /// open(2) of the slave: EIO while locked or without its master.
    Result<Ref<File>> open_slave(u32 flags, const Path& path);

    // For the master's file.
    Result<usize> read_master(IoCursor& to, bool nonblocking);
    Result<usize> write_master(IoCursor& from, bool nonblocking);
    u32 poll_master(PollTable* table);
    void close_master();
    PtyLine& line() { return *this; }

private:
    usize read_available(IoCursor& to, Result<usize>& result);

    static std::atomic<i64> live_count_;
    u32 index_;
    std::atomic<bool> is_locked_ = true, is_master_closed_ = false;
};

/// Where a pair's slave has its name: an instance of devpts. Outlives its pairs.
class PtyNames {
public:
    /// The master is closed: the name goes.
    virtual void remove(u32 index) = 0;
    /// TIOCGPTPEER: opens the slave of the master that was opened as `master`.
    virtual Result<Ref<File>> open_peer(u32 index, u32 flags, const Path& master) = 0;

protected:
    ~PtyNames() = default;
};

/// The file that opening ptmx answers. `owner` keeps `names` alive.
Result<Ref<File>> open_pty_master(Ref<Pty> pty, PtyNames& names, Ref<RefCounted> owner, u32 flags, const Path& path);

} // namespace martlet
