// The host's placement new stands in for the C library's.
#pragma once

#include <new>
#include <stddef.h>
