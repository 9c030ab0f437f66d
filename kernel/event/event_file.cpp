#include "event/event_file.h"

namespace martlet {
namespace {

AnonymousKind g_kind("anon_inode:[eventfd]");
std::atomic<u32> g_next_id = 0;

} // namespace

EventFile::EventFile(u64 initial, EventMode mode, u32 flags, Path path)
    : AnonymousFile(flags, std::move(path), kKind), count_(initial), mode_(mode),
      id_(g_next_id.fetch_add(1, std::memory_order_relaxed)) {}

Result<Ref<File>> EventFile::create(u32 initial, EventMode mode, u32 flags) {
    return make_ref<EventFile>(initial, mode, kOpenReadWrite | (flags & kOpenNonBlock), TRY(g_kind.path()));
}

u64 EventFile::take() {
    u64 count = count_.load(std::memory_order_acquire);
    for (;;) {
        if (count == 0) return 0;
        u64 taken = mode_ == EventMode::Semaphore ? 1 : count;
        if (count_.compare_exchange_weak(count, count - taken, std::memory_order_acq_rel)) return taken;
    }
}

bool EventFile::add(u64 value) {
    u64 count = count_.load(std::memory_order_acquire);
    do {
        if (value > kMaximum - count) return false;
    } while (!count_.compare_exchange_weak(count, count + value, std::memory_order_acq_rel));
    return true;
}

Result<usize> EventFile::read(IoCursor& to, u64) {
    if (to.remaining() < sizeof(u64)) return Error(Errno::EINVAL);
    u64 value = take();
    if (value == 0) {
        if (!may_wait(to)) return Error(Errno::EAGAIN);
        TRY(queue_.wait([&] { return (value = take()) != 0; }));
    }
    queue_.announce(kPollOut);
    if (TRY(to.put(&value, sizeof value)) != sizeof value) return Error(Errno::EFAULT);
    return sizeof value;
}

Result<usize> EventFile::write(IoCursor& from, u64) {
    u64 value;
    if (from.remaining() < sizeof value) return Error(Errno::EINVAL);
    if (TRY(from.take(&value, sizeof value)) != sizeof value) return Error(Errno::EFAULT);
    if (value == ~0ull) return Error(Errno::EINVAL);
    if (!add(value)) {
        if (is_nonblocking()) return Error(Errno::EAGAIN);
        TRY(queue_.wait([&] { return add(value); }));
    }
    queue_.announce(kPollIn);
    return sizeof value;
}

u32 EventFile::poll(PollTable* table) {
    if (table) table->watch(queue_);
    u64 count = count_.load(std::memory_order_acquire);
    return (count > 0 ? kPollIn : 0) | (count < kMaximum ? kPollOut : 0);
}

void EventFile::show_information(InformationSink& sink) {
    sink.print("eventfd-count: %16llx\neventfd-id: %u\neventfd-semaphore: %d\n",
               static_cast<unsigned long long>(count_.load(std::memory_order_relaxed)), id_,
               mode_ == EventMode::Semaphore);
}

} // namespace martlet
