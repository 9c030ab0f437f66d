// One static program that measures a kernel's paths from outside; the same binary runs on Martlet and on Linux.
//
// usage: kernel-bench [--clock=cycles|monotonic] [NAME]
//
// Prints `name value ns` per measurement (per MiB for those named *_bandwidth and *_1m, per listing for getdents), or
// `name - unsupported`. Files are made in the working directory's file system, below a directory that it removes.
#include "meter.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

// The program's entry. Executed under the name "!" it ends at once, so that exec is measured without a C library's start.
asm(".globl bench_entry\n"
    "bench_entry:\n"
    "    mov 8(%rsp), %rax\n"
    "    cmpw $0x21, (%rax)\n"
    "    jne _start\n"
    "    xor %edi, %edi\n"
    "    mov $231, %eax\n"
    "    syscall\n"
    "    hlt\n");

void require(bool is_fine, const char* what) {
    if (is_fine) return;
    printf("kernel-bench: %s: %m\n", what);
    exit(1);
}

void Meter::report(const char* name, uint64_t elapsed, uint64_t count) {
    printf("%s %.1f ns", name, static_cast<double>(elapsed) / static_cast<double>(count));
    // For scripts/profile: how often the marked stretch did its work.
    if (!only_.empty()) printf(" (of %llu)", static_cast<unsigned long long>(count));
    putchar('\n');
    fflush(stdout);
}

void Meter::unsupported(const char* name) {
    if (!wants(name)) return;
    printf("%s - unsupported\n", name);
    fflush(stdout);
}

int main(int argc, char** argv) {
    MeterClock clock = MeterClock::Monotonic;
    std::string_view only;
    for (int i = 1; i < argc; ++i) {
        if (strcmp(argv[i], "--clock=cycles") == 0) clock = MeterClock::Cycles;
        else if (strcmp(argv[i], "--clock=monotonic") == 0) clock = MeterClock::Monotonic;
        else only = argv[i];
    }
    char folder[] = "bench-files";
    require(mkdir(folder, 0755) == 0 && chdir(folder) == 0, "mkdir");
    rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max < 4096 ? files.rlim_max : 4096;
    setrlimit(RLIMIT_NOFILE, &files);

    Meter meter(clock, only);
    measure_calls(meter);
    measure_processes(meter);
    measure_memory(meter);
    measure_files(meter);
    measure_pipes(meter);
    measure_waiting(meter);
    require(chdir("..") == 0 && rmdir(folder) == 0, "rmdir");
    puts("kernel-bench: done");
}
