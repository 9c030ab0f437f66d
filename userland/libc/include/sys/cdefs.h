#pragma once
#include <features.h>
#define __CONCAT(x, y) x##y
#define __STRING(x) #x
#define __P(arguments) arguments
