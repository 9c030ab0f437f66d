// What a function compiled with -fstack-protector calls when its guard was overwritten. Nothing on the stack is to be
// trusted any more: one write, then the end.
#include <stdlib.h>
#include <unistd.h>

extern "C" [[noreturn]] void __stack_chk_fail() {
    static const char message[] = "stack smashing detected\n";
    write(STDERR_FILENO, message, sizeof message - 1);
    abort();
}
