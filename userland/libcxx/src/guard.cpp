// The C++ ABI's support functions that code without exceptions and RTTI still calls (Itanium C++ ABI 3.2.6,
// 3.3.5).
#include <stdlib.h>
#include <unistd.h>

extern "C" {

void *__dso_handle = nullptr;

[[noreturn]] void __cxa_pure_virtual() {
    static const char message[] = "pure virtual function called\n";
    write(STDERR_FILENO, message, sizeof message - 1);
    abort();
}

[[noreturn]] void __cxa_deleted_virtual() { __cxa_pure_virtual(); }
}
