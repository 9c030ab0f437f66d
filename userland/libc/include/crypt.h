#pragma once
#include <features.h>
struct crypt_data {
    char output[384];
    int initialized;
    char __reserved[124];
};
__BEGIN_DECLS
char *crypt(const char *, const char *), *crypt_r(const char *, const char *, struct crypt_data *);
__END_DECLS
