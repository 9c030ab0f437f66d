// Types only; the kernel has no wide characters.
#pragma once
#include <bits/types/mbstate_t.h>
#include <stddef.h>
typedef unsigned int wint_t;
