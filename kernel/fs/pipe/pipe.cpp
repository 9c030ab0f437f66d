#include "fs/pipe/pipe.h"

#include "mm/frame.h"
#include "vfs/caller.h"
#include "vfs/io_cursor.h"

namespace martlet {

Result<Ref<Pipe>> Pipe::create() {
    Ref<Pipe> pipe = TRY(make_ref<Pipe>());
    MutexGuard guard(pipe->mutex_);
    TRY(pipe->ring_.resize(kPipeDefaultSize / kPageSize));
    pipe->room_.store(pipe->compute_room());
    return pipe;
}

Pipe::~Pipe() {
    MutexGuard guard(mutex_);
    for (; tail_ != head_; ++tail_) segment(tail_).frame->release();
    if (spare_) spare_->release();
}

usize Pipe::compute_room() {
    usize free_slots = ring_.size() - (head_ - tail_);
    usize in_last = head_ != tail_ ? kPageSize - segment(head_ - 1).end : 0;
    return free_slots * kPageSize + in_last;
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
    if (!spare_) spare_ = frame;
    else frame->release();
}

/// Copies in what fits. A fault or a lack of memory ends it early; an error only if nothing was copied.
Result<usize> Pipe::fill(IoCursor& from) {
    usize done = 0;
    while (from.remaining() > 0) {
        bool has_tail_room = head_ != tail_ && segment(head_ - 1).end < kPageSize;
        if (!has_tail_room) {
            if (head_ - tail_ == ring_.size()) break;
            auto frame = take_frame();
            if (!frame) {
                if (done > 0) break;
                return Error(frame.error());
            }
            segment(head_) = {*frame, 0, 0};
            ++head_;
        }
        Segment& last = segment(head_ - 1);
        usize wanted = kPageSize - last.end < from.remaining() ? kPageSize - last.end : from.remaining();
        auto copied = from.take(static_cast<u8*>(last.frame->data()) + last.end, wanted);
        usize count = copied ? *copied : 0;
        last.end += static_cast<u32>(count);
        done += count;
        if (last.start == last.end) retire_frame(segment(--head_).frame); // a fault on the first byte of a new page
        if (count == wanted) continue;
        if (done > 0) break;
        return Error(Errno::EFAULT);
    }
    bytes_.fetch_add(done, std::memory_order_acq_rel);
    room_.store(compute_room(), std::memory_order_release);
    return done;
}

Result<usize> Pipe::drain(IoCursor& to) {
    usize done = 0;
    Errno error = Errno::EFAULT;
    while (to.remaining() > 0 && tail_ != head_) {
        Segment& first = segment(tail_);
        usize wanted = first.end - first.start < to.remaining() ? first.end - first.start : to.remaining();
        auto copied = to.put(static_cast<u8*>(first.frame->data()) + first.start, wanted);
        usize count = copied ? *copied : 0;
        first.start += static_cast<u32>(count);
        done += count;
        if (first.start == first.end) {
            retire_frame(first.frame);
            first = {};
            ++tail_;
        }
        if (count < wanted) {
            if (done == 0) return Error(error);
            break;
        }
    }
    bytes_.fetch_sub(done, std::memory_order_acq_rel);
    room_.store(compute_room(), std::memory_order_release);
    return done;
}

Result<usize> Pipe::read(IoCursor& to, Blocking blocking) {
    if (to.remaining() == 0) return 0;
    for (;;) {
        {
            MutexGuard guard(mutex_);
            if (bytes_.load(std::memory_order_relaxed) > 0) {
                auto count = drain(to);
                if (bytes_.load(std::memory_order_relaxed) > 0) read_queue_.wake_one(); // the rest is for the next
                if (!count) return count;
                write_queue_.wake_one();
                poll_queue_.wake_all();
                return count;
            }
            if (!has_writers()) return 0;
        }
        if (blocking == Blocking::No) return Error(Errno::EAGAIN);
        TRY(read_queue_.wait([this] { return size() > 0 || !has_writers(); }));
    }
}

Result<usize> Pipe::write(IoCursor& from, Blocking blocking) {
    usize total = from.remaining();
    if (total == 0) return 0;
    usize done = 0;
    for (;;) {
        usize needed = total <= kPipeBufferSize ? from.remaining() : 1;
        {
            MutexGuard guard(mutex_);
            if (!has_readers()) {
                raise_broken_pipe_signal();
                if (done > 0) return done;
                return Error(Errno::EPIPE);
            }
            if (compute_room() >= needed) {
                auto count = fill(from);
                if (!count) {
                    if (done > 0) return done;
                    return count;
                }
                done += *count;
                read_queue_.wake_one();
                poll_queue_.wake_all();
                bool stopped_early = from.remaining() > 0 && compute_room() > 0; // a fault or no memory
                if (from.remaining() == 0 || stopped_early) {
                    if (compute_room() > 0) write_queue_.wake_one();
                    return done;
                }
            }
        }
        if (blocking == Blocking::No) {
            if (done > 0) return done;
            return Error(Errno::EAGAIN);
        }
        auto waited = write_queue_.wait([&] { return room_.load(std::memory_order_acquire) >= needed || !has_readers(); });
        if (!waited) {
            if (done > 0) return done;
            return Error(waited.error());
        }
    }
}

u32 Pipe::poll(PollTable* table, bool reads, bool writes, u64 writer_opens_seen) {
    if (table) table->watch(poll_queue_);
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

Result<usize> Pipe::set_capacity(usize bytes) {
    usize slots = 1;
    while (slots * kPageSize < bytes) slots *= 2;
    Vector<Segment> ring;
    TRY(ring.resize(slots));
    MutexGuard guard(mutex_);
    u64 used = head_ - tail_;
    if (used > slots) return Error(Errno::EBUSY);
    for (u64 index = 0; index < used; ++index) ring[index] = segment(tail_ + index);
    std::swap(ring_, ring);
    tail_ = 0;
    head_ = used;
    room_.store(compute_room(), std::memory_order_release);
    write_queue_.wake_all();
    poll_queue_.wake_all();
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
    if (last_reader || last_writer) poll_queue_.wake_all();
}

Result<void> Pipe::wait_for_writer(u64 seen) {
    return open_queue_.wait([&] { return writer_opens() != seen; });
}

Result<void> Pipe::wait_for_reader(u64 seen) {
    return open_queue_.wait([&] { return reader_opens() != seen; });
}

} // namespace martlet
