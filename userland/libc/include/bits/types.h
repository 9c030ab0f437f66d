// The types that several headers share (POSIX.1-2017 <sys/types.h>), as Linux x86-64 has them.
#pragma once
#include <features.h>

#include <stddef.h>

typedef long ssize_t;
typedef long off_t;
typedef long off64_t;
typedef long loff_t;
typedef long time_t;
typedef long suseconds_t;
typedef unsigned int useconds_t;
typedef long clock_t;
typedef int clockid_t;
typedef void *timer_t;
typedef int pid_t;
typedef unsigned int uid_t;
typedef unsigned int gid_t;
typedef unsigned int id_t;
typedef unsigned int mode_t;
typedef unsigned long dev_t;
typedef unsigned long ino_t;
typedef unsigned long ino64_t;
typedef unsigned long nlink_t;
typedef long blksize_t;
typedef long blkcnt_t;
typedef unsigned long fsblkcnt_t;
typedef unsigned long fsfilcnt_t;
typedef int key_t;
typedef unsigned int socklen_t;
typedef unsigned short sa_family_t;
