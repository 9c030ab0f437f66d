// The floating-point environment (C17 7.6): the x87 unit's and SSE's, kept alike.
#include <fenv.h>

namespace {

unsigned short x87_status() {
    unsigned short status;
    asm volatile("fnstsw %0" : "=a"(status));
    return status;
}

unsigned sse_control() {
    unsigned control;
    asm volatile("stmxcsr %0" : "=m"(control));
    return control;
}

void set_sse_control(unsigned control) { asm volatile("ldmxcsr %0" : : "m"(control)); }

void load_environment(const fenv_t &environment) { asm volatile("fldenv %0" : : "m"(environment)); }
void store_environment(fenv_t &environment) { asm volatile("fnstenv %0" : "=m"(environment) : : "memory"); }

constexpr unsigned short kDefaultControl = 0x37f;
constexpr unsigned kDefaultSseControl = 0x1f80;

} // namespace

extern "C" {

int feclearexcept(int exceptions) {
    exceptions &= FE_ALL_EXCEPT;
    fenv_t environment;
    store_environment(environment);
    environment.__status_word &= static_cast<unsigned short>(~exceptions);
    load_environment(environment);
    set_sse_control(sse_control() & ~static_cast<unsigned>(exceptions));
    return 0;
}

int feraiseexcept(int exceptions) {
    set_sse_control(sse_control() | static_cast<unsigned>(exceptions & FE_ALL_EXCEPT));
    return 0;
}

int fetestexcept(int exceptions) {
    return static_cast<int>((x87_status() | sse_control()) & static_cast<unsigned>(exceptions & FE_ALL_EXCEPT));
}

int fegetexceptflag(fexcept_t *flags, int exceptions) {
    *flags = static_cast<fexcept_t>(fetestexcept(exceptions));
    return 0;
}

int fesetexceptflag(const fexcept_t *flags, int exceptions) {
    feclearexcept(~*flags & exceptions);
    return feraiseexcept(*flags & exceptions);
}

int fegetround() {
    unsigned short control;
    asm volatile("fnstcw %0" : "=m"(control));
    return control & 0xc00;
}

int fesetround(int mode) {
    if (mode & ~0xc00)
        return -1;
    unsigned short control;
    asm volatile("fnstcw %0" : "=m"(control));
    control = static_cast<unsigned short>((control & ~0xc00) | mode);
    asm volatile("fldcw %0" : : "m"(control));
    set_sse_control((sse_control() & ~0x6000u) | static_cast<unsigned>(mode) << 3);
    return 0;
}

int fegetenv(fenv_t *environment) {
    store_environment(*environment);
    load_environment(*environment); // storing masks the exceptions
    environment->__mxcsr = sse_control();
    return 0;
}

int fesetenv(const fenv_t *environment) {
    if (environment == FE_DFL_ENV) {
        asm volatile("fninit");
        set_sse_control(kDefaultSseControl);
        return 0;
    }
    load_environment(*environment);
    set_sse_control(environment->__mxcsr);
    return 0;
}

int feholdexcept(fenv_t *environment) {
    fegetenv(environment);
    fenv_t quiet = *environment;
    quiet.__status_word &= static_cast<unsigned short>(~FE_ALL_EXCEPT);
    quiet.__control_word |= kDefaultControl & 0x3f;
    quiet.__mxcsr = (quiet.__mxcsr & ~0x3fu) | (kDefaultSseControl & 0x1f80);
    return fesetenv(&quiet);
}

int feupdateenv(const fenv_t *environment) {
    int raised = fetestexcept(FE_ALL_EXCEPT);
    fesetenv(environment);
    return feraiseexcept(raised);
}
}
