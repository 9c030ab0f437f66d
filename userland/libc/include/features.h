// What every public header starts from: C linkage, and the names of compiler attributes. All of POSIX.1-2017
// and the common GNU and BSD extensions are always visible; feature-test macros change nothing.
#pragma once

#ifdef __cplusplus
#define __BEGIN_DECLS extern "C" {
#define __END_DECLS }
#define __NOTHROW noexcept
#else
#define __BEGIN_DECLS
#define __END_DECLS
#define __NOTHROW
#endif

#define __NORETURN __attribute__((__noreturn__))
#define __FORMAT_PRINTF(format, first) __attribute__((__format__(__printf__, format, first)))
#define __FORMAT_SCANF(format, first) __attribute__((__format__(__scanf__, format, first)))
#define __MARTLET_LIBC__ 1

#ifndef _POSIX_VERSION
#define _POSIX_VERSION 200809L
#endif
