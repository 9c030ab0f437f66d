// Pipe: a first-in first-out run of bytes in a ring of pages (pipe(7), POSIX.1-2017 pipe, write).
//
// Writes of at most PIPE_BUF bytes are never mixed with others'. In packet mode (O_DIRECT) each write is a
// segment of its own, which one read takes whole. The mutex guards the ring and is held while bytes are
// copied; what waiters and poll look at is kept in atomics. Blocked readers and writers are woken one at a
// time: whoever leaves something for the next wakes the next. splice(2) moves frames, not bytes: lend() shows
// the first segments and keeps other readers waiting until settle() says how much of them went, so that their
// frames stay. No lock is held between the two. A pipe's pages count for the user who made it (pipe(7),
// pipe-user-pages-soft).
#pragma once
#include <span>

#include "base/ref.h"
#include "base/vector.h"
#include "sync/mutex.h"
#include "vfs/page_source.h"

namespace martlet {

struct Frame;
class UserAccount;

inline constexpr usize kPipeBufferSize = 4096;            // PIPE_BUF
inline constexpr usize kPipeDefaultSize = 65536;
inline constexpr u32 kPipeBatch = 16;                     // segments that splice hands on at once
enum class Blocking : u8 { No, Yes };
enum class PipeMode : u8 { Stream, Packet };

class Pipe final : public RefCounted {
public:
    static Result<Ref<Pipe>> create();
    ~Pipe() override;

    Result<usize> read(IoCursor& to, Blocking blocking);
    /// EPIPE with SIGPIPE when nobody reads.
    Result<usize> write(IoCursor& from, Blocking blocking, PipeMode mode = PipeMode::Stream);
    /// Appends the first parts of frames that fit, at least one, and takes over the caller's references to
    /// these. Answers their bytes. Errors as write.
    Result<usize> append_frames(std::span<const BorrowedPage> parts, Blocking blocking);
    /// Waits until a segment would fit; answers how many would. EAGAIN, EPIPE with SIGPIPE, kRestartSys.
    Result<u32> wait_for_slot(Blocking blocking);
    /// The first segments, up to `limit` bytes in all, without references; answers their number, 0 at the end. EAGAIN,
    /// kRestartSys. After a count above 0 the caller must settle(): that consumes the first `taken` bytes.
    Result<u32> lend(std::span<BorrowedPage> loans, usize limit, Blocking blocking);
    void settle(usize taken);
    void watch(PollTable& table) { table.watch(poll_queue_); }
    inline u32 events(bool reads, bool writes, u64 writer_opens_seen) const;
    usize size() const { return bytes_.load(std::memory_order_acquire); }
    usize capacity();
    /// F_SETPIPE_SZ, in bytes (limits: /proc/sys/fs/pipe-…): EINVAL, EPERM above the limits for those without
    /// CAP_SYS_RESOURCE, EBUSY if more is stored, ENOMEM. Answers the size in force.
    Result<usize> set_capacity(usize bytes);

    void add_users(bool reads, bool writes);
    void remove_users(bool reads, bool writes);
    bool has_users() const { return readers_.load() != 0 || writers_.load() != 0; }
    /// FIFO open: waits until the other side is open or has been since its opens were `seen`; kRestartSys.
    Result<void> wait_for_writer(u64 seen);
    Result<void> wait_for_reader(u64 seen);
    bool has_readers() const { return readers_.load(std::memory_order_acquire) != 0; }
    bool has_writers() const { return writers_.load(std::memory_order_acquire) != 0; }
    u64 reader_opens() const { return reader_opens_.load(std::memory_order_acquire); }
    u64 writer_opens() const { return writer_opens_.load(std::memory_order_acquire); }

    Pipe();

private:
    /// What may happen to a segment at the end of the ring: bytes are appended to it (the frame is the pipe's own), it
    /// stays as it is (the frame is somebody's page), or it is a packet.
    enum class SegmentKind : u32 { Own, Foreign, Packet };
    struct Segment {
        Frame* frame = nullptr;
        u16 start = 0, end = 0; // bytes in the frame
        SegmentKind kind = SegmentKind::Own;
    };
    Segment& segment(u64 index) REQUIRES(mutex_) { return ring_.data()[index & (ring_.size() - 1)]; }
    usize compute_room() REQUIRES(mutex_);
    Result<usize> fill(IoCursor& from, PipeMode mode) REQUIRES(mutex_);
    Result<usize> drain(IoCursor& to) REQUIRES(mutex_);
    void drop_first() REQUIRES(mutex_);
    Result<Frame*> take_frame() REQUIRES(mutex_);
    void retire_frame(Frame* frame) REQUIRES(mutex_);
    bool can_read() const { return size() > 0 && !is_lent_.load(std::memory_order_acquire); }
    Result<void> wait_for_room(usize needed, Blocking blocking);
    Result<void> check_reader();
    Result<void> wait_for_data(Blocking blocking);
    void announce_data() REQUIRES(mutex_);

    Mutex mutex_{LockRank::Pipe};
    Vector<Segment> ring_ GUARDED_BY(mutex_); // a power of two of slots
    u64 head_ GUARDED_BY(mutex_) = 0, tail_ GUARDED_BY(mutex_) = 0;
    Frame* spare_ GUARDED_BY(mutex_) = nullptr;
    Ref<UserAccount> account_;               // pays for ring_.size() pages
    std::atomic<bool> is_lent_ = false;      // written under mutex_
    std::atomic<usize> bytes_ = 0, room_ = 0; // written under mutex_
    std::atomic<u32> readers_ = 0, writers_ = 0;
    std::atomic<u64> reader_opens_ = 0, writer_opens_ = 0;
    WaitQueue read_queue_, write_queue_, open_queue_, poll_queue_;
};

inline u32 Pipe::events(bool reads, bool writes, u64 writer_opens_seen) const {
    u32 events = 0;
    if (reads) {
        if (size() > 0) events |= kPollIn | kPollRdNorm;
        if (!has_writers() && writer_opens() != writer_opens_seen) events |= kPollHup;
    }
    if (writes) {
        if (room_.load(std::memory_order_acquire) >= kPipeBufferSize) events |= kPollOut | kPollWrNorm;
        if (!has_readers()) events |= kPollErr;
    }
    return events;
}

/// pipe2(2): the read end and the write end. EMFILE is the caller's.
struct PipeEnds {
    Ref<File> reader, writer;
};
Result<PipeEnds> create_pipe(u32 flags);
/// open(2) of a FIFO. ENXIO: O_WRONLY|O_NONBLOCK without a reader.
Result<Ref<File>> open_fifo(Inode& inode, u32 flags, const Path& path);

} // namespace martlet
