// vdso(7): the image that AT_SYSINFO_EHDR leads to, and that its functions agree with the system calls.
#include <elf.h>
#include <sched.h>
#include <stdint.h>
#include <string>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "selftest.h"

namespace {

/// The address of a function of the vDSO, version LINUX_2.6; ends the case if it is not there.
template <typename Type> Type* vdso_function(const char* name) {
    auto* image = reinterpret_cast<const char*>(getauxval(AT_SYSINFO_EHDR));
    CHECK(image != nullptr);
    auto* header = reinterpret_cast<const Elf64_Ehdr*>(image);
    CHECK(memcmp(header->e_ident, ELFMAG, SELFMAG) == 0);
    const Elf64_Dyn* dynamic = nullptr;
    auto* programs = reinterpret_cast<const Elf64_Phdr*>(image + header->e_phoff);
    for (int index = 0; index < header->e_phnum; ++index)
        if (programs[index].p_type == PT_DYNAMIC)
            dynamic = reinterpret_cast<const Elf64_Dyn*>(image + programs[index].p_offset);
    CHECK(dynamic != nullptr);
    const char* strings = nullptr;
    const Elf64_Sym* symbols = nullptr;
    const uint32_t* hash = nullptr;
    const uint16_t* versions = nullptr;
    const Elf64_Verdef* definition = nullptr;
    for (; dynamic->d_tag != DT_NULL; ++dynamic) {
        const char* address = image + dynamic->d_un.d_ptr;
        if (dynamic->d_tag == DT_STRTAB) strings = address;
        if (dynamic->d_tag == DT_SYMTAB) symbols = reinterpret_cast<const Elf64_Sym*>(address);
        if (dynamic->d_tag == DT_HASH) hash = reinterpret_cast<const uint32_t*>(address);
        if (dynamic->d_tag == DT_VERSYM) versions = reinterpret_cast<const uint16_t*>(address);
        if (dynamic->d_tag == DT_VERDEF) definition = reinterpret_cast<const Elf64_Verdef*>(address);
    }
    CHECK(strings && symbols && hash && versions && definition);
    for (uint32_t index = 0; index < hash[1]; ++index) {
        if (strcmp(strings + symbols[index].st_name, name) != 0 || symbols[index].st_shndx == SHN_UNDEF) continue;
        auto* entry = definition;
        while (entry->vd_ndx != (versions[index] & 0x7fff) && entry->vd_next)
            entry = reinterpret_cast<const Elf64_Verdef*>(reinterpret_cast<const char*>(entry) + entry->vd_next);
        auto* version = reinterpret_cast<const Elf64_Verdaux*>(reinterpret_cast<const char*>(entry) + entry->vd_aux);
        CHECK(strcmp(strings + version->vda_name, "LINUX_2.6") == 0);
        return reinterpret_cast<Type*>(reinterpret_cast<uintptr_t>(image) + symbols[index].st_value);
    }
    return nullptr;
}

long long ns_of(const timespec& time) { return time.tv_sec * 1'000'000'000LL + time.tv_nsec; }

} // namespace

CASE(vdso, its_clocks_agree_with_the_system_call) {
    auto* get = vdso_function<int(clockid_t, timespec*)>("__vdso_clock_gettime");
    CHECK(get != nullptr);
    for (clockid_t clock : {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_MONOTONIC_RAW}) {
        for (int round = 0; round < 200; ++round) {
            timespec before, inside, after;
            CHECK_EQUAL(syscall(SYS_clock_gettime, clock, &before), 0);
            CHECK_EQUAL(get(clock, &inside), 0);
            CHECK_EQUAL(syscall(SYS_clock_gettime, clock, &after), 0);
            CHECK(ns_of(before) <= ns_of(inside) && ns_of(inside) <= ns_of(after));
            CHECK(inside.tv_nsec >= 0 && inside.tv_nsec < 1'000'000'000);
        }
    }
    timespec time;
    CHECK_EQUAL(get(CLOCK_PROCESS_CPUTIME_ID, &time), 0);
    CHECK_EQUAL(get(CLOCK_THREAD_CPUTIME_ID, &time), 0);
    CHECK_EQUAL(get(9999, &time), -EINVAL);
}

CASE(vdso, time_and_gettimeofday_agree_with_the_clock) {
    auto* get_time = vdso_function<time_t(time_t*)>("__vdso_time");
    auto* get_day = vdso_function<int(timeval*, void*)>("__vdso_gettimeofday");
    CHECK(get_time && get_day);
    timespec before, after;
    CHECK_EQUAL(clock_gettime(CLOCK_REALTIME_COARSE, &before), 0);
    time_t stored = 0, seconds = get_time(&stored);
    timeval day;
    CHECK_EQUAL(get_day(&day, nullptr), 0);
    CHECK_EQUAL(clock_gettime(CLOCK_REALTIME, &after), 0);
    CHECK_EQUAL(stored, seconds);
    CHECK(before.tv_sec <= seconds && seconds <= after.tv_sec);
    CHECK(seconds <= day.tv_sec && day.tv_usec >= 0 && day.tv_usec < 1'000'000);
    CHECK_EQUAL(get_time(nullptr) >= seconds, true);
    struct timezone zone = {1, 1};
    CHECK_EQUAL(get_day(nullptr, &zone), 0);
    CHECK_EQUAL(get_day(nullptr, nullptr), 0);
}

CASE(vdso, getcpu_tells_a_cpu_this_task_may_run_on) {
    auto* get = vdso_function<int(unsigned*, unsigned*, void*)>("__vdso_getcpu");
    CHECK(get != nullptr);
    cpu_set_t allowed;
    CHECK_EQUAL(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    for (int round = 0; round < 100; ++round) {
        unsigned cpu = ~0u, node = ~0u;
        CHECK_EQUAL(get(&cpu, &node, nullptr), 0);
        CHECK(CPU_ISSET(cpu, &allowed));
        CHECK(node < 1024);
    }
    CHECK_EQUAL(get(nullptr, nullptr, nullptr), 0);
}

CASE(vdso, the_clock_s_resolution_is_the_system_call_s) {
    auto* get = vdso_function<int(clockid_t, timespec*)>("__vdso_clock_getres");
    CHECK(get != nullptr);
    for (clockid_t clock : {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_COARSE, CLOCK_PROCESS_CPUTIME_ID}) {
        timespec ours, kernels;
        CHECK_EQUAL(get(clock, &ours), 0);
        CHECK_EQUAL(syscall(SYS_clock_getres, clock, &kernels), 0);
        CHECK_EQUAL(ns_of(ours), ns_of(kernels));
        CHECK_EQUAL(get(clock, nullptr), 0);
    }
}

CASE(vdso, it_is_named_in_the_maps) {
    FILE* maps = fopen("/proc/self/maps", "r");
    CHECK(maps != nullptr);
    char line[512];
    unsigned long image = getauxval(AT_SYSINFO_EHDR), data_end = 0;
    bool is_named = false;
    while (fgets(line, sizeof line, maps)) {
        unsigned long start, end;
        char protection[5];
        if (sscanf(line, "%lx-%lx %4s", &start, &end, protection) != 3) continue;
        if (strstr(line, "[vvar]")) {
            CHECK(strcmp(protection, "r--p") == 0);
            data_end = end;
        }
        if (!strstr(line, "[vdso]")) continue;
        is_named = true;
        CHECK_EQUAL(start, image);
        CHECK(strcmp(protection, "r-xp") == 0);
    }
    fclose(maps);
    CHECK(is_named && data_end != 0);
}
