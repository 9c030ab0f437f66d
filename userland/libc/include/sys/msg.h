#pragma once
#include <sys/ipc.h>
#define MSG_NOERROR 0x1000
#define MSG_EXCEPT 0x2000
typedef unsigned long msgqnum_t, msglen_t;
struct msqid_ds {
    struct ipc_perm msg_perm;
    time_t msg_stime, msg_rtime, msg_ctime;
    unsigned long __msg_cbytes;
    msgqnum_t msg_qnum;
    msglen_t msg_qbytes;
    pid_t msg_lspid, msg_lrpid;
    unsigned long __reserved[2];
};
__BEGIN_DECLS
int msgget(key_t, int);
int msgsnd(int, const void *, size_t, int);
ssize_t msgrcv(int, void *, size_t, long, int);
int msgctl(int, int, struct msqid_ds *);
__END_DECLS
