#include "fs/pipe/pipe.h"

#include <bit>

#include "base/setting.h"
#include "mm/frame.h"
#include "vfs/caller.h"
#include "vfs/io_cursor.h"

namespace martlet {
namespace {

// Of one pipe for those without CAP_SYS_RESOURCE, and of all pipes of a user; 0: no limit (pipe(7)).
i64 round_size(i64 size) {
    return size < static_cast<i64>(kPageSize) ? kPageSize : static_cast<i64>(std::bit_ceil(static_cast<u64>(size)));
}
constinit Setting maximum_size("sys/fs/pipe-max-size", 1024 * 1024, 0, 0x8000'0000, nullptr, round_size);
constinit Setting user_pages_soft("sys/fs/pipe-user-pages-soft", 16384, 0, 0x7fff'ffff);
constinit Setting user_pages_hard("sys/fs/pipe-user-pages-hard", 0, 0, 0x7fff'ffff);
REGISTER_SETTING(maximum_size);
REGISTER_SETTING(user_pages_soft);
REGISTER_SETTING(user_pages_hard);

bool exceeds(const Setting& limit, u32 pages) { return limit.get() != 0 && pages > limit.get(); }

bool may_exceed_limits() {
    const Credentials& credentials = current_credentials();
    return credentials.has(Capability::SysResource) || credentials.has(Capability::SysAdmin);
}

} // namespace

Pipe::Pipe() : account_(current_credentials().account) {}

Result<Ref<Pipe>> Pipe::create() {
    Ref<Pipe> pipe = TRY(make_ref<Pipe>());
    MutexGuard guard(pipe->mutex_);
    u32 pages = kPipeDefaultSize / kPageSize;
    if (UserAccount* account = pipe->account_.get()) {
        // Who has very many pipes gets small ones (pipe(7)), and at last none.
        u32 others = account->pipe_pages.load(std::memory_order_relaxed);
        if (exceeds(user_pages_soft, others + pages) && !may_exceed_limits()) pages = 2;
        if (exceeds(user_pages_hard, others + pages) && !may_exceed_limits()) return Error(Errno::ENFILE);
        account->pipe_pages.fetch_add(pages, std::memory_order_relaxed);
    }
    auto made = pipe->ring_.resize(pages);
    if (!made) {
        if (pipe->account_) pipe->account_->pipe_pages.fetch_sub(pages, std::memory_order_relaxed);
        return Error(made.error());
    }
    pipe->room_.store(pipe->compute_room());
    return pipe;
}

Pipe::~Pipe() {
    MutexGuard guard(mutex_);
    for (; tail_ != head_; ++tail_) segment(tail_).frame->release();
    if (spare_) spare_->release();
    if (account_) account_->pipe_pages.fetch_sub(static_cast<u32>(ring_.size()), std::memory_order_relaxed);
}

usize Pipe::compute_room() {
    usize free_slots = ring_.size() - (head_ - tail_);
    bool is_open = head_ != tail_ && segment(head_ - 1).kind == SegmentKind::Own;
    return free_slots * kPageSize + (is_open ? kPageSize - segment(head_ - 1).end : 0);
}

usize Pipe::capacity() {
    MutexGuard guard(mutex_);
    return ring_.size() * kPageSize;
}

Result<Frame*> Pipe::take_frame() {
    if (Frame* frame = std::exchange(spare_, nullptr)) return frame;
    return allocate_frame(FrameUse::Kernel, Zeroing::No);
}

void Pipe::retire_frame(Frame* frame) {
    if (!spare_ && !frame->is_shared()) spare_ = frame;
    else frame->release();
}

void Pipe::drop_first() {
    Segment& first = segment(tail_);
    if (first.kind == SegmentKind::Foreign) first.frame->release(); // never written to by a pipe
    else retire_frame(first.frame);
    ++tail_;
}

/// Copies in what fits. A fault or a lack of memory ends it early; an error only if nothing was copied. Of
/// the page in which a fault comes nothing is taken, so that a write of up to PIPE_BUF bytes happens as a
/// whole or not at all.
Result<usize> Pipe::fill(IoCursor& from, PipeMode mode) {
    usize done = 0;
    while (from.remaining() > 0) {
        bool has_tail_room = mode == PipeMode::Stream && head_ != tail_ && segment(head_ - 1).end < kPageSize &&
                             segment(head_ - 1).kind == SegmentKind::Own;
        if (!has_tail_room) {
            if (head_ - tail_ == ring_.size()) break;
            auto frame = take_frame();
            if (!frame) {
                if (done > 0) break;
                return Error(frame.error());
            }
            segment(head_) = {*frame, 0, 0, mode == PipeMode::Packet ? SegmentKind::Packet : SegmentKind::Own};
            ++head_;
        }
        Segment& last = segment(head_ - 1);
        usize wanted = kPageSize - last.end < from.remaining() ? kPageSize - last.end : from.remaining();
        auto copied = from.take(static_cast<u8*>(last.frame->data()) + last.end, wanted);
        bool is_whole = copied && *copied == wanted;
        if (is_whole) {
            last.end += static_cast<u16>(wanted);
            done += wanted;
            continue;
        }
        if (last.start == last.end) retire_frame(segment(--head_).frame); // a new page
        if (done > 0) break;
        return Error(Errno::EFAULT);
    }
    bytes_.fetch_add(done, std::memory_order_acq_rel);
    room_.store(compute_room(), std::memory_order_release);
    return done;
}

Result<usize> Pipe::drain(IoCursor& to) {
    usize done = 0, discarded = 0;
    bool is_fault = false;
    while (to.remaining() > 0 && tail_ != head_) {
        Segment& first = segment(tail_);
        usize available = first.end - first.start;
        usize wanted = available < to.remaining() ? available : to.remaining();
        auto copied = to.put(static_cast<u8*>(first.frame->data()) + first.start, wanted);
        usize count = copied ? *copied : 0;
        is_fault = count < wanted;
        bool is_packet = first.kind == SegmentKind::Packet;
        if (is_fault && count == 0) break;
        first.start += static_cast<u16>(count);
        done += count;
        if (is_packet) discarded += first.end - first.start; // a short read loses the packet's rest
        if (is_packet || first.start == first.end) drop_first();
        if (is_packet || is_fault) break;
    }
    if (is_fault && done == 0) return Error(Errno::EFAULT);
    bytes_.fetch_sub(done + discarded, std::memory_order_acq_rel);
    room_.store(compute_room(), std::memory_order_release);
    return done;
}

Result<void> Pipe::wait_for_data(Blocking blocking) {
    if (blocking == Blocking::No) return Error(Errno::EAGAIN);
    return read_queue_.wait([this] { return can_read() || (size() == 0 && !has_writers()); });
}

Result<usize> Pipe::read(IoCursor& to, Blocking blocking) {
    if (to.remaining() == 0) return 0;
    for (;;) {
        {
            MutexGuard guard(mutex_);
            if (can_read()) {
                auto count = drain(to);
                if (bytes_.load(std::memory_order_relaxed) > 0) read_queue_.wake_one(); // the rest is for the next
                if (!count) return count;
                write_queue_.wake_one();
                poll_queue_.announce(kPollOut | kPollWrNorm);
                return count;
            }
            if (size() == 0 && !has_writers()) return 0;
        }
        TRY(wait_for_data(blocking));
    }
}

Result<u32> Pipe::lend(std::span<BorrowedPage> loans, usize limit, Blocking blocking) {
    for (;;) {
        {
            MutexGuard guard(mutex_);
            if (can_read()) {
                u64 count = 0, stored = head_ - tail_;
                const u64 most = stored < loans.size() ? stored : loans.size();
                const std::span<const Segment> ring = ring_.span();
                for (u64 index = tail_; count < most && limit > 0; ++index, ++count) {
                    const Segment& from = ring[index & (ring.size() - 1)];
                    u32 size = from.end - from.start;
                    if (size > limit) size = static_cast<u32>(limit);
                    loans[count] = {from.frame, from.start, size};
                    limit -= size;
                }
                is_lent_.store(true, std::memory_order_release);
                return static_cast<u32>(count);
            }
            if (size() == 0 && !has_writers()) return 0;
        }
        TRY(wait_for_data(blocking));
    }
}

void Pipe::settle(usize taken) {
    MutexGuard guard(mutex_);
    usize left = taken;
    while (left > 0) {
        Segment& first = segment(tail_);
        usize available = first.end - first.start;
        if (left < available) {
            first.start += static_cast<u16>(left);
            break;
        }
        left -= available;
        drop_first();
    }
    bytes_.fetch_sub(taken, std::memory_order_acq_rel);
    room_.store(compute_room(), std::memory_order_release);
    is_lent_.store(false, std::memory_order_release);
    if (!has_writers()) read_queue_.wake_all(); // who waits for the lender to finish may be at the end now
    else if (size() > 0) read_queue_.wake_one();
    if (taken == 0) return;
    write_queue_.wake_one();
    poll_queue_.announce(kPollOut | kPollWrNorm);
}

Result<void> Pipe::check_reader() {
    if (has_readers()) return {};
    raise_broken_pipe_signal();
    return Error(Errno::EPIPE);
}

Result<void> Pipe::wait_for_room(usize needed, Blocking blocking) {
    if (blocking == Blocking::No) return Error(Errno::EAGAIN);
    return write_queue_.wait([&] { return room_.load(std::memory_order_acquire) >= needed || !has_readers(); });
}

void Pipe::announce_data() {
    read_queue_.wake_one();
    poll_queue_.announce(kPollIn | kPollRdNorm);
}

Result<usize> Pipe::write(IoCursor& from, Blocking blocking, PipeMode mode) {
    usize total = from.remaining();
    if (total == 0) return 0;
    usize done = 0;
    // A packet wants a page of its own.
    usize needed = mode == PipeMode::Packet ? kPageSize : total <= kPipeBufferSize ? total : 1;
    for (;;) {
        {
            MutexGuard guard(mutex_);
            if (auto checked = check_reader(); !checked) {
                if (done > 0) return done;
                return Error(checked.error());
            }
            if (room_.load(std::memory_order_relaxed) >= needed) {
                auto count = fill(from, mode);
                if (!count) {
                    if (done > 0) return done;
                    return count;
                }
                done += *count;
                announce_data();
                bool stopped_early = from.remaining() > 0 &&
                                     room_.load(std::memory_order_relaxed) >= needed; // a fault or no memory
                if (from.remaining() == 0 || stopped_early) {
                    if (room_.load(std::memory_order_relaxed) > 0) write_queue_.wake_one();
                    return done;
                }
            }
        }
        if (auto waited = wait_for_room(needed, blocking); !waited) {
            if (done > 0) return done;
            return Error(waited.error());
        }
    }
}

Result<u32> Pipe::wait_for_slot(Blocking blocking) {
    for (;;) {
        TRY(check_reader());
        auto slots = static_cast<u32>(room_.load(std::memory_order_acquire) / kPageSize);
        if (slots > 0) return slots;
        TRY(wait_for_room(kPageSize, blocking)); // or until readers went, who may have come back since
    }
}

Result<usize> Pipe::append_frames(std::span<const BorrowedPage> parts, Blocking blocking) {
    for (;;) {
        {
            MutexGuard guard(mutex_);
            TRY(check_reader());
            if (head_ - tail_ < ring_.size()) {
                usize done = 0;
                const std::span<Segment> ring = ring_.span();
                const u64 slots = ring.size() - (head_ - tail_);
                if (parts.size() > slots) parts = parts.first(slots);
                u64 index = head_;
                for (const BorrowedPage& part : parts) {
                    u32 end = part.start + part.size;
                    ring[index++ & (ring.size() - 1)] = {part.frame, static_cast<u16>(part.start),
                                                         static_cast<u16>(end), SegmentKind::Foreign};
                    done += part.size;
                }
                head_ = index;
                bytes_.fetch_add(done, std::memory_order_acq_rel);
                room_.store(compute_room(), std::memory_order_release);
                announce_data();
                return done;
            }
        }
        TRY(wait_for_room(kPageSize, blocking));
    }
}

Result<usize> Pipe::set_capacity(usize bytes) {
    if (bytes > 0x8000'0000) return Error(Errno::EINVAL);
    usize slots = 1;
    while (slots * kPageSize < bytes) slots *= 2;
    Vector<Segment> ring;
    TRY(ring.resize(slots));
    MutexGuard guard(mutex_);
    usize old_slots = ring_.size();
    u32 others = account_ ? account_->pipe_pages.load(std::memory_order_relaxed) - static_cast<u32>(old_slots) : 0;
    if (slots > old_slots) {
        auto wanted = static_cast<i64>(slots * kPageSize);
        if (wanted > maximum_size.get() && !current_credentials().has(Capability::SysResource))
            return Error(Errno::EPERM);
        u32 all = others + static_cast<u32>(slots);
        if ((exceeds(user_pages_soft, all) || exceeds(user_pages_hard, all)) && !may_exceed_limits())
            return Error(Errno::EPERM);
    }
    u64 used = head_ - tail_;
    if (used > slots || is_lent_.load(std::memory_order_relaxed)) return Error(Errno::EBUSY);
    for (u64 index = 0; index < used; ++index) ring[index] = segment(tail_ + index);
    std::swap(ring_, ring);
    if (account_) account_->pipe_pages.fetch_add(static_cast<u32>(slots - old_slots), std::memory_order_relaxed);
    tail_ = 0;
    head_ = used;
    room_.store(compute_room(), std::memory_order_release);
    write_queue_.wake_all();
    poll_queue_.announce(kPollOut | kPollWrNorm);
    return slots * kPageSize;
}

void Pipe::add_users(bool reads, bool writes) {
    if (reads) {
        readers_.fetch_add(1, std::memory_order_acq_rel);
        reader_opens_.fetch_add(1, std::memory_order_acq_rel);
    }
    if (writes) {
        writers_.fetch_add(1, std::memory_order_acq_rel);
        writer_opens_.fetch_add(1, std::memory_order_acq_rel);
    }
    open_queue_.wake_all();
}

void Pipe::remove_users(bool reads, bool writes) {
    bool last_reader = reads && readers_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    bool last_writer = writes && writers_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    if (last_reader) write_queue_.wake_all();
    if (last_writer) read_queue_.wake_all();
    if (last_reader || last_writer)
        poll_queue_.announce((last_writer ? kPollIn | kPollHup : 0) |
                             (last_reader ? kPollOut | kPollErr : 0));
}

Result<void> Pipe::wait_for_writer(u64 seen) {
    return open_queue_.wait([&] { return writer_opens() != seen; });
}

Result<void> Pipe::wait_for_reader(u64 seen) {
    return open_queue_.wait([&] { return reader_opens() != seen; });
}

} // namespace martlet
