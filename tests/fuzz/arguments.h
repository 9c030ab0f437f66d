// Random and boundary arguments for system calls, by kind.
#pragma once
#include "random.h"

enum class Kind : unsigned char { None, Any, Fd, Path, Size, Address, Process, Signal, Time, Flags };

struct Call {
    unsigned short number;
    const char* name;
    Kind kinds[6];
};

/// The memory that arguments point to: filled anew again and again with what structures might look like.
class Arguments {
public:
    /// `is_privileged`: the caller is root, so process numbers are only ever its own.
    Arguments(Random& random, bool is_privileged);

    unsigned long make(Kind kind);
    /// Writes new content somewhere; vectors and names in it point into the same memory.
    void scramble();

private:
    unsigned long integer();
    unsigned long pointer();
    unsigned long descriptor();
    unsigned long path();
    unsigned long process();
    unsigned long time();

    static constexpr unsigned long kSize = 256 << 10;

    Random& random_;
    bool is_privileged_;
    unsigned char* memory_; // kSize bytes, then a page that can only be read, then one that is not there
};
