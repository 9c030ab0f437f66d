// syslog (POSIX.1-2017): one datagram per message to /dev/log; LOG_PERROR and LOG_CONS as wished.
#include "internal/lock.hpp"

#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

namespace {

libc::Lock g_lock;
const char *g_identity;
int g_options, g_facility = LOG_USER, g_mask = 0xff, g_socket = -1;

void connect_log() {
    if (g_socket >= 0)
        return;
    g_socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_un address = {AF_UNIX, _PATH_LOG};
    if (g_socket >= 0 && connect(g_socket, reinterpret_cast<sockaddr *>(&address), sizeof address) < 0) {
        close(g_socket);
        g_socket = -1;
    }
}

} // namespace

extern "C" {

void openlog(const char *identity, int options, int facility) {
    libc::LockGuard guard(g_lock);
    g_identity = identity;
    g_options = options;
    g_facility = facility;
    if (options & LOG_NDELAY)
        connect_log();
}

void closelog() {
    libc::LockGuard guard(g_lock);
    if (g_socket >= 0)
        close(g_socket);
    g_socket = -1;
}

int setlogmask(int mask) {
    libc::LockGuard guard(g_lock);
    int old = g_mask;
    if (mask)
        g_mask = mask;
    return old;
}

void vsyslog(int priority, const char *format, va_list arguments) {
    int error = errno;
    if (!(g_mask & LOG_MASK(LOG_PRI(priority))) || (priority & ~0x3ff))
        return;
    libc::LockGuard guard(g_lock);
    if (!(priority & LOG_FACMASK))
        priority |= g_facility;
    char message[1024], date[16];
    time_t now = time(nullptr);
    tm local;
    localtime_r(&now, &local);
    strftime(date, sizeof date, "%b %e %T", &local);
    const char *identity = g_identity ? g_identity : program_invocation_short_name;
    int header = snprintf(message, 512, "<%d>%s ", priority, date), start = header;
    header += g_options & LOG_PID ? snprintf(message + header, 256, "%s[%d]: ", identity, getpid())
                                  : snprintf(message + header, 256, "%s: ", identity);
    errno = error;
    int body = vsnprintf(message + header, sizeof message - static_cast<size_t>(header), format, arguments);
    if (body < 0)
        return;
    size_t length = static_cast<size_t>(header) + static_cast<size_t>(body);
    if (length >= sizeof message)
        length = sizeof message - 1;
    connect_log();
    if (g_socket < 0 || send(g_socket, message, length, MSG_NOSIGNAL) < 0) {
        if (g_socket >= 0) // the log may have been restarted: once more
            close(g_socket);
        g_socket = -1;
        connect_log();
        if ((g_socket < 0 || send(g_socket, message, length, MSG_NOSIGNAL) < 0) && (g_options & LOG_CONS)) {
            int console = open(_PATH_CONSOLE, O_WRONLY | O_NOCTTY | O_CLOEXEC);
            if (console >= 0) {
                dprintf(console, "%.*s\n", static_cast<int>(length) - start, message + start);
                close(console);
            }
        }
    }
    if (g_options & LOG_PERROR)
        dprintf(2, "%.*s\n", static_cast<int>(length) - start, message + start);
}

void syslog(int priority, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsyslog(priority, format, arguments);
    va_end(arguments);
}
}
