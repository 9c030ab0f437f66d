// Classic BPF programs over the description of a system call (seccomp(2)) or the bytes of a message
// (SO_ATTACH_FILTER, bpf(4)): a check before, then an interpreter that needs none.
//
// Pure functions. The machine: an accumulator, an index register, sixteen scratch words; jumps go forward
// only, so every program ends.
#pragma once
#include <span>

#include "base/result.h"
#include "base/types.h"

namespace martlet {

struct BpfInstruction { // struct sock_filter
    u16 code;
    u8 jump_true, jump_false;
    u32 operand;
};
static_assert(sizeof(BpfInstruction) == 8);

inline constexpr usize kBpfMaximumInstructions = 4096;

struct BpfProgramArgument { // struct sock_fprog
    u16 count;
    u16 padding[3];
    u64 instructions;
};

/// EINVAL: an unknown or forbidden instruction, a jump out of the program, a scratch word that is read before it is
/// written, a division by zero, no return at the end. Programs may load words of `data_size` bytes only.
Result<void> check_bpf_program(std::span<const BpfInstruction> program, usize data_size);
/// The same for a program over messages, which may load anywhere.
Result<void> check_bpf_message_program(std::span<const BpfInstruction> program);

/// Runs a checked program on `data`, which is as large as the check assumed.
u32 run_bpf_program(std::span<const BpfInstruction> program, std::span<const u32> data);

/// What a program over messages sees: the bytes, in network order, and at SKF_AD_OFF some facts beside them. Those that
/// only packets of a network have are 0.
struct BpfMessage {
    std::span<const u8> bytes;
    u32 processor;
    u32 (*random)();
};
/// How many bytes of the message to keep; a load from outside it ends the program with 0.
u32 run_bpf_message_program(std::span<const BpfInstruction> program, const BpfMessage& message);

} // namespace martlet
