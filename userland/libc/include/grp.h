#pragma once
#include <bits/types.h>
#include <stdio.h>
struct group {
    char *gr_name, *gr_passwd;
    gid_t gr_gid;
    char **gr_mem;
};
__BEGIN_DECLS
struct group *getgrnam(const char *), *getgrgid(gid_t), *getgrent(void), *fgetgrent(FILE *);
int getgrnam_r(const char *, struct group *, char *, size_t, struct group **);
int getgrgid_r(gid_t, struct group *, char *, size_t, struct group **);
void setgrent(void), endgrent(void);
int putgrent(const struct group *, FILE *);
int getgrouplist(const char *, gid_t, gid_t *, int *);
int setgroups(size_t, const gid_t *);
int initgroups(const char *, gid_t);
__END_DECLS
