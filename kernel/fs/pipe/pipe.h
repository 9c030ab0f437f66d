// Pipe: a first-in first-out run of bytes in a ring of pages (pipe(7), POSIX.1-2017 pipe, write).
//
// Writes of at most PIPE_BUF bytes are never mixed with others'. The mutex guards the ring and is held while bytes are
// copied; what waiters and poll look at is kept in atomics. Blocked readers and writers are woken one at a time: whoever
// leaves something for the next wakes the next.
#pragma once
#include "base/ref.h"
#include "base/vector.h"
#include "sync/mutex.h"
#include "vfs/file.h"

namespace martlet {

struct Frame;

inline constexpr usize kPipeBufferSize = 4096;            // PIPE_BUF
inline constexpr usize kPipeDefaultSize = 65536;
inline constexpr usize kPipeMaximumSize = 1024 * 1024;    // /proc/sys/fs/pipe-max-size
enum class Blocking : u8 { No, Yes };

class Pipe final : public RefCounted {
public:
    static Result<Ref<Pipe>> create();
    ~Pipe() override;

    Result<usize> read(IoCursor& to, Blocking blocking);
    /// EPIPE with SIGPIPE when nobody reads.
    Result<usize> write(IoCursor& from, Blocking blocking);
    u32 poll(PollTable* table, bool reads, bool writes, u64 writer_opens_seen);
    usize size() const { return bytes_.load(std::memory_order_acquire); }
    usize capacity();
    /// F_SETPIPE_SZ, in bytes: EBUSY if more is stored, ENOMEM. Answers the size in force.
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

    Pipe() = default;

private:
    struct Segment {
        Frame* frame = nullptr;
        u32 start = 0, end = 0; // bytes in the frame
    };
    Segment& segment(u64 index) REQUIRES(mutex_) { return ring_[index & (ring_.size() - 1)]; }
    usize compute_room() REQUIRES(mutex_);
    Result<usize> fill(IoCursor& from) REQUIRES(mutex_);
    Result<usize> drain(IoCursor& to) REQUIRES(mutex_);
    Result<Frame*> take_frame() REQUIRES(mutex_);
    void retire_frame(Frame* frame) REQUIRES(mutex_);

    Mutex mutex_{LockRank::Pipe};
    Vector<Segment> ring_ GUARDED_BY(mutex_); // a power of two of slots
    u64 head_ GUARDED_BY(mutex_) = 0, tail_ GUARDED_BY(mutex_) = 0;
    Frame* spare_ GUARDED_BY(mutex_) = nullptr;
    std::atomic<usize> bytes_ = 0, room_ = 0; // written under mutex_
    std::atomic<u32> readers_ = 0, writers_ = 0;
    std::atomic<u64> reader_opens_ = 0, writer_opens_ = 0;
    WaitQueue read_queue_, write_queue_, open_queue_, poll_queue_;
};

/// pipe2(2): the read end and the write end. EMFILE is the caller's.
struct PipeEnds {
    Ref<File> reader, writer;
};
Result<PipeEnds> create_pipe(u32 flags);
/// open(2) of a FIFO. ENXIO: O_WRONLY|O_NONBLOCK without a reader.
Result<Ref<File>> open_fifo(Inode& inode, u32 flags, const Path& path);

} // namespace martlet
