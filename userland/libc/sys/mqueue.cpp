// POSIX message queues (POSIX.1-2017 <mqueue.h>, mq_overview(7)). The kernel takes names without their slash.
#include "sysdep/syscall.hpp"

#include <errno.h>
#include <mqueue.h>
#include <stdarg.h>
#include <unistd.h>

using libc::checked;

namespace {

template <typename... Arguments> int answer(long number, Arguments... arguments) {
    return static_cast<int>(checked(number, arguments...));
}

const char *without_slash(const char *name) { return *name == '/' ? name + 1 : name; }

} // namespace

extern "C" {

mqd_t mq_open(const char *name, int flags, ...) {
    mode_t mode = 0;
    mq_attr *attributes = nullptr;
    if (flags & O_CREAT) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        attributes = va_arg(arguments, mq_attr *);
        va_end(arguments);
    }
    // Descriptors of queues do not survive execve.
    return answer(SYS_mq_open, without_slash(name), flags | O_CLOEXEC, mode, attributes);
}

int mq_close(mqd_t queue) { return close(queue); }
int mq_unlink(const char *name) {
    int result = answer(SYS_mq_unlink, without_slash(name));
    if (result < 0 && errno == EPERM) // the sticky directory's answer; POSIX has EACCES
        errno = EACCES;
    return result;
}

int mq_getattr(mqd_t queue, mq_attr *attributes) { return answer(SYS_mq_getsetattr, queue, nullptr, attributes); }
int mq_setattr(mqd_t queue, const mq_attr *__restrict attributes, mq_attr *__restrict old) {
    return answer(SYS_mq_getsetattr, queue, attributes, old);
}
int mq_notify(mqd_t queue, const sigevent *event) { return answer(SYS_mq_notify, queue, event); }

int mq_timedsend(mqd_t queue, const char *message, size_t size, unsigned priority, const timespec *timeout) {
    return answer(SYS_mq_timedsend, queue, message, size, priority, timeout);
}
int mq_send(mqd_t queue, const char *message, size_t size, unsigned priority) {
    return mq_timedsend(queue, message, size, priority, nullptr);
}
ssize_t mq_timedreceive(mqd_t queue, char *__restrict message, size_t size, unsigned *__restrict priority,
                        const timespec *__restrict timeout) {
    return checked(SYS_mq_timedreceive, queue, message, size, priority, timeout);
}
ssize_t mq_receive(mqd_t queue, char *message, size_t size, unsigned *priority) {
    return mq_timedreceive(queue, message, size, priority, nullptr);
}
}
