// Entering and leaving the kernel, signals, futexes.
#include "meter.h"

#include <atomic>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

void on_signal(int) {}

long futex(std::atomic<int>* word, int operation, int value) {
    return syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, nullptr, nullptr, 0);
}

/// Two threads that take turns: each turn is one wake and one wait.
struct Turns {
    std::atomic<int> word = 0;

    void take(int mine) {
        while (word.load() != mine) futex(&word, FUTEX_WAIT, 1 - mine);
    }
    void give(int next) {
        word.store(next);
        futex(&word, FUTEX_WAKE, 1);
    }
};

constexpr unsigned kTurns = 1000;

void* answer_turns(void* argument) {
    auto& turns = *static_cast<Turns*>(argument);
    for (unsigned i = 0; i < kTurns * (Meter::kRounds + 1); ++i) {
        turns.take(1);
        turns.give(0);
    }
    return nullptr;
}

void measure_futexes(Meter& meter) {
    std::atomic<int> nobody = 0;
    meter.each("futex_wake_nobody", 5000, [&] { futex(&nobody, FUTEX_WAKE, 1); });
    if (!meter.wants("futex_wake_switch")) return;
    Turns turns;
    pthread_t thread;
    require(pthread_create(&thread, nullptr, answer_turns, &turns) == 0, "pthread_create");
    meter.each("futex_wake_switch", kTurns, [&] {
        turns.give(1);
        turns.take(0);
    });
    pthread_join(thread, nullptr);
}

} // namespace

void measure_calls(Meter& meter) {
    meter.each("null_call", 10000, [] { syscall(SYS_getuid); });
    meter.each("getppid", 10000, [] { syscall(SYS_getppid); });

    struct sigaction action = {};
    action.sa_handler = on_signal;
    meter.each("signal_install", 5000, [&] { sigaction(SIGUSR1, &action, nullptr); });
    pid_t self = getpid();
    meter.each("signal_deliver", 5000, [&] { kill(self, SIGUSR1); });
    measure_futexes(meter);
}
