# gcc and g++ compile and link; the programs run; gdb steps one and strace watches it.
cd /tmp
cat > hello.c <<'HERE'
#include <stdio.h>
static int twice(int x) { return 2 * x; }
int main(int argc, char **argv) {
    int sum = 0;
    for (int i = 0; i < 5; ++i) sum += twice(i);
    printf("hello %d %s %d\n", sum, argv[0], argc);
    return sum;
}
HERE
cat > threads.cpp <<'HERE'
#include <atomic>
#include <condition_variable>
#include <future>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>
thread_local int local = 1;
int main() {
    std::atomic<int> count = 0; std::mutex m; std::condition_variable ready; bool go = false; std::vector<std::thread> all;
    for (int i = 0; i < 16; ++i) all.emplace_back([&] { std::unique_lock l(m); ready.wait(l, [&] { return go; }); l.unlock(); for (int k = 0; k < 1000; ++k) { ++count; ++local; } });
    { std::lock_guard l(m); go = true; } ready.notify_all(); for (auto &t : all) t.join();
    auto f = std::async(std::launch::async, [] { return 42; });
    try { std::async(std::launch::async, [] { throw std::runtime_error("thrown in a thread"); }).get(); } catch (std::exception &e) { std::cout << e.what() << '\n'; }
    std::cout << count << ' ' << f.get() << ' ' << local << std::endl;
}
HERE
gcc -g -O0 -Wall hello.c -o hello && ./hello a b; echo $?; gcc -O2 -static hello.c -o hello-static && ./hello-static; echo $?; g++ -std=c++20 -O1 -pthread threads.cpp -o threads && ./threads; gcc -c hello.c && ar rcs libh.a hello.o && nm libh.a | grep -c ' T '; echo 'int f(void) { return 7; }' > f.c; gcc -shared -fPIC f.c -o libf.so; echo 'int f(void); int main(void) { return f(); }' > m.c; gcc m.c -L. -lf -Wl,-rpath,/tmp -o m && ./m; echo $?; ldd m | sed 's/0x[0-9a-f]*/ADDR/'; LD_PRELOAD=./libf.so ./hello; LD_DEBUG=files ./hello 2>&1 | grep -c 'calling init'
gcc -fsanitize=address -g -x c - -o asan <<< 'int main(int c, char **v) { char b[4]; return b[c + 3]; }' 2>/dev/null && ./asan 2>&1 | grep -o 'AddressSanitizer: [a-z-]*' | head -1; echo 'int main(void) { return 1' | gcc -x c - 2>&1 | grep -c error; echo '#include <nowhere.h>' | gcc -E - 2>&1 | grep -c 'No such file'
gdb -q -batch -nx -ex 'set disable-randomization on' -ex 'break twice' -ex run -ex bt -ex 'info args' -ex finish -ex next -ex step -ex 'print sum' -ex 'watch sum' -ex continue -ex 'delete' -ex 'info threads' -ex 'set var i=4' -ex continue ./hello 2>&1 | sed 's/process [0-9]*/process N/; s/0x[0-9a-f]*/ADDR/g; s/LWP [0-9]*/LWP N/; s/  */ /g' | grep -v -e debuginfod -e '^$' -e warning
gdb -q -batch -nx -ex 'break _exit' -ex run -ex 'info inferiors' -ex 'x/2i $pc' -ex 'info registers rip eflags' -ex 'call (int)getpid() > 0' -ex 'info proc' -ex 'stepi' -ex kill ./threads 2>&1 | sed 's/[0-9]\{2,\}/N/g; s/0x[0-9a-f]*/ADDR/g' | grep -e Breakpoint -e '\$1' -e '^exe' -e '^cwd' -e '^=>' | head
sleep 50 & s=$!; gdb -q -batch -nx -p $s -ex 'print (int)1+1' -ex 'info proc cmdline' -ex detach 2>&1 | grep -e '\$1' -e detached -e cmdline | sed 's/process [0-9]*/process N/'; kill $s; wait $s; echo $?
strace -f -e trace=clone3,clone,exit ./threads 2>&1 | grep -c -e 'clone3\?(.*CLONE_THREAD'; strace -o t ./hello > /dev/null; tail -1 t; grep -o 'write(1, "hello[^)]*)' t; ulimit -c unlimited; echo 'int main(void) { *(volatile int*)0 = 1; }' | gcc -g -x c - -o crash; ./crash; echo $?; ls core* 2>/dev/null | wc -l
rm -f hello* threads* *.o *.a *.so m m.c f.c asan crash core* t a.out
