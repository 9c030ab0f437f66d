// ptrace(2): the peek requests return the word, so their errors are told by errno alone.
#include "sysdep/syscall.hpp"

#include <stdarg.h>
#include <sys/ptrace.h>
#include <sys/types.h>

extern "C" long ptrace(int request, ...) {
    va_list arguments;
    va_start(arguments, request);
    pid_t pid = va_arg(arguments, pid_t);
    void *address = va_arg(arguments, void *);
    long data = va_arg(arguments, long);
    va_end(arguments);
    if (request >= PTRACE_PEEKTEXT && request <= PTRACE_PEEKUSER) {
        long word = 0;
        long result = libc::checked(SYS_ptrace, request, pid, address, &word);
        if (result < 0)
            return result;
        errno = 0;
        return word;
    }
    return libc::checked(SYS_ptrace, request, pid, address, data);
}
