#pragma once
#include <features.h>
#define SI_LOAD_SHIFT 16
struct sysinfo {
    long uptime;
    unsigned long loads[3], totalram, freeram, sharedram, bufferram, totalswap, freeswap;
    unsigned short procs, __padding;
    unsigned long totalhigh, freehigh;
    unsigned mem_unit;
    char __reserved[4];
};
__BEGIN_DECLS
int sysinfo(struct sysinfo *);
int get_nprocs(void), get_nprocs_conf(void);
long get_phys_pages(void), get_avphys_pages(void);
__END_DECLS
