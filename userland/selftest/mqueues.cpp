// POSIX message queues (mq_overview(7)) and semaphores (sem_overview(7)).
#include <fcntl.h>
#include <mqueue.h>
#include <sys/epoll.h>
#include <poll.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

namespace {

std::string queue_name() { return "/self-test-" + std::to_string(getpid()); }

int wait_for(pid_t child) {
    int status = -1;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    return status;
}

volatile sig_atomic_t g_code, g_value;

} // namespace

CASE(mqueue, messages_leave_by_priority_and_age) {
    std::string name = queue_name();
    mq_attr limits = {};
    limits.mq_maxmsg = 4;
    limits.mq_msgsize = 16;
    mqd_t queue = mq_open(name.c_str(), O_CREAT | O_EXCL | O_RDWR, 0600, &limits);
    CHECK(queue >= 0);
    CHECK_ERROR(mq_open(name.c_str(), O_CREAT | O_EXCL | O_RDWR, 0600, nullptr), EEXIST);
    CHECK_EQUAL(mq_send(queue, "low", 3, 1), 0);
    CHECK_EQUAL(mq_send(queue, "high", 4, 9), 0);
    CHECK_EQUAL(mq_send(queue, "high2", 5, 9), 0);
    CHECK_EQUAL(mq_send(queue, "middle", 6, 5), 0);
    char text[16];
    unsigned priority = 0;
    CHECK_EQUAL(mq_receive(queue, text, 16, &priority), 4);
    CHECK(priority == 9 && memcmp(text, "high", 4) == 0);
    CHECK_EQUAL(mq_receive(queue, text, 16, nullptr), 5);
    CHECK_EQUAL(mq_receive(queue, text, 16, &priority), 6);
    CHECK_EQUAL(priority, 5);
    mq_attr now;
    CHECK_EQUAL(mq_getattr(queue, &now), 0);
    CHECK(now.mq_maxmsg == 4 && now.mq_msgsize == 16 && now.mq_curmsgs == 1 && now.mq_flags == 0);
    CHECK_ERROR(mq_receive(queue, text, 15, nullptr), EMSGSIZE);
    CHECK_ERROR(mq_send(queue, text, 17, 0), EMSGSIZE);
    CHECK_ERROR(mq_send(queue, text, 1, 32768), EINVAL);
    epoll_event event = {.events = EPOLLIN, .data = {.fd = queue}}, seen;
    int epoll = epoll_create1(0);
    CHECK_EQUAL(epoll_ctl(epoll, EPOLL_CTL_ADD, queue, &event), 0);
    CHECK_EQUAL(epoll_wait(epoll, &seen, 1, 0), 1);
    CHECK_EQUAL(mq_unlink(name.c_str()), 0);
    CHECK_ERROR(mq_unlink(name.c_str()), ENOENT);
    CHECK_EQUAL(mq_receive(queue, text, 16, nullptr), 3); // lives while open
    CHECK_EQUAL(mq_close(queue), 0);
}

CASE(mqueue, waits_end_by_time_and_flag) {
    std::string name = queue_name();
    mq_attr limits = {};
    limits.mq_maxmsg = 1;
    limits.mq_msgsize = 8;
    mqd_t queue = mq_open(name.c_str(), O_CREAT | O_RDWR, 0600, &limits);
    CHECK(queue >= 0);
    mq_unlink(name.c_str());
    char text[8] = {};
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 5'000'000;
    if (until.tv_nsec >= 1'000'000'000) until = {until.tv_sec + 1, until.tv_nsec - 1'000'000'000};
    CHECK_ERROR(mq_timedreceive(queue, text, 8, nullptr, &until), ETIMEDOUT);
    CHECK_EQUAL(mq_send(queue, "x", 1, 0), 0);
    CHECK_ERROR(mq_timedsend(queue, "x", 1, 0, &until), ETIMEDOUT);
    struct timespec bad = {0, 1'000'000'000};
    CHECK_ERROR(mq_timedsend(queue, "x", 1, 0, &bad), EINVAL);
    mq_attr flags = {};
    flags.mq_flags = O_NONBLOCK;
    CHECK_EQUAL(mq_setattr(queue, &flags, nullptr), 0);
    CHECK_ERROR(mq_send(queue, "x", 1, 0), EAGAIN);
    pollfd entry = {queue, POLLIN | POLLOUT, 0};
    CHECK_EQUAL(poll(&entry, 1, 0), 1);
    CHECK_EQUAL(entry.revents, POLLIN);
    CHECK_EQUAL(mq_receive(queue, text, 8, nullptr), 1);
    CHECK_ERROR(mq_receive(queue, text, 8, nullptr), EAGAIN);
    flags.mq_flags = 0;
    CHECK_EQUAL(mq_setattr(queue, &flags, nullptr), 0);
    pid_t child = fork();
    if (child == 0) _exit(mq_receive(queue, text, 8, nullptr) == 2 ? 0 : 1);
    CHECK_EQUAL(mq_send(queue, "yy", 2, 0), 0);
    CHECK_EQUAL(wait_for(child), 0);
}

CASE(mqueue, names_limits_and_rights) {
    std::string name = queue_name();
    CHECK_ERROR(mq_open(name.c_str(), O_RDWR), ENOENT);
    CHECK_ERROR(mq_open("/", O_RDWR), ENOENT);
    CHECK_ERROR(mq_open("/a/b", O_CREAT | O_RDWR, 0600, nullptr), EACCES);
    CHECK_ERROR(mq_open(("/" + std::string(256, 'n')).c_str(), O_CREAT | O_RDWR, 0600, nullptr), ENAMETOOLONG);
    mq_attr limits = {};
    CHECK_ERROR(mq_open(name.c_str(), O_CREAT | O_RDWR, 0600, &limits), EINVAL);
    mqd_t queue = mq_open(name.c_str(), O_CREAT | O_RDONLY, 0600, nullptr);
    CHECK(queue >= 0);
    mq_attr now;
    CHECK_EQUAL(mq_getattr(queue, &now), 0);
    CHECK(now.mq_maxmsg == 10 && now.mq_msgsize == 8192);
    CHECK_ERROR(mq_send(queue, "x", 1, 0), EBADF);
    CHECK_ERROR(mq_getattr(0, &now), EBADF);
    pid_t child = fork();
    if (child == 0) {
        become_nobody();
        limits.mq_maxmsg = 11;
        limits.mq_msgsize = 8;
        if (mq_open(name.c_str(), O_RDONLY) != -1 || errno != EACCES) _exit(1);
        if (mq_open((name + "x").c_str(), O_CREAT | O_RDWR, 0600, &limits) != -1 || errno != EINVAL) _exit(2);
        if (mq_unlink(name.c_str()) != -1 || errno != EACCES) _exit(3);
        _exit(0);
    }
    CHECK_EQUAL(wait_for(child), 0);
    CHECK_EQUAL(mq_unlink(name.c_str()), 0);
}

CASE(mqueue, the_first_message_is_announced_once) {
    std::string name = queue_name();
    mqd_t queue = mq_open(name.c_str(), O_CREAT | O_RDWR, 0600, nullptr);
    CHECK(queue >= 0);
    mq_unlink(name.c_str());
    struct sigaction action = {};
    action.sa_sigaction = [](int, siginfo_t* info, void*) {
        g_code = info->si_code;
        g_value = info->si_value.sival_int;
    };
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGUSR1, &action, nullptr);
    sigevent event = {};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGUSR1;
    event.sigev_value.sival_int = 42;
    CHECK_EQUAL(mq_notify(queue, &event), 0);
    CHECK_ERROR(mq_notify(queue, &event), EBUSY);
    CHECK_EQUAL(mq_send(queue, "x", 1, 0), 0);
    CHECK_EQUAL(g_code, -3); // SI_MESGQ
    CHECK_EQUAL(g_value, 42);
    g_code = 0;
    CHECK_EQUAL(mq_notify(queue, &event), 0); // not empty: nothing comes
    CHECK_EQUAL(mq_send(queue, "y", 1, 0), 0);
    CHECK_EQUAL(g_code, 0);
    CHECK_EQUAL(mq_notify(queue, nullptr), 0);
}

CASE(mqueue, limits_are_settings) {
    if (getuid() != 0 || access("/proc/sys/fs/mqueue/msg_default", W_OK) != 0) return; // a container shows them only
    std::string before = read_file("/proc/sys/fs/mqueue/msg_default");
    int setting = open("/proc/sys/fs/mqueue/msg_default", O_WRONLY);
    if (setting < 0) return;
    CHECK_EQUAL(write(setting, "4", 1), 1);
    std::string name = queue_name();
    mqd_t queue = mq_open(name.c_str(), O_CREAT | O_RDWR, 0600, nullptr);
    CHECK_EQUAL(pwrite(setting, before.data(), before.size(), 0), static_cast<long>(before.size()));
    CHECK(queue >= 0);
    mq_attr now;
    CHECK_EQUAL(mq_getattr(queue, &now), 0);
    CHECK_EQUAL(now.mq_maxmsg, 4);
    CHECK_EQUAL(mq_unlink(name.c_str()), 0);
    CHECK_ERROR(pwrite(setting, "0", 1, 0), EINVAL);
}

CASE(semaphores, unnamed_ones_are_shared_between_processes) {
    auto* semaphore =
        static_cast<sem_t*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    CHECK_EQUAL(sem_init(semaphore, 1, 0), 0);
    CHECK_ERROR(sem_trywait(semaphore), EAGAIN);
    pid_t child = fork();
    if (child == 0) _exit(sem_wait(semaphore) == 0 ? 0 : 1);
    CHECK_EQUAL(sem_post(semaphore), 0);
    CHECK_EQUAL(wait_for(child), 0);
    struct timespec past = {1, 0};
    CHECK_ERROR(sem_timedwait(semaphore, &past), ETIMEDOUT);
    int value = -1;
    CHECK_EQUAL(sem_post(semaphore), 0);
    CHECK_EQUAL(sem_getvalue(semaphore, &value), 0);
    CHECK_EQUAL(value, 1);
    CHECK_EQUAL(sem_destroy(semaphore), 0);
}

CASE(semaphores, named_ones_are_found_by_name) {
    std::string name = "/self-test-" + std::to_string(getpid());
    CHECK(sem_open(name.c_str(), 0) == SEM_FAILED && errno == ENOENT);
    sem_t* semaphore = sem_open(name.c_str(), O_CREAT | O_EXCL, 0600, 1);
    CHECK(semaphore != SEM_FAILED);
    CHECK(sem_open(name.c_str(), O_CREAT | O_EXCL, 0600, 1) == SEM_FAILED && errno == EEXIST);
    CHECK(sem_open(name.c_str(), 0) == semaphore);
    pid_t child = fork();
    if (child == 0) {
        sem_t* same = sem_open(name.c_str(), 0);
        _exit(same != SEM_FAILED && sem_wait(same) == 0 ? 0 : 1);
    }
    CHECK_EQUAL(wait_for(child), 0);
    CHECK_ERROR(sem_trywait(semaphore), EAGAIN);
    CHECK_EQUAL(sem_close(semaphore), 0);
    CHECK_EQUAL(sem_unlink(name.c_str()), 0);
    CHECK_ERROR(sem_unlink(name.c_str()), ENOENT);
}
