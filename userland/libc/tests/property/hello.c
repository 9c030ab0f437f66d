// The measure of how small a static program can be.
#include <stdio.h>

int main(void) {
    puts("hello, world");
    puts("ok");
    return 0;
}
