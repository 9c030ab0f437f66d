// futex(2), futex_waitv(2), get_robust_list(2): waits across processes, locks with priority inheritance,
// death of owners.
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>

#include "selftest.h"

namespace {

using Word = std::atomic<unsigned>;

long futex(Word& word, int operation, unsigned value, const void* timeout = nullptr, Word* word2 = nullptr,
           unsigned value3 = 0) {
    return syscall(SYS_futex, &word, operation, value, timeout, word2, value3);
}
const void* count(long number) { return reinterpret_cast<const void*>(number); }

timespec in_ms(clockid_t clock, long ms) {
    timespec time;
    CHECK_EQUAL(clock_gettime(clock, &time), 0);
    time.tv_nsec += ms * 1'000'000;
    time.tv_sec += time.tv_nsec / 1'000'000'000;
    time.tv_nsec %= 1'000'000'000;
    return time;
}

pthread_t start(void* (*body)(void*), void* argument = nullptr) {
    pthread_t thread;
    CHECK_EQUAL(pthread_create(&thread, nullptr, body, argument), 0);
    return thread;
}

Word* shared_words() {
    void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED);
    return static_cast<Word*>(page);
}

/// Wakes until `wanted` waiters have been woken.
void wake_exactly(Word& word, int operation, int wanted) {
    for (int woken = 0; woken < wanted;) {
        long result = futex(word, operation, static_cast<unsigned>(wanted - woken), nullptr, nullptr, ~0u);
        CHECK(result >= 0);
        woken += static_cast<int>(result);
        if (woken < wanted) usleep(1000);
    }
}

Word g_word, g_second, g_lock;
std::atomic<int> g_done;

} // namespace

CASE(futexes, wait_wakes_across_processes_and_mappings) {
    Word* words = shared_words();
    void* other = mremap(words, 0, 4096, MREMAP_MAYMOVE); // the same pages at a second address
    CHECK(other != MAP_FAILED);
    Word& alias = *static_cast<Word*>(other);
    pid_t child = fork();
    if (child == 0) _exit(futex(alias, FUTEX_WAIT, 0) == 0 || errno == EAGAIN ? 0 : 1);
    wake_exactly(words[0], FUTEX_WAKE, 1);
    int status;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    CHECK_EQUAL(status, 0);
}

CASE(futexes, bitsets_choose_whom_to_wake) {
    static auto wait_for_bit = [](void* bit) -> void* {
        CHECK_EQUAL(futex(g_word, FUTEX_WAIT_BITSET_PRIVATE, 0, nullptr, nullptr,
                          static_cast<unsigned>(reinterpret_cast<long>(bit))),
                    0);
        ++g_done;
        return nullptr;
    };
    pthread_t first = start(wait_for_bit, reinterpret_cast<void*>(1L)),
              second = start(wait_for_bit, reinterpret_cast<void*>(2L));
    while (futex(g_word, FUTEX_WAKE_BITSET_PRIVATE, 1, nullptr, nullptr, 2) != 1) usleep(1000);
    CHECK_EQUAL(pthread_join(second, nullptr), 0);
    CHECK_EQUAL(g_done, 1);
    CHECK_EQUAL(futex(g_word, FUTEX_WAKE_BITSET_PRIVATE, 1, nullptr, nullptr, 2), 0);
    wake_exactly(g_word, FUTEX_WAKE_BITSET_PRIVATE, 1);
    CHECK_EQUAL(pthread_join(first, nullptr), 0);
    CHECK_ERROR(futex(g_word, FUTEX_WAIT_BITSET, 0, nullptr, nullptr, 0), EINVAL);
    CHECK_ERROR(futex(g_word, FUTEX_WAKE_BITSET, 0, nullptr, nullptr, 0), EINVAL);
}

CASE(futexes, absolute_timeouts_are_on_the_chosen_clock) {
    timespec end = in_ms(CLOCK_MONOTONIC, 20);
    CHECK_ERROR(futex(g_word, FUTEX_WAIT_BITSET, 0, &end, nullptr, ~0u), ETIMEDOUT);
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    CHECK(now.tv_sec > end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec));
    end = in_ms(CLOCK_REALTIME, 20);
    CHECK_ERROR(futex(g_word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &end, nullptr, ~0u), ETIMEDOUT);
    end = {0, 0};
    CHECK_ERROR(futex(g_word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &end, nullptr, ~0u), ETIMEDOUT);
    CHECK_ERROR(futex(g_word, FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 0, &end), ENOSYS);
    CHECK_ERROR(futex(g_word, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 0), ENOSYS);
}

CASE(futexes, requeue_moves_waiters) {
    static auto wait = [](void*) -> void* {
        CHECK_EQUAL(futex(g_word, FUTEX_WAIT_PRIVATE, 0), 0);
        ++g_done;
        return nullptr;
    };
    pthread_t threads[3] = {start(wait), start(wait), start(wait)};
    // All three sleep when a requeue to the same word counts three.
    while (futex(g_word, FUTEX_REQUEUE_PRIVATE, 0, count(5), &g_word) != 3) usleep(1000);
    CHECK_ERROR(futex(g_word, FUTEX_CMP_REQUEUE_PRIVATE, 1, count(5), &g_second, 7), EAGAIN);
    CHECK_ERROR(futex(g_word, FUTEX_CMP_REQUEUE_PRIVATE, 1, count(-1), &g_second, 0), EINVAL);
    CHECK_EQUAL(futex(g_word, FUTEX_CMP_REQUEUE_PRIVATE, 1, count(1), &g_second, 0), 2);
    CHECK_EQUAL(futex(g_second, FUTEX_WAKE_PRIVATE, 9), 1);
    CHECK_EQUAL(futex(g_second, FUTEX_WAKE_PRIVATE, 9), 0);
    CHECK_EQUAL(futex(g_word, FUTEX_WAKE_PRIVATE, 9), 1);
    for (pthread_t thread : threads) CHECK_EQUAL(pthread_join(thread, nullptr), 0);
    CHECK_EQUAL(g_done, 3);
}

CASE(futexes, wake_op_changes_one_word_and_wakes_at_two) {
    g_second = 5;
    unsigned add_two_if_five = FUTEX_OP(FUTEX_OP_ADD, 2, FUTEX_OP_CMP_EQ, 5);
    CHECK_EQUAL(futex(g_word, FUTEX_WAKE_OP, 1, count(1), &g_second, add_two_if_five), 0);
    CHECK_EQUAL(g_second, 7);
    unsigned set_bit = FUTEX_OP(FUTEX_OP_OR | FUTEX_OP_OPARG_SHIFT, 4, FUTEX_OP_CMP_GT, 6);
    pthread_t thread = start([](void*) -> void* {
        CHECK(futex(g_second, FUTEX_WAIT, 23) == 0 || errno == EAGAIN);
        ++g_done;
        return nullptr;
    });
    while (g_done == 0) {
        g_second = 7;
        CHECK(futex(g_word, FUTEX_WAKE_OP, 1, count(1), &g_second, set_bit) >= 0);
        CHECK_EQUAL(g_second, 23);
        usleep(1000);
    }
    CHECK_EQUAL(pthread_join(thread, nullptr), 0);
}

CASE(futexes, a_signal_interrupts_and_restarts_a_wait) {
    static volatile sig_atomic_t handled;
    struct sigaction action = {};
    action.sa_handler = [](int) { handled = handled + 1; };
    sigaction(SIGALRM, &action, nullptr);
    ualarm(20'000, 0);
    CHECK_ERROR(futex(g_word, FUTEX_WAIT, 0), EINTR);
    action.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &action, nullptr);
    ualarm(20'000, 0);
    timespec timeout = {5, 0};
    CHECK_ERROR(futex(g_word, FUTEX_WAIT, 0, &timeout), EINTR); // a timeout makes it fail even so (signal(7))
    CHECK_EQUAL(handled, 2);
    pthread_t waker = start([](void* self) -> void* {
        usleep(20'000);
        pthread_kill(*static_cast<pthread_t*>(self), SIGALRM);
        wake_exactly(g_word, FUTEX_WAKE, 1);
        return nullptr;
    }, new pthread_t(pthread_self()));
    CHECK_EQUAL(futex(g_word, FUTEX_WAIT, 0), 0);
    CHECK_EQUAL(pthread_join(waker, nullptr), 0);
    CHECK_EQUAL(handled, 3);
}

namespace {

struct WaitItem {
    unsigned long expected, address;
    unsigned flags, reserved;
};
constexpr unsigned kSize32 = 2, kPrivate32 = 2 | 128;

WaitItem item(Word& word, unsigned expected, unsigned flags = kPrivate32) {
    return {expected, reinterpret_cast<unsigned long>(&word), flags, 0};
}
long waitv(WaitItem* items, unsigned number, unsigned flags = 0, const timespec* timeout = nullptr,
           clockid_t clock = CLOCK_MONOTONIC) {
    return syscall(449, items, number, flags, timeout, clock);
}

} // namespace

CASE(futexes, waitv_waits_for_any_of_several) {
    WaitItem items[2] = {item(g_word, 0), item(g_second, 0)};
    pthread_t waker = start([](void*) -> void* {
        wake_exactly(g_second, FUTEX_WAKE_PRIVATE, 1);
        return nullptr;
    });
    CHECK_EQUAL(waitv(items, 2), 1);
    CHECK_EQUAL(pthread_join(waker, nullptr), 0);
    timespec end = in_ms(CLOCK_REALTIME, 10);
    CHECK_ERROR(waitv(items, 2, 0, &end, CLOCK_REALTIME), ETIMEDOUT);
    items[1].expected = 1;
    CHECK_ERROR(waitv(items, 2), EAGAIN);
    CHECK_ERROR(waitv(items, 2, 1), EINVAL);
    CHECK_ERROR(waitv(items, 0), EINVAL);
    CHECK_ERROR(waitv(items, 129), EINVAL);
    CHECK_ERROR(waitv(items, 2, 0, &end, CLOCK_BOOTTIME), EINVAL);
    items[0].flags = 0;
    CHECK_ERROR(waitv(items, 2), EINVAL);
    items[0] = item(g_word, 0, kSize32);
    items[0].reserved = 1;
    CHECK_ERROR(waitv(items, 2), EINVAL);
    CHECK_ERROR(waitv(reinterpret_cast<WaitItem*>(8), 2), EFAULT);
}

CASE(futexes, a_pi_lock_names_its_owner) {
    unsigned self = static_cast<unsigned>(gettid());
    CHECK_ERROR(futex(g_lock, FUTEX_UNLOCK_PI, 0), EPERM);
    CHECK_EQUAL(futex(g_lock, FUTEX_LOCK_PI, 0), 0);
    CHECK_EQUAL(g_lock, self);
    CHECK_ERROR(futex(g_lock, FUTEX_LOCK_PI, 0), EDEADLK);
    CHECK_ERROR(futex(g_lock, FUTEX_TRYLOCK_PI, 0), EDEADLK);
    CHECK_EQUAL(futex(g_lock, FUTEX_UNLOCK_PI, 0), 0);
    CHECK_EQUAL(g_lock, 0);
    g_lock = FUTEX_OWNER_DIED;
    CHECK_EQUAL(futex(g_lock, FUTEX_TRYLOCK_PI, 0), 0);
    CHECK_EQUAL(g_lock, self | FUTEX_OWNER_DIED);
    CHECK_EQUAL(futex(g_lock, FUTEX_UNLOCK_PI, 0), 0);
    g_lock = 0x0fff'ffff;
    CHECK_ERROR(futex(g_lock, FUTEX_LOCK_PI, 0), ESRCH);
    CHECK_ERROR(futex(g_lock, FUTEX_TRYLOCK_PI, 0), ESRCH);
}

CASE(futexes, unlocking_a_pi_lock_hands_it_over) {
    CHECK_EQUAL(futex(g_lock, FUTEX_LOCK_PI_PRIVATE, 0), 0);
    pthread_t thread = start([](void*) -> void* {
        timespec end = in_ms(CLOCK_REALTIME, 10);
        CHECK_ERROR(futex(g_lock, FUTEX_LOCK_PI_PRIVATE, 0, &end), ETIMEDOUT);
        CHECK(g_lock & FUTEX_WAITERS);
        end = in_ms(CLOCK_MONOTONIC, 10);
        CHECK_ERROR(futex(g_lock, 13 | FUTEX_PRIVATE_FLAG, 0, &end), ETIMEDOUT);
        CHECK_ERROR(futex(g_lock, FUTEX_TRYLOCK_PI_PRIVATE, 0), EAGAIN);
        ++g_done;
        CHECK_EQUAL(futex(g_lock, FUTEX_LOCK_PI_PRIVATE, 0), 0);
        CHECK_EQUAL(g_lock & FUTEX_TID_MASK, gettid());
        CHECK_EQUAL(futex(g_lock, FUTEX_UNLOCK_PI_PRIVATE, 0), 0);
        return nullptr;
    });
    while (g_done == 0) usleep(1000);
    usleep(10'000);
    CHECK_ERROR(futex(g_lock, FUTEX_WAKE_PRIVATE, 1), EINVAL); // one who waits for the lock is there
    CHECK_EQUAL(futex(g_lock, FUTEX_UNLOCK_PI_PRIVATE, 0), 0);
    CHECK_EQUAL(pthread_join(thread, nullptr), 0);
    CHECK_EQUAL(g_lock, 0);
}

CASE(futexes, a_circle_of_pi_locks_is_a_deadlock) {
    CHECK_EQUAL(futex(g_lock, FUTEX_LOCK_PI, 0), 0);
    pthread_t thread = start([](void*) -> void* {
        CHECK_EQUAL(futex(g_second, FUTEX_LOCK_PI, 0), 0);
        ++g_done;
        CHECK_EQUAL(futex(g_lock, FUTEX_LOCK_PI, 0), 0);
        CHECK_EQUAL(futex(g_second, FUTEX_UNLOCK_PI, 0), 0);
        CHECK_EQUAL(futex(g_lock, FUTEX_UNLOCK_PI, 0), 0);
        return nullptr;
    });
    while (!(g_lock & FUTEX_WAITERS)) usleep(1000);
    usleep(10'000);
    CHECK_ERROR(futex(g_second, FUTEX_LOCK_PI, 0), EDEADLK);
    CHECK_EQUAL(futex(g_lock, FUTEX_UNLOCK_PI, 0), 0);
    CHECK_EQUAL(pthread_join(thread, nullptr), 0);
}

CASE(futexes, a_dead_owners_pi_lock_goes_to_the_next) {
    Word* words = shared_words();
    pid_t child = fork();
    if (child == 0) {
        CHECK_EQUAL(futex(words[0], FUTEX_LOCK_PI, 0), 0);
        words[1] = 1;
        while (!(words[0] & FUTEX_WAITERS)) usleep(1000);
        usleep(10'000);
        _exit(0);
    }
    while (words[1] == 0) usleep(1000);
    CHECK_EQUAL(futex(words[0], FUTEX_LOCK_PI, 0), 0);
    CHECK_EQUAL(words[0] & FUTEX_TID_MASK, gettid());
    CHECK(words[0] & FUTEX_OWNER_DIED);
    CHECK_EQUAL(futex(words[0], FUTEX_UNLOCK_PI, 0), 0);
    CHECK_EQUAL(words[0], 0);
    CHECK_EQUAL(waitpid(child, nullptr, 0), child);
}

CASE(futexes, requeue_pi_moves_waiters_to_a_lock) {
    static auto wait = [](void*) -> void* {
        CHECK_EQUAL(futex(g_word, FUTEX_WAIT_REQUEUE_PI_PRIVATE, 0, nullptr, &g_lock), 0);
        CHECK_EQUAL(g_lock & FUTEX_TID_MASK, gettid());
        ++g_done;
        CHECK_EQUAL(futex(g_lock, FUTEX_UNLOCK_PI_PRIVATE, 0), 0);
        return nullptr;
    };
    CHECK_ERROR(futex(g_word, FUTEX_WAIT_REQUEUE_PI, 0, nullptr, &g_word), EINVAL);
    CHECK_ERROR(futex(g_word, FUTEX_WAIT_REQUEUE_PI, 1, nullptr, &g_lock), EAGAIN);
    timespec end = in_ms(CLOCK_MONOTONIC, 10);
    CHECK_ERROR(futex(g_word, FUTEX_WAIT_REQUEUE_PI, 0, &end, &g_lock), ETIMEDOUT);
    CHECK_ERROR(futex(g_word, FUTEX_CMP_REQUEUE_PI, 2, count(1), &g_lock, 0), EINVAL);
    CHECK_ERROR(futex(g_word, FUTEX_CMP_REQUEUE_PI, 1, count(1), &g_lock, 7), EAGAIN);
    pthread_t threads[3] = {start(wait), start(wait), start(wait)};
    CHECK_EQUAL(futex(g_lock, FUTEX_LOCK_PI_PRIVATE, 0), 0);
    for (int moved = 0; moved < 3;) {
        long result = futex(g_word, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, count(9), &g_lock, 0);
        CHECK(result >= 0);
        moved += static_cast<int>(result);
        usleep(1000);
    }
    CHECK_EQUAL(g_done, 0);
    CHECK_EQUAL(futex(g_lock, FUTEX_UNLOCK_PI_PRIVATE, 0), 0);
    for (pthread_t thread : threads) CHECK_EQUAL(pthread_join(thread, nullptr), 0);
    CHECK_EQUAL(g_done, 3);
    CHECK_EQUAL(g_lock & FUTEX_TID_MASK, 0);
    // A free lock is given to the first waiter at once.
    pthread_t thread = start(wait);
    while (futex(g_word, FUTEX_CMP_REQUEUE_PI_PRIVATE, 1, count(9), &g_lock, 0) != 1) usleep(1000);
    CHECK_EQUAL(pthread_join(thread, nullptr), 0);
    CHECK_EQUAL(g_done, 4);
}

CASE(futexes, robust_locks_of_a_dead_thread_are_marked) {
    struct Head {
        void* next;
        long offset;
        void* pending;
    };
    struct Lock {
        void* next;
        Word word;
    };
    static Head head;
    static Lock locks[2];
    pthread_t thread = start([](void*) -> void* {
        unsigned self = static_cast<unsigned>(gettid());
        locks[0].next = &locks[1];
        locks[1].next = &head;
        locks[0].word = self;
        locks[1].word = self | FUTEX_WAITERS;
        head = {&locks[0], offsetof(Lock, word), nullptr};
        CHECK_ERROR(syscall(SYS_set_robust_list, &head, sizeof head + 1), EINVAL);
        CHECK_EQUAL(syscall(SYS_set_robust_list, &head, sizeof head), 0);
        void* found;
        size_t size;
        CHECK_EQUAL(syscall(SYS_get_robust_list, 0, &found, &size), 0);
        CHECK(found == &head && size == sizeof head);
        syscall(SYS_exit, 0);
        return nullptr;
    });
    CHECK_EQUAL(pthread_join(thread, nullptr), 0);
    CHECK_EQUAL(locks[0].word, FUTEX_OWNER_DIED);
    CHECK_EQUAL(locks[1].word, FUTEX_OWNER_DIED | FUTEX_WAITERS);
    CHECK_ERROR(syscall(SYS_get_robust_list, 0x0fff'ffff, &head, &head), ESRCH);
}
