// System V IPC: shmget(2), shmop(2), shmctl(2), semget(2), semop(2), semctl(2), msgget(2), msgop(2), msgctl(2).
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "file_helpers.h"

using namespace selftest;

namespace {

struct TestMessage {
    long type;
    char text[64];
};

int wait_for(pid_t child) {
    int status = -1;
    CHECK_EQUAL(waitpid(child, &status, 0), child);
    return status;
}

/// Until `count` processes wait for an increase (or for zero) of semaphore 0.
void await_waiters(int id, int command, int count) {
    while (semctl(id, 0, command) != count) usleep(1000);
}

} // namespace

CASE(sysv_shm, processes_see_each_others_writes) {
    int id = shmget(IPC_PRIVATE, 10000, 0600);
    CHECK(id >= 0);
    auto* memory = static_cast<char*>(shmat(id, nullptr, 0));
    CHECK(memory != reinterpret_cast<char*>(-1));
    CHECK_EQUAL(memory[9999], 0);
    struct shmid_ds status;
    CHECK_EQUAL(shmctl(id, IPC_STAT, &status), 0);
    CHECK_EQUAL(status.shm_segsz, 10000);
    CHECK_EQUAL(status.shm_nattch, 1);
    CHECK_EQUAL(status.shm_cpid, getpid());
    CHECK_EQUAL(status.shm_perm.mode & 0777, 0600);
    pid_t child = fork();
    if (child == 0) {
        if (shmctl(id, IPC_STAT, &status) != 0 || status.shm_nattch != 2) _exit(1);
        memory[5000] = 'x';
        _exit(shmdt(memory) == 0 ? 0 : 2);
    }
    CHECK_EQUAL(wait_for(child), 0);
    CHECK_EQUAL(memory[5000], 'x');
    CHECK_EQUAL(shmctl(id, IPC_RMID, nullptr), 0);
    CHECK_EQUAL(memory[5000], 'x'); // lives while attached
    CHECK_EQUAL(shmctl(id, IPC_STAT, &status), 0);
    CHECK(status.shm_perm.mode & 01000);
    CHECK_EQUAL(status.shm_perm.__key, IPC_PRIVATE);
    CHECK_EQUAL(shmdt(memory), 0);
    CHECK_ERROR(shmctl(id, IPC_STAT, &status), EINVAL);
    CHECK_ERROR(shmdt(memory), EINVAL);
}

CASE(sysv_shm, keys_find_segments) {
    key_t key = 0x4d000000 | (getpid() & 0xffff);
    CHECK_ERROR(shmget(key, 100, 0600), ENOENT);
    int id = shmget(key, 100, IPC_CREAT | IPC_EXCL | 0600);
    CHECK(id >= 0);
    CHECK_EQUAL(shmget(key, 0, 0), id);
    CHECK_EQUAL(shmget(key, 100, IPC_CREAT | 0600), id);
    CHECK_ERROR(shmget(key, 100, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
    CHECK_ERROR(shmget(key, 5000, 0600), EINVAL);
    CHECK_ERROR(shmget(IPC_PRIVATE, 0, 0600), EINVAL);
    pid_t child = fork();
    if (child == 0) {
        become_nobody();
        if (shmget(key, 0, 0400) != -1 || errno != EACCES) _exit(1);
        if (shmat(id, nullptr, SHM_RDONLY) != reinterpret_cast<void*>(-1) || errno != EACCES) _exit(2);
        if (shmctl(id, IPC_RMID, nullptr) != -1 || errno != EPERM) _exit(3);
        _exit(0);
    }
    CHECK_EQUAL(wait_for(child), 0);
    struct shmid_ds status;
    CHECK_EQUAL(shmctl(id, IPC_STAT, &status), 0);
    status.shm_perm.mode = 0644;
    CHECK_EQUAL(shmctl(id, IPC_SET, &status), 0);
    CHECK_EQUAL(shmctl(id, IPC_STAT, &status), 0);
    CHECK_EQUAL(status.shm_perm.mode & 0777, 0644);
    CHECK(read_file("/proc/sysvipc/shm").find(std::to_string(key)) != std::string::npos);
    CHECK_EQUAL(shmctl(id, IPC_RMID, nullptr), 0);
    CHECK_ERROR(shmget(key, 0, 0), ENOENT);
}

CASE(sysv_shm, addresses_and_access) {
    int id = shmget(IPC_PRIVATE, 8192, 0600);
    char* place = static_cast<char*>(mmap(nullptr, 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    CHECK_ERROR(reinterpret_cast<long>(shmat(id, place + 100, 0)), EINVAL);
    CHECK_ERROR(reinterpret_cast<long>(shmat(id, place, 0)), EINVAL); // something is there
    CHECK_EQUAL(munmap(place, 65536), 0);
    CHECK(shmat(id, place + 100, SHM_RND) == place);
    CHECK(shmat(id, place, SHM_REMAP) == place);
    CHECK_ERROR(reinterpret_cast<long>(shmat(id, nullptr, SHM_REMAP)), EINVAL);
    CHECK_EQUAL(mprotect(place, 4096, PROT_READ), 0); // two mappings now
    CHECK_EQUAL(shmdt(place), 0);
    CHECK_ERROR(msync(place, 8192, MS_ASYNC), ENOMEM);
    auto* read_only = static_cast<char*>(shmat(id, nullptr, SHM_RDONLY));
    CHECK_ERROR(mprotect(read_only, 4096, PROT_READ | PROT_WRITE), EACCES);
    CHECK_EQUAL(shmctl(id, IPC_RMID, nullptr), 0);
    CHECK_ERROR(shmdt(read_only + 4096), EINVAL);
}

CASE(sysv_sem, operations_happen_together_or_not_at_all) {
    int id = semget(IPC_PRIVATE, 3, 0600);
    CHECK(id >= 0);
    unsigned short values[3] = {1, 0, 5};
    CHECK_EQUAL(semctl(id, 0, SETALL, values), 0);
    struct sembuf both[2] = {{0, -1, IPC_NOWAIT}, {1, -1, IPC_NOWAIT}};
    CHECK_ERROR(semop(id, both, 2), EAGAIN);
    CHECK_EQUAL(semctl(id, 0, GETVAL), 1); // the first was taken back
    struct sembuf zero = {1, 0, IPC_NOWAIT}, not_zero = {2, 0, IPC_NOWAIT};
    CHECK_EQUAL(semop(id, &zero, 1), 0);
    CHECK_ERROR(semop(id, &not_zero, 1), EAGAIN);
    struct sembuf many[3] = {{0, 2, 0}, {2, -5, 0}, {1, 7, 0}};
    CHECK_EQUAL(semop(id, many, 3), 0);
    CHECK_EQUAL(semctl(id, 0, GETALL, values), 0);
    CHECK(values[0] == 3 && values[1] == 7 && values[2] == 0);
    CHECK_EQUAL(semctl(id, 0, GETPID), getpid());
    struct sembuf beyond = {3, 1, 0}, overflow = {0, 32767, 0};
    CHECK_ERROR(semop(id, &beyond, 1), EFBIG);
    CHECK_ERROR(semop(id, &overflow, 1), ERANGE);
    CHECK_ERROR(semop(id, &zero, 0), EINVAL);
    CHECK_ERROR(semctl(id, 3, GETVAL), EINVAL);
    CHECK_ERROR(semctl(id, 0, SETVAL, 32768), ERANGE);
    CHECK_EQUAL(semctl(id, 0, IPC_RMID), 0);
    CHECK_ERROR(semop(id, &zero, 1), EINVAL);
}

CASE(sysv_sem, waiters_are_woken_and_counted) {
    int id = semget(IPC_PRIVATE, 1, 0600);
    pid_t child = fork();
    struct sembuf take = {0, -2, 0}, give = {0, 1, 0};
    if (child == 0) _exit(semop(id, &take, 1) == 0 ? 0 : 1);
    await_waiters(id, GETNCNT, 1);
    CHECK_EQUAL(semop(id, &give, 1), 0);
    CHECK_EQUAL(semop(id, &give, 1), 0);
    CHECK_EQUAL(wait_for(child), 0);
    CHECK_EQUAL(semctl(id, 0, GETVAL), 0);
    child = fork();
    if (child == 0) _exit(semop(id, &take, 1) == -1 && errno == EIDRM ? 0 : 1);
    await_waiters(id, GETNCNT, 1);
    CHECK_EQUAL(semctl(id, 0, IPC_RMID), 0);
    CHECK_EQUAL(wait_for(child), 0);
}

CASE(sysv_sem, a_wait_ends_by_signal_and_time) {
    int id = semget(IPC_PRIVATE, 1, 0600);
    struct sembuf take = {0, -1, 0};
    struct timespec soon = {0, 5'000'000};
    CHECK_ERROR(semtimedop(id, &take, 1, &soon), EAGAIN);
    struct sigaction action = {};
    action.sa_handler = [](int) {};
    action.sa_flags = SA_RESTART; // does not help
    sigaction(SIGUSR1, &action, nullptr);
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        await_waiters(id, GETNCNT, 1);
        kill(parent, SIGUSR1);
        _exit(0);
    }
    CHECK_ERROR(semop(id, &take, 1), EINTR);
    wait_for(child);
    CHECK_EQUAL(semctl(id, 0, IPC_RMID), 0);
}

CASE(sysv_sem, the_end_of_a_process_undoes) {
    int id = semget(IPC_PRIVATE, 2, 0600);
    pid_t child = fork();
    if (child == 0) {
        struct sembuf operations[2] = {{0, 5, SEM_UNDO}, {1, 3, 0}};
        struct sembuf back = {0, -1, SEM_UNDO};
        _exit(semop(id, operations, 2) == 0 && semop(id, &back, 1) == 0 && semctl(id, 0, GETVAL) == 4 ? 0 : 1);
    }
    CHECK_EQUAL(wait_for(child), 0);
    CHECK_EQUAL(semctl(id, 0, GETVAL), 0);
    CHECK_EQUAL(semctl(id, 1, GETVAL), 3);
    CHECK_EQUAL(semctl(id, 0, IPC_RMID), 0);
}

CASE(sysv_msg, messages_are_taken_by_type) {
    int id = msgget(IPC_PRIVATE, 0600);
    CHECK(id >= 0);
    TestMessage out = {}, in = {};
    for (long type : {3, 1, 2, 3}) {
        out.type = type;
        snprintf(out.text, sizeof out.text, "type %ld", type);
        CHECK_EQUAL(msgsnd(id, &out, sizeof out.text, 0), 0);
    }
    CHECK_EQUAL(msgrcv(id, &in, sizeof in.text, 2, 0), 64);
    CHECK(in.type == 2 && strcmp(in.text, "type 2") == 0);
    CHECK_EQUAL(msgrcv(id, &in, sizeof in.text, -3, 0), 64);
    CHECK_EQUAL(in.type, 1);
    CHECK_EQUAL(msgrcv(id, &in, sizeof in.text, 3, IPC_NOWAIT | MSG_EXCEPT), -1);
    CHECK_EQUAL(errno, ENOMSG);
    CHECK_ERROR(msgrcv(id, &in, 4, 0, 0), E2BIG);
    CHECK_EQUAL(msgrcv(id, &in, 4, 0, MSG_NOERROR), 4);
    CHECK_EQUAL(msgrcv(id, &in, sizeof in.text, 0, 0), 64);
    CHECK_ERROR(msgrcv(id, &in, sizeof in.text, 0, IPC_NOWAIT), ENOMSG);
    out.type = 0;
    CHECK_ERROR(msgsnd(id, &out, 1, 0), EINVAL);
    out.type = 1;
    CHECK_ERROR(msgsnd(id, &out, 8193, 0), EINVAL);
    struct msqid_ds status;
    CHECK_EQUAL(msgctl(id, IPC_STAT, &status), 0);
    CHECK(status.msg_qnum == 0 && status.msg_qbytes == 16384 && status.msg_lspid == getpid());
    CHECK_EQUAL(msgctl(id, IPC_RMID, nullptr), 0);
    CHECK_ERROR(msgsnd(id, &out, 1, 0), EINVAL);
}


CASE(sysv_msg, a_full_queue_makes_senders_wait) {
    int id = msgget(IPC_PRIVATE, 0600);
    static char large[8 + 8192];
    *reinterpret_cast<long*>(large) = 1;
    CHECK_EQUAL(msgsnd(id, large, 8192, IPC_NOWAIT), 0);
    CHECK_EQUAL(msgsnd(id, large, 8192, IPC_NOWAIT), 0);
    CHECK_ERROR(msgsnd(id, large, 1, IPC_NOWAIT), EAGAIN);
    pid_t child = fork();
    if (child == 0) _exit(msgsnd(id, large, 100, 0) == 0 ? 0 : 1);
    CHECK_EQUAL(msgrcv(id, large, 8192, 0, 0), 8192);
    CHECK_EQUAL(wait_for(child), 0);
    CHECK_EQUAL(msgctl(id, IPC_RMID, nullptr), 0);
}

CASE(sysv_ipc, a_copy_of_a_message_is_never_cut) {
    int queue = msgget(IPC_PRIVATE, 0600);
    struct { long type; char text[8]; } message = {1, "12345"};
    CHECK_EQUAL(msgsnd(queue, &message, 6, 0), 0);
    constexpr int kCopy = 040000;
    CHECK_ERROR(msgrcv(queue, &message, 4, 0, kCopy | IPC_NOWAIT), E2BIG);
    CHECK_ERROR(msgrcv(queue, &message, 4, 0, kCopy | IPC_NOWAIT | MSG_NOERROR), EINVAL);
    CHECK_EQUAL(msgrcv(queue, &message, 8, 0, kCopy | IPC_NOWAIT), 6);
    CHECK_EQUAL(msgctl(queue, IPC_RMID, nullptr), 0);
}

CASE(sysv_ipc, limits_can_be_set) {
    std::string semaphores = read_file("/proc/sys/kernel/sem"), size = read_file("/proc/sys/kernel/shmmax");
    write_file("/proc/sys/kernel/sem", "2");
    CHECK_ERROR(semget(IPC_PRIVATE, 3, 0600), EINVAL);
    int set = semget(IPC_PRIVATE, 2, 0600);
    CHECK(set >= 0);
    CHECK_EQUAL(semctl(set, 0, IPC_RMID), 0);
    int file = open("/proc/sys/kernel/sem", O_WRONLY);
    CHECK_ERROR(write(file, "x", 1), EINVAL);
    constexpr std::string_view kTooMany = "3 4 5 99999999";
    CHECK_ERROR(write(file, kTooMany.data(), kTooMany.size()), ERANGE);
    write_file("/proc/sys/kernel/shmmax", "5000");
    CHECK_ERROR(shmget(IPC_PRIVATE, 5001, 0600), EINVAL);
    int segment = shmget(IPC_PRIVATE, 5000, 0600);
    CHECK(segment >= 0);
    CHECK_EQUAL(shmctl(segment, IPC_RMID, nullptr), 0);
    write_file("/proc/sys/kernel/sem", semaphores);
    write_file("/proc/sys/kernel/shmmax", size);
}

CASE(sysv_shm, only_touched_pages_are_resident) {
    struct shm_info before, after;
    int id = shmget(IPC_PRIVATE, 100 * 4096, 0600);
    CHECK(id >= 0);
    auto* memory = static_cast<char*>(shmat(id, nullptr, 0));
    CHECK(shmctl(0, SHM_INFO, reinterpret_cast<struct shmid_ds*>(&before)) >= 0);
    memory[0] = memory[50 * 4096] = 1;
    CHECK(shmctl(0, SHM_INFO, reinterpret_cast<struct shmid_ds*>(&after)) >= 0);
    CHECK_EQUAL(after.shm_rss - before.shm_rss, 2);
    CHECK_EQUAL(after.shm_tot - before.shm_tot, 0);
    CHECK_EQUAL(shmctl(id, IPC_RMID, nullptr), 0);
}
