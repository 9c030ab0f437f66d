#include "event/notify_queue_file.h"

#include "mm/user_access.h"
#include "vfs/ioctl.h"

namespace martlet {

u32 NotifyQueueFile::poll(PollTable* table) {
    if (table) table->watch(queue_);
    return has_events() ? kPollIn | kPollRdNorm : 0;
}

Result<i64> NotifyQueueFile::ioctl(u32 command, u64 argument) {
    if (command != kIoctlBytesReadable) return Error(Errno::ENOTTY);
    TRY(UserPtr<int>(argument).store(static_cast<int>(queued_bytes())));
    return 0;
}

Result<void> NotifyQueueFile::wait_for_event() {
    if (is_nonblocking()) return Error(Errno::EAGAIN);
    return queue_.wait([this] { return has_events(); });
}

} // namespace martlet
