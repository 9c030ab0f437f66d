// Stand-ins for what kernel code calls in every test: panics abort the test, locks of a single thread always succeed.
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch/page_moves.h"
#include "base/assert.h"
#include "base/log.h"
#include "sched/pressure.h"
#include "sync/mutex.h"

namespace martlet {

void panic(const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "panic: ");
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    va_end(arguments);
    abort();
}

void assertion_failed(const char* condition, const char* file, int line) { panic("%s (%s:%d)", condition, file, line); }

void log(LogLevel, const char*, ...) {}

#ifdef MARTLET_DEBUG
void note_spinlock_acquired(LockRank) {}
void note_spinlock_released(LockRank) {}
void might_sleep() {}
#endif
void preempt_after_enable() {}
void clear_page(void* page) { memset(page, 0, 4096); }
void copy_page(void* to, const void* from) { memcpy(to, from, 4096); }

MemoryStall::MemoryStall() {}
MemoryStall::~MemoryStall() {}

WaitQueue::~WaitQueue() {}

// A mutex that is taken twice, or given back by nobody, is a bug in the code under test.
void Mutex::lock() {
    if (owner_.load() != nullptr) panic("mutex taken twice");
    owner_.store(current_thread());
}
bool Mutex::try_lock() {
    if (owner_.load() != nullptr) return false;
    owner_.store(current_thread());
    return true;
}
void Mutex::unlock() {
    if (owner_.load() == nullptr) panic("mutex released twice");
    owner_.store(nullptr);
}
bool Mutex::is_held_by_current_thread() const { return owner_.load() == current_thread(); }

} // namespace martlet
