// What the compiler and libc++ call and the kernel must define.
#include <__verbose_abort>
#include <stdlib.h>

#include "base/assert.h"

extern "C" {

void martlet_library_assertion_failed(const char* message) { martlet::panic("%s", message); }
void abort() { martlet::panic("abort called"); }
void __cxa_pure_virtual() { martlet::panic("pure virtual function called"); }

} // extern "C"

namespace martlet {

void assertion_failed(const char* condition, const char* file, int line) {
    panic("assertion failed: %s (%s:%d)", condition, file, line);
}

} // namespace martlet

_LIBCPP_BEGIN_NAMESPACE_STD
void __libcpp_verbose_abort(const char* format, ...) { martlet::panic("%s", format); }
_LIBCPP_END_NAMESPACE_STD
