// The top of a new program's stack: strings first, then the pointers (psABI 3.4.1), built downwards page by
// page.
//
// From the top: 8 zero bytes, the file name, environment strings, argument strings, (aligned) platform and
// random bytes, the auxiliary vector, environment pointers, argument pointers, argument count at the final
// stack pointer. Strings are pushed last first, so that they stand in order in memory. Bytes are gathered a
// page at a time and handed to the sink, which is the new address space (or a buffer, in tests).
#pragma once
#include <span>
#include <string_view>

#include "base/result.h"
#include "base/types.h"

namespace martlet {

class StackSink {
public:
    virtual Result<void> write(u64 address, std::span<const u8> bytes) = 0;

protected:
    ~StackSink() = default;
};

class ArgumentStack {
public:
    /// Strings and their pointers may take `limit_bytes` in all (E2BIG). `page` is scratch memory of one page.
    ArgumentStack(StackSink& sink, u64 top, u64 limit_bytes, std::span<u8, 4096> page);

    /// Puts bytes below what is there. E2BIG, EFAULT, ENOMEM.
    Result<void> push(std::span<const u8> bytes);
    Result<void> push_string(std::string_view text); // with its NUL
    /// Counts a pointer to come against the limit.
    Result<void> reserve_pointer();
    /// Takes the lowest string off again (a script's argv[0]); `size_bytes` with its NUL.
    void drop(u64 size_bytes) { position_ += size_bytes; }

    u64 position() const { return position_; }
    void align(u64 alignment) { position_ &= ~(alignment - 1); }
    /// Strings are done: what follows (vectors) was counted already.
    void lift_limit() { limit_bytes_ = ~0ull; }
    /// Hands the last page to the sink.
    Result<void> flush();

private:
    Result<void> move_window();

    StackSink& sink_;
    u64 position_;
    u64 top_;
    u64 limit_bytes_;
    u64 pointer_bytes_ = 0;
    std::span<u8, 4096> page_;
    u64 window_;      // the page that `page_` stands for
    u64 window_low_, window_high_; // what has been written in it
};

} // namespace martlet
