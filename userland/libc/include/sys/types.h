// POSIX.1-2017 <sys/types.h>.
#pragma once
#include <bits/pthread_types.h>
#include <bits/types.h>
#include <stdint.h>
#include <sys/select.h>
#include <endian.h>

typedef char *caddr_t;
typedef unsigned char u_char;
typedef unsigned short u_short, ushort;
typedef unsigned int u_int, uint;
typedef unsigned long u_long, ulong;
typedef uint8_t u_int8_t;
typedef uint16_t u_int16_t;
typedef uint32_t u_int32_t;
typedef uint64_t u_int64_t;
typedef int64_t quad_t;
typedef uint64_t u_quad_t;
