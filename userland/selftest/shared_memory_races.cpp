// Threads on several processors at once on one address space, one descriptor table, one process: nothing is
// lost, nobody sees what is gone, and whatever dies takes all of its threads along.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>

#include "selftest.h"

namespace {

constexpr int kThreads = 4;
constexpr size_t kPage = 4096;
std::atomic<bool> g_stop;
std::atomic<int> g_errors;

template <typename Body> void run_threads(Body body, int count = kThreads) {
    static Body* shared;
    shared = &body;
    pthread_t threads[16];
    for (long index = 0; index < count; ++index)
        CHECK_EQUAL(pthread_create(&threads[index], nullptr, [](void* number) -> void* {
            (*shared)(static_cast<int>(reinterpret_cast<long>(number)));
            return nullptr;
        }, reinterpret_cast<void*>(index)), 0);
    for (int index = 0; index < count; ++index) CHECK_EQUAL(pthread_join(threads[index], nullptr), 0);
}

unsigned char* map_pages(size_t count) {
    void* memory = mmap(nullptr, count * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(memory != MAP_FAILED);
    return static_cast<unsigned char*>(memory);
}

thread_local sigjmp_buf g_landing;
void land(int) { siglongjmp(g_landing, 1); }

} // namespace

CASE(races, threads_map_fault_and_unmap) {
    run_threads([](int self) {
        for (int round = 0; round < 25; ++round) {
            size_t pages = 1 + static_cast<size_t>((round * 7 + self * 3) % 40);
            unsigned char* memory = map_pages(pages);
            for (size_t page = 0; page < pages; ++page) memory[page * kPage] = static_cast<unsigned char>(self + 1);
            sched_yield();
            for (size_t page = 0; page < pages; ++page)
                if (memory[page * kPage] != self + 1) ++g_errors;
            munmap(memory, pages * kPage);
        }
    });
    CHECK_EQUAL(g_errors, 0);
}

CASE(races, an_unmapped_page_is_gone_for_every_thread) {
    // One thread touches a page over and over, the other unmaps it: once munmap has returned, every touch faults.
    static std::atomic<unsigned char*> page;
    static std::atomic<int> mapped, unmapped, seen;
    static std::atomic<bool> is_touching; // before that, the other thread's stack could come to lie where the page was
    struct sigaction action {};
    action.sa_handler = land;
    action.sa_flags = SA_NODEFER;
    CHECK_EQUAL(sigaction(SIGSEGV, &action, nullptr), 0);
    run_threads([](int self) {
        if (self == 0) {
            while (!is_touching) sched_yield();
            for (int round = 1; round <= 40; ++round) {
                unsigned char* memory = map_pages(1);
                memory[0] = 1;
                page = memory;
                mapped = round;
                for (int spin = 0; spin < 20; ++spin) sched_yield();
                munmap(memory, kPage);
                unmapped = round;
                while (seen != round) sched_yield();
            }
            g_stop = true;
            return;
        }
        is_touching = true;
        while (!g_stop) {
            const int round = mapped;
            unsigned char* const memory = page;
            const bool is_gone = unmapped == round; // asked before the touch
            if (round == seen) {
                sched_yield();
                continue;
            }
            if (sigsetjmp(g_landing, 1) == 0) {
                *const_cast<volatile unsigned char*>(memory) = 2;
                if (is_gone) ++g_errors;
            }
            if (is_gone) seen = round;
        }
    }, 2);
    CHECK_EQUAL(g_errors, 0);
}

CASE(races, write_protection_holds_for_every_thread) {
    // The writer checks after mprotect(PROT_READ) that no other thread changes the page any more.
    static unsigned char* memory;
    memory = map_pages(1);
    struct sigaction action {};
    action.sa_handler = land;
    action.sa_flags = SA_NODEFER;
    CHECK_EQUAL(sigaction(SIGSEGV, &action, nullptr), 0);
    run_threads([](int self) {
        auto* counter = reinterpret_cast<std::atomic<unsigned>*>(memory);
        if (self == 0) {
            for (int round = 0; round < 40; ++round) {
                if (mprotect(memory, kPage, PROT_READ) != 0) ++g_errors;
                unsigned before = *counter;
                for (int spin = 0; spin < 10; ++spin) sched_yield();
                if (*counter != before) ++g_errors;
                if (mprotect(memory, kPage, PROT_READ | PROT_WRITE) != 0) ++g_errors;
                while (*counter == before) sched_yield();
            }
            g_stop = true;
            return;
        }
        while (!g_stop)
            if (sigsetjmp(g_landing, 1) == 0) counter->fetch_add(1);
            else sched_yield();
    }, 3);
    CHECK_EQUAL(g_errors, 0);
}

CASE(races, fork_while_threads_write_gives_a_consistent_copy) {
    // Two counters that the writer keeps at most one apart: so are they in each child.
    static volatile unsigned long* counters;
    counters = reinterpret_cast<volatile unsigned long*>(map_pages(2));
    run_threads([](int self) {
        volatile unsigned long* second = counters + kPage / sizeof(unsigned long);
        if (self != 0) {
            while (self == 1 && !g_stop) {
                *counters = *counters + 1;
                *second = *second + 1;
            }
            return;
        }
        for (int round = 0; round < 40; ++round) {
            pid_t child = fork();
            if (child == 0) _exit(*counters - *second <= 1 ? 0 : 1);
            int status = -1;
            if (child < 0 || waitpid(child, &status, 0) != child || status != 0) ++g_errors;
        }
        g_stop = true;
    }, 2);
    CHECK_EQUAL(g_errors, 0);
}

CASE(races, descriptors_are_opened_and_closed_by_all) {
    run_threads([](int self) {
        for (int round = 0; round < 300; ++round) {
            int ends[2];
            if (pipe(ends) != 0) {
                ++g_errors;
                continue;
            }
            // Both ends are this thread's alone: nobody else can have been given the same numbers.
            unsigned char out = static_cast<unsigned char>(self * 50 + round % 50), in = 0;
            if (write(ends[1], &out, 1) != 1 || read(ends[0], &in, 1) != 1 || in != out) ++g_errors;
            int copy = dup(ends[0]);
            if (copy < 0 || close(copy) != 0 || close(ends[0]) != 0 || close(ends[1]) != 0) ++g_errors;
        }
    });
    CHECK_EQUAL(g_errors, 0);
}

CASE(races, one_file_position_is_shared_exactly) {
    static int file;
    char name[] = "/tmp/position-XXXXXX";
    file = mkstemp(name);
    CHECK(file >= 0);
    unlink(name);
    run_threads([](int self) {
        char record[8];
        memset(record, 'a' + self, sizeof record);
        for (int round = 0; round < 200; ++round)
            if (write(file, record, sizeof record) != sizeof record) ++g_errors;
    });
    CHECK_EQUAL(lseek(file, 0, SEEK_CUR), kThreads * 200 * 8);
    int counts[kThreads] = {};
    char record[8];
    for (int index = 0; index < kThreads * 200; ++index) {
        CHECK_EQUAL(pread(file, record, sizeof record, index * 8), 8);
        CHECK(record[0] >= 'a' && record[0] < 'a' + kThreads && record[7] == record[0]);
        ++counts[record[0] - 'a'];
    }
    for (int count : counts) CHECK_EQUAL(count, 200);
}

CASE(races, an_exit_takes_threads_that_are_being_made) {
    // Threads make threads while one of them ends the process: none may stay behind.
    for (int round = 0; round < 20; ++round) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            for (int index = 0; index < 3; ++index) {
                pthread_t thread;
                pthread_create(&thread, nullptr, [](void*) -> void* {
                    for (;;) {
                        pthread_t inner;
                        if (pthread_create(
                                &inner, nullptr, [](void*) -> void* { return nullptr; }, nullptr) == 0)
                            pthread_join(inner, nullptr);
                    }
                }, nullptr);
            }
            for (int spin = 0; spin < round; ++spin) sched_yield();
            _exit(7);
        }
        int status;
        CHECK_EQUAL(waitpid(child, &status, 0), child);
        CHECK_EQUAL(status, 7 << 8);
    }
}

CASE(races, everything_is_closed_when_wait_answers) {
    // The last thread to end closes what all share, and only then is the process a zombie.
    for (int round = 0; round < 30; ++round) {
        int ends[2];
        CHECK_EQUAL(pipe(ends), 0);
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            close(ends[0]);
            for (int index = 0; index < 4; ++index) {
                pthread_t thread;
                pthread_create(&thread, nullptr, [](void*) -> void* { for (;;) sched_yield(); }, nullptr);
            }
            _exit(0);
        }
        close(ends[1]);
        int status;
        CHECK_EQUAL(waitpid(child, &status, 0), child);
        CHECK_EQUAL(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
        char byte;
        CHECK_EQUAL(read(ends[0], &byte, 1), 0); // the end, not EAGAIN: no writer is left
        close(ends[0]);
    }
}

CASE(races, a_kill_ends_a_process_of_busy_threads) {
    for (int round = 0; round < 20; ++round) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            for (int index = 0; index < 6; ++index) {
                pthread_t thread;
                pthread_create(&thread, nullptr, [](void* number) -> void* {
                    for (;;) {
                        if (reinterpret_cast<long>(number) % 2) munmap(map_pages(3), 3 * kPage);
                        else if (pid_t grandchild = fork(); grandchild == 0) _exit(0);
                        else if (grandchild > 0) waitpid(grandchild, nullptr, 0);
                    }
                }, reinterpret_cast<void*>(static_cast<long>(index)));
            }
            for (;;) pause();
        }
        for (int spin = 0; spin < 10; ++spin) sched_yield();
        CHECK_EQUAL(kill(child, SIGKILL), 0);
        int status;
        CHECK_EQUAL(waitpid(child, &status, 0), child);
        CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
}

CASE(races, signals_to_threads_are_each_taken_once) {
    static std::atomic<int> taken;
    static std::atomic<bool> is_ready;
    static pthread_t target;
    struct sigaction action {};
    action.sa_handler = [](int) { ++taken; };
    CHECK_EQUAL(sigaction(SIGRTMIN, &action, nullptr), 0);
    CHECK_EQUAL(pthread_create(&target, nullptr, [](void*) -> void* {
        is_ready = true;
        while (taken < 3 * 200) sched_yield();
        return nullptr;
    }, nullptr), 0);
    while (!is_ready) sched_yield();
    run_threads([](int) {
        for (int round = 0; round < 200; ++round)
            while (pthread_kill(target, SIGRTMIN) != 0) sched_yield();
    }, 3);
    CHECK_EQUAL(pthread_join(target, nullptr), 0);
    CHECK_EQUAL(taken, 600);
}

CASE(races, an_exec_while_threads_run_leaves_one) {
    for (int round = 0; round < 10; ++round) {
        pid_t child = fork();
        CHECK(child >= 0);
        if (child == 0) {
            for (int index = 0; index < 4; ++index) {
                pthread_t thread;
                pthread_create(
                    &thread, nullptr,
                    [](void*) -> void* {
                        for (;;) munmap(map_pages(2), 2 * kPage);
                    },
                    nullptr);
            }
            execl("/bin/true", "true", nullptr);
            _exit(1);
        }
        int status;
        CHECK_EQUAL(waitpid(child, &status, 0), child);
        CHECK_EQUAL(status, 0);
    }
}

CASE(races, copy_on_write_between_relatives_keeps_everyones_bytes) {
    // Parent and children share leaf tables after fork and give them up at the same time.
    constexpr size_t kPages = 64;
    for (int round = 0; round < 12; ++round) {
        unsigned char* memory = map_pages(kPages);
        memset(memory, 0x55, kPages * kPage);
        pid_t children[4];
        for (int index = 0; index < 4; ++index) {
            children[index] = fork();
            CHECK(children[index] >= 0);
            if (children[index] != 0) continue;
            for (size_t page = 0; page < kPages; ++page) memory[page * kPage] = static_cast<unsigned char>(index);
            for (size_t page = 0; page < kPages; ++page)
                if (memory[page * kPage] != index || memory[page * kPage + 1] != 0x55) _exit(1);
            _exit(0);
        }
        for (size_t page = 0; page < kPages; ++page) memory[page * kPage] = 0xaa;
        for (pid_t child : children) {
            int status;
            CHECK_EQUAL(waitpid(child, &status, 0), child);
            CHECK_EQUAL(status, 0);
        }
        for (size_t page = 0; page < kPages; ++page) CHECK_EQUAL(memory[page * kPage], 0xaa);
        CHECK_EQUAL(munmap(memory, kPages * kPage), 0);
    }
}
