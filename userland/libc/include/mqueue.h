#pragma once
#include <bits/types.h>
#include <bits/timespec.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
typedef int mqd_t;
struct mq_attr {
    long mq_flags, mq_maxmsg, mq_msgsize, mq_curmsgs, __reserved[4];
};
__BEGIN_DECLS
mqd_t mq_open(const char *, int, ...);
int mq_close(mqd_t), mq_unlink(const char *);
int mq_getattr(mqd_t, struct mq_attr*),
    mq_setattr(mqd_t, const struct mq_attr* __restrict, struct mq_attr* __restrict);
int mq_notify(mqd_t, const struct sigevent *);
int mq_send(mqd_t, const char *, size_t, unsigned);
int mq_timedsend(mqd_t, const char *, size_t, unsigned, const struct timespec *);
ssize_t mq_receive(mqd_t, char *, size_t, unsigned *);
ssize_t mq_timedreceive(mqd_t, char *__restrict, size_t, unsigned *__restrict, const struct timespec *__restrict);
__END_DECLS
