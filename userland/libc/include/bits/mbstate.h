#pragma once
typedef struct __mbstate_t {
    unsigned __partial;
    unsigned __remaining;
} mbstate_t;
