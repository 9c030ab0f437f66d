#pragma once
#include <features.h>
__BEGIN_DECLS
char *dirname(char *);
char *basename(char *);
__END_DECLS
