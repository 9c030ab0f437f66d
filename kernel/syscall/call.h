// How a typed handler becomes a row of the system-call table.
//
// A handler is `Result<T> sys_name(A a, B b, …)`, up to six arguments of integer, enumeration, UserPtr or UserSpan-free
// types, with an optional leading `TrapFrame&` for the few calls that read or replace the caller's registers. Arguments
// are narrowed as Linux narrows them: an `int` parameter takes the low 32 bits of its register and ignores the rest.
// T is void (answers 0) or an integer.
#pragma once
#include <array>
#include <string_view>
#include <type_traits>
#include <utility>

#include "arch/trap_frame.h"
#include "base/result.h"
#include "mm/user_access.h"

namespace martlet {

inline constexpr usize kMaxSyscallArguments = 6;

/// Runs a call with the registers in the frame; answers what belongs in RAX.
using SyscallEntry = i64 (*)(TrapFrame& frame);

/// How a decoder shows an argument.
enum class ArgumentKind : u8 { None, Signed, Unsigned, Pointer, String };

/// One system call. `argument_names` lists the names separated by ", ".
struct SyscallRow {
    u16 number;
    std::string_view name;
    std::string_view argument_names;
    SyscallEntry entry; // null: answers ENOSYS
    std::array<ArgumentKind, kMaxSyscallArguments> argument_kinds;
    u8 argument_count;
};

namespace syscall_detail {

template <typename T> constexpr bool kIsUserPtr = false;
template <typename T> constexpr bool kIsUserPtr<UserPtr<T>> = true;

template <typename T> constexpr ArgumentKind kind_of() {
    if constexpr (std::is_same_v<T, UserString>) return ArgumentKind::String;
    else if constexpr (kIsUserPtr<T>) return ArgumentKind::Pointer;
    else if constexpr (std::is_signed_v<T>) return ArgumentKind::Signed;
    else return ArgumentKind::Unsigned;
}

template <typename T> constexpr T narrow(u64 value) {
    if constexpr (kIsUserPtr<T>) return T(value);
    else {
        static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
        return static_cast<T>(value);
    }
}

template <typename T> i64 to_return_value(const Result<T>& result) {
    if (!result) [[unlikely]] return -static_cast<i64>(result.error());
    if constexpr (std::is_void_v<T>) return 0;
    else return static_cast<i64>(*result);
}

/// The registers of the x86-64 system-call convention, in order.
constexpr std::array<u64 TrapFrame::*, kMaxSyscallArguments> kRegisters = {
    &TrapFrame::rdi, &TrapFrame::rsi, &TrapFrame::rdx, &TrapFrame::r10, &TrapFrame::r8, &TrapFrame::r9};

template <auto Handler, typename T, typename... Arguments, usize... Index>
i64 call(TrapFrame& frame, Result<T> (*)(Arguments...), std::index_sequence<Index...>) {
    return to_return_value(Handler(narrow<Arguments>(frame.*kRegisters[Index])...));
}
template <auto Handler, typename T, typename... Arguments, usize... Index>
i64 call(TrapFrame& frame, Result<T> (*)(TrapFrame&, Arguments...), std::index_sequence<Index...>) {
    return to_return_value(Handler(frame, narrow<Arguments>(frame.*kRegisters[Index])...));
}

template <typename Function> struct Signature;
template <typename T, typename... Arguments> struct Signature<Result<T> (*)(Arguments...)> {
    static constexpr usize kCount = sizeof...(Arguments);
    static constexpr std::array<ArgumentKind, kMaxSyscallArguments> kKinds = {kind_of<Arguments>()...};
};
template <typename T, typename... Arguments> struct Signature<Result<T> (*)(TrapFrame&, Arguments...)> {
    static constexpr usize kCount = sizeof...(Arguments);
    static constexpr std::array<ArgumentKind, kMaxSyscallArguments> kKinds = {kind_of<Arguments>()...};
};

template <auto Handler> i64 entry(TrapFrame& frame) {
    return call<Handler>(frame, Handler, std::make_index_sequence<Signature<decltype(Handler)>::kCount>());
}

void needs_one_name_for_each_argument(); // calling it in a constant expression is the compile-time error

consteval usize count_names(std::string_view names) {
    usize count = names.empty() ? 0 : 1;
    for (char character : names) count += character == ',';
    return count;
}

} // namespace syscall_detail

/// The row of an implemented call. A wrong number of argument names does not compile.
template <auto Handler>
consteval SyscallRow row(u16 number, std::string_view name, std::string_view argument_names = "") {
    using Signature = syscall_detail::Signature<decltype(Handler)>;
    static_assert(Signature::kCount <= kMaxSyscallArguments);
    if (syscall_detail::count_names(argument_names) != Signature::kCount)
        syscall_detail::needs_one_name_for_each_argument();
    return {number, name, argument_names, syscall_detail::entry<Handler>, Signature::kKinds, Signature::kCount};
}

/// The row of a call that answers ENOSYS.
consteval SyscallRow missing(u16 number, std::string_view name) { return {number, name, "", nullptr, {}, 0}; }

} // namespace martlet
