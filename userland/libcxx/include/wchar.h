// libc++ refuses <wchar.h> when it is configured without wide characters; the C library's own is what C++ code gets.
#pragma once
#include "../../libc/include/wchar.h"
