#pragma once
#include <features.h>
__BEGIN_DECLS
int klogctl(int, char *, int);
__END_DECLS
