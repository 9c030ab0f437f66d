#pragma once
#define major(device) ((unsigned)((((device) >> 31 >> 1) & 0xfffff000ul) | (((device) >> 8) & 0xffful)))
#define minor(device) ((unsigned)((((device) >> 12) & 0xffffff00ul) | ((device) & 0xfful)))
#define makedev(maj, min)                                                                                    \
    ((((maj) & 0xfffff000ull) << 32) | (((maj) & 0xfffull) << 8) | (((min) & 0xffffff00ull) << 12) |          \
     ((min) & 0xffull))
