#pragma once
struct __locale;
typedef struct __locale *locale_t;
