#pragma once
#include <endian.h>
#include <limits.h>
#include <sys/types.h>
#define MAXPATHLEN PATH_MAX
#define MAXSYMLINKS 40
#define MAXHOSTNAMELEN 64
#define NOFILE 256
#define NGROUPS NGROUPS_MAX
#define NCARGS ARG_MAX
#define DEV_BSIZE 512
#define NBBY 8
#define EXEC_PAGESIZE 4096
#define MIN(a, b) (((a) < (b)) ? (a) : (b))
#define MAX(a, b) (((a) > (b)) ? (a) : (b))
#define setbit(x, i) (((x)[(i) / 8] |= 1 << ((i) % 8)))
#define clrbit(x, i) (((x)[(i) / 8] &= ~(1 << ((i) % 8))))
#define isset(x, i) ((x)[(i) / 8] & (1 << ((i) % 8)))
#define isclr(x, i) (!isset(x, i))
#define howmany(n, d) (((n) + ((d) - 1)) / (d))
#define roundup(n, d) (howmany(n, d) * (d))
#define powerof2(n) !(((n) - 1) & (n))
