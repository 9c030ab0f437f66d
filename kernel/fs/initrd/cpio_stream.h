// CpioStream: takes newc cpio archives ("070701", and "070702" with checksums) piece by piece and tells a
// host what is in them (cpio(5); Linux, Documentation/driver-api/early-userspace/buffer-format.rst). Knows
// nothing of file systems.
//
// Several archives may follow each other, with zero bytes between, each starting at a multiple of four bytes.
#pragma once
#include <span>
#include <string_view>

#include "base/result.h"
#include "base/types.h"

namespace martlet {

struct CpioHeader {
    u32 inode, mode, user_id, group_id, link_count, modify_time, size, device_major, device_minor, node_major,
        node_minor, name_size, checksum;
};

class CpioHost {
public:
    /// Errors of all three end the stream.
    virtual Result<void> begin_entry(const CpioHeader& header, std::string_view name) = 0;
    virtual Result<void> body(std::span<const u8> bytes) = 0;
    virtual Result<void> end_entry() = 0;
    /// "TRAILER!!!": hard links do not reach over it.
    virtual void end_archive() = 0;

protected:
    ~CpioHost() = default;
};

class CpioStream {
public:
    explicit CpioStream(CpioHost& host) : host_(host) {}

    /// Answers how much was taken: all of it, or up to what is neither zeros nor a cpio header, or up to an error.
    usize feed(std::span<const u8> bytes);
    /// What is wrong; empty: nothing so far.
    std::string_view error() const { return error_; }
    /// Between archives: the end may come here.
    bool is_between() const { return state_ == State::Between; }
    /// The next byte is at `offset` of its file (alignment).
    void set_offset(u64 offset) { offset_ = offset; }

private:
    static constexpr usize kHeaderSize = 110, kNameMax = 4096;
    enum class State : u8 { Between, Header, Name, Body, Padding };

    usize skip_zeros(std::span<const u8> bytes);
    /// Takes bytes until `collected_` has `wanted` of them; true when it has.
    bool collect(std::span<const u8>& bytes, usize wanted);
    void take_header();
    void take_name();
    usize take_body(std::span<const u8> bytes);
    void end_body();
    void check(const Result<void>& result);

    CpioHost& host_;
    State state_ = State::Between;
    bool has_checksum_ = false;
    bool is_trailer_ = false;
    CpioHeader header_ = {};
    u64 offset_ = 0;
    u64 body_left_ = 0;
    u32 checksum_ = 0;
    usize collected_ = 0;
    std::string_view error_;
    char buffer_[kNameMax];
};

} // namespace martlet
