// OffsetArgument: where a call that copies (sendfile, copy_file_range, splice) reads or writes: at the user's
// variable, or at the file's own position, whose lock is then held from begin() to the end of the object.
#pragma once
#include "mm/user_access.h"
#include "vfs/file.h"

namespace martlet {

class OffsetArgument : NonCopyable {
public:
    /// EFAULT, ESPIPE (an offset for a file without positions).
    Result<void> begin(File& file, UserPtr<i64> user) NO_THREAD_SAFETY_ANALYSIS {
        user_ = user;
        if (user) {
            value = static_cast<u64>(TRY(user.load()));
            if (!file.is_seekable()) return Error(Errno::ESPIPE);
        } else if (file.is_seekable()) {
            file.position_lock.lock();
            locked_ = &file;
            value = file.position;
        }
        return {};
    }
    /// EINVAL before the first and where `count` bytes would reach past the largest offset.
    Result<void> check(usize count) const {
        if (static_cast<i64>(value) < 0 || static_cast<i64>(value + count) < 0) return Error(Errno::EINVAL);
        return {};
    }
    /// Stores what `value` has become. EFAULT.
    Result<void> end() {
        if (locked_) locked_->position = value;
        if (user_) return user_.store(static_cast<i64>(value));
        return {};
    }
    ~OffsetArgument() NO_THREAD_SAFETY_ANALYSIS {
        if (locked_) locked_->position_lock.unlock();
    }
    u64 value = 0;

private:
    UserPtr<i64> user_;
    File* locked_ = nullptr;
};

} // namespace martlet
