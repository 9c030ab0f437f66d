// Threads: creation, join, mutual exclusion, conditions, keys, per-thread errno, the heap and streams under contention.
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK(condition) do { if (!(condition)) { printf("FAILED: line %d: %s\n", __LINE__, #condition); exit(1); } } while (0)

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static long counter, destroyed, once_count, turn;
static _Thread_local int local = 5;

static void initialize(void) { once_count++; }
static void destroy(void *value) { __atomic_fetch_add(&destroyed, (long)value, __ATOMIC_SEQ_CST); }

static void *work(void *argument) {
    long number = (long)argument;
    CHECK(local == 5);
    local = (int)number;
    errno = (int)number + 1000;
    pthread_once(&once, initialize);
    pthread_setspecific(key, (void *)1);
    void *blocks[50] = {0};
    for (int i = 0; i < 20000; i++) {
        pthread_mutex_lock(&mutex);
        counter++;
        pthread_mutex_unlock(&mutex);
        free(blocks[i % 50]);
        blocks[i % 50] = malloc((size_t)(i * 37 % 700));
        memset(blocks[i % 50], (int)number, (size_t)(i * 37 % 700));
    }
    for (int i = 0; i < 50; i++) free(blocks[i]);
    CHECK(local == (int)number && errno == (int)number + 1000);
    return (void *)(number * 2);
}

static void *ping(void *argument) {
    for (int i = 0; i < 2000; i++) {
        pthread_mutex_lock(&mutex);
        while (turn != (long)argument) pthread_cond_wait(&condition, &mutex);
        turn = !turn;
        pthread_cond_broadcast(&condition);
        pthread_mutex_unlock(&mutex);
    }
    return 0;
}

int main(void) {
    pthread_t threads[8];
    CHECK(pthread_key_create(&key, destroy) == 0);
    for (long i = 0; i < 8; i++) CHECK(pthread_create(&threads[i], 0, work, (void *)i) == 0);
    for (long i = 0; i < 8; i++) {
        void *result;
        CHECK(pthread_join(threads[i], &result) == 0 && (long)result == i * 2);
    }
    CHECK(counter == 160000 && once_count == 1 && destroyed == 8 && local == 5);
    for (long i = 0; i < 2; i++) CHECK(pthread_create(&threads[i], 0, ping, (void *)i) == 0);
    for (long i = 0; i < 2; i++) CHECK(pthread_join(threads[i], 0) == 0);
    pthread_mutexattr_t attributes;
    pthread_mutex_t checked;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&checked, &attributes);
    CHECK(pthread_mutex_lock(&checked) == 0 && pthread_mutex_lock(&checked) == EDEADLK &&
          pthread_mutex_trylock(&checked) == EBUSY);
    CHECK(pthread_mutex_unlock(&checked) == 0 && pthread_mutex_unlock(&checked) == EPERM);
    struct timespec past = {1, 0};
    pthread_mutex_lock(&mutex);
    CHECK(pthread_cond_timedwait(&condition, &mutex, &past) == ETIMEDOUT);
    pthread_mutex_unlock(&mutex);
    for (int i = 0; i < 200; i++) {
        pthread_t thread;
        CHECK(pthread_create(&thread, 0, (void *(*)(void *))getppid, 0) == 0);
        CHECK(pthread_detach(thread) == 0);
    }
    puts("ok");
    return 0;
}
