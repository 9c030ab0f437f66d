#pragma once
#include <bits/types.h>
#include <stdio.h>
struct passwd {
    char *pw_name, *pw_passwd;
    uid_t pw_uid;
    gid_t pw_gid;
    char *pw_gecos, *pw_dir, *pw_shell;
};
__BEGIN_DECLS
struct passwd *getpwnam(const char *), *getpwuid(uid_t), *getpwent(void), *fgetpwent(FILE *);
int getpwnam_r(const char *, struct passwd *, char *, size_t, struct passwd **);
int getpwuid_r(uid_t, struct passwd *, char *, size_t, struct passwd **);
void setpwent(void), endpwent(void);
int putpwent(const struct passwd *, FILE *);
__END_DECLS
