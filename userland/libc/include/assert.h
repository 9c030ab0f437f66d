#include <features.h>
#undef assert
#ifdef NDEBUG
#define assert(expression) ((void)0)
#else
#define assert(expression)                                                                                   \
    ((void)((expression) || (__assert_fail(#expression, __FILE__, __LINE__, __func__), 0)))
#endif
#if !defined(__cplusplus) && __STDC_VERSION__ < 202311L
#undef static_assert
#define static_assert _Static_assert
#endif
__BEGIN_DECLS
__NORETURN void __assert_fail(const char *expression, const char *file, int line, const char *function);
__END_DECLS
