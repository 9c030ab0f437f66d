// Placement new, without the C++ library's <new>.
#pragma once

#include <stddef.h>

inline void *operator new(size_t, void *place) noexcept { return place; }
