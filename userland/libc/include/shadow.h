#pragma once
#include <paths.h>
#include <stdio.h>
#define SHADOW _PATH_SHADOW
struct spwd {
    char *sp_namp, *sp_pwdp;
    long sp_lstchg, sp_min, sp_max, sp_warn, sp_inact, sp_expire;
    unsigned long sp_flag;
};
__BEGIN_DECLS
struct spwd *getspnam(const char *), *getspent(void), *fgetspent(FILE *), *sgetspent(const char *);
int getspnam_r(const char *, struct spwd *, char *, size_t, struct spwd **);
int getspent_r(struct spwd *, char *, size_t, struct spwd **);
int fgetspent_r(FILE *, struct spwd *, char *, size_t, struct spwd **);
int sgetspent_r(const char *, struct spwd *, char *, size_t, struct spwd **);
void setspent(void), endspent(void);
int putspent(const struct spwd *, FILE *);
int lckpwdf(void), ulckpwdf(void);
__END_DECLS
