#pragma once
#include <bits/types.h>
#define XATTR_CREATE 1
#define XATTR_REPLACE 2
__BEGIN_DECLS
ssize_t getxattr(const char *, const char *, void *, size_t), lgetxattr(const char *, const char *, void *, size_t);
ssize_t fgetxattr(int, const char *, void *, size_t);
ssize_t listxattr(const char*, char*, size_t), llistxattr(const char*, char*, size_t),
    flistxattr(int, char*, size_t);
int setxattr(const char*, const char*, const void*, size_t, int),
    lsetxattr(const char*, const char*, const void*, size_t, int);
int fsetxattr(int, const char *, const void *, size_t, int);
int removexattr(const char *, const char *), lremovexattr(const char *, const char *), fremovexattr(int, const char *);
__END_DECLS
