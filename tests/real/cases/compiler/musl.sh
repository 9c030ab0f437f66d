# Programs linked to musl's loader and library, and static ones, with threads, timers and signals.
cd /tmp
cat > musl.c <<'HERE'
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
static _Thread_local int local = 1;
static sem_t ready;
static volatile sig_atomic_t caught;
static void on_signal(int number) { caught = number; }
static void *run(void *sum) {
    sem_wait(&ready);
    for (int i = 0; i < 1000; ++i) local += i;
    __atomic_add_fetch((int *)sum, local, __ATOMIC_SEQ_CST);
    return NULL;
}
static void *wait_for_ever(void *unused) { for (;;) pause(); return unused; }
int main(void) {
    pthread_t threads[8], stuck;
    int sum = 0, status;
    sem_init(&ready, 0, 0);
    for (int i = 0; i < 8; ++i) pthread_create(&threads[i], NULL, run, &sum);
    for (int i = 0; i < 8; ++i) sem_post(&ready);
    for (int i = 0; i < 8; ++i) pthread_join(threads[i], NULL);
    pthread_create(&stuck, NULL, wait_for_ever, NULL);
    void *result;
    pthread_cancel(stuck);
    pthread_join(stuck, &result);
    printf("%d %d %d\n", sum, local, result == PTHREAD_CANCELED);
    signal(SIGALRM, on_signal);
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    struct itimerspec soon = {.it_value = {0, 1000000}};
    timer_create(CLOCK_MONOTONIC, &event, &timer);
    timer_settime(timer, 0, &soon, NULL);
    while (!caught) pause();
    if (fork() == 0) { setuid(12); exit(getuid()); }
    wait(&status);
    FILE *pipe = popen("echo from a child", "r");
    char line[32];
    printf("%d %d %s", caught, WEXITSTATUS(status), fgets(line, sizeof line, pipe));
    return pclose(pipe);
}
HERE
for flags in "-O1" "-O2 -static" "-pie -fPIE" "-no-pie"; do
    musl-gcc $flags musl.c -o musl && ./musl; echo $?
    readelf -l musl | grep -o 'interpreter: [^]]*'
done
/lib/ld-musl-x86_64.so.1 ./musl; /lib/ld-musl-x86_64.so.1 --list ./musl | sed 's/0x[0-9a-f]*/ADDR/'
rm -f musl musl.c
