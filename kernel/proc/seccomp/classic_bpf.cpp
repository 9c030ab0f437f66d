#include "proc/seccomp/classic_bpf.h"

#include "base/vector.h"

namespace martlet {

namespace {

constexpr u32 kScratchWords = 16;

// An instruction's code: class, and for each class what it does and with what (bpf(4)).
enum Class : u16 { kLoad = 0, kLoadIndex = 1, kStore = 2, kStoreIndex = 3, kArithmetic = 4, kJump = 5, kReturn = 6, kMiscellaneous = 7 };
enum Mode : u16 { kImmediate = 0x00, kAbsolute = 0x20, kMemory = 0x60, kLength = 0x80 };
enum Operation : u16 { kAdd = 0x00, kSubtract = 0x10, kMultiply = 0x20, kDivide = 0x30, kOr = 0x40, kAnd = 0x50, kShiftLeft = 0x60,
                       kShiftRight = 0x70, kNegate = 0x80, kXor = 0xa0 };
enum Test : u16 { kAlways = 0x00, kEqual = 0x10, kGreater = 0x20, kGreaterOrEqual = 0x30, kAnyBit = 0x40 };
constexpr u16 kWithIndex = 0x08;          // the other operand is the index register
constexpr u16 kReturnAccumulator = 0x10;
constexpr u16 kTransferToAccumulator = 0x80; // else to the index register

constexpr u16 class_of(u16 code) { return code & 7; }

bool is_known(const BpfInstruction& instruction, usize data_size) {
    u16 rest = instruction.code & ~u16{7}, operation = rest & 0xf0;
    switch (class_of(instruction.code)) {
    case kLoad:
        if (rest == kAbsolute) return instruction.operand % sizeof(u32) == 0 && instruction.operand < data_size;
        [[fallthrough]];
    case kLoadIndex:
        if (rest == kMemory) return instruction.operand < kScratchWords;
        return rest == kImmediate || rest == kLength;
    case kStore:
    case kStoreIndex: return rest == 0 && instruction.operand < kScratchWords;
    case kArithmetic:
        if ((rest & ~(0xf0 | kWithIndex)) != 0) return false;
        if (operation == kNegate) return rest == kNegate;
        if (operation > kNegate && operation != kXor) return false;
        if (rest & kWithIndex) return true;
        if (operation == kDivide) return instruction.operand != 0;
        if (operation == kShiftLeft || operation == kShiftRight) return instruction.operand < 32;
        return true;
    case kJump: return rest == kAlways || ((rest & ~kWithIndex) >= kEqual && (rest & ~kWithIndex) <= kAnyBit);
    case kReturn: return rest == 0 || rest == kReturnAccumulator;
    default: return rest == 0 || rest == kTransferToAccumulator;
    }
}

bool jumps_stay_inside(std::span<const BpfInstruction> program, usize index) {
    const BpfInstruction& instruction = program[index];
    if (class_of(instruction.code) != kJump) return true;
    usize room = program.size() - index - 1; // instructions behind it
    if ((instruction.code & ~u16{7}) == kAlways) return instruction.operand < room;
    return instruction.jump_true < room && instruction.jump_false < room;
}

/// Follows which scratch words are surely written at each instruction: the intersection over all ways there.
Result<void> check_scratch_words(std::span<const BpfInstruction> program) {
    Vector<u16> written_at;
    TRY(written_at.resize(program.size()));
    for (u16& words : written_at) words = 0xffff;
    u16 written = 0;
    for (usize index = 0; index < program.size(); ++index) {
        const BpfInstruction& instruction = program[index];
        written &= written_at[index];
        u16 rest = instruction.code & ~u16{7};
        auto reaches = [&](usize distance) { written_at[index + 1 + distance] &= written; };
        switch (class_of(instruction.code)) {
        case kStore:
        case kStoreIndex: written |= static_cast<u16>(1u << instruction.operand); break;
        case kLoad:
        case kLoadIndex:
            if (rest == kMemory && !(written >> instruction.operand & 1)) return Error(Errno::EINVAL);
            break;
        case kJump:
            if (rest == kAlways) {
                reaches(instruction.operand);
            } else {
                reaches(instruction.jump_true);
                reaches(instruction.jump_false);
            }
            written = 0xffff; // nothing falls through
            break;
        default: break;
        }
    }
    return {};
}

u32 compute(u16 operation, u32 left, u32 right) {
    switch (operation) {
    case kAdd: return left + right;
    case kSubtract: return left - right;
    case kMultiply: return left * right;
    case kDivide: return left / right;
    case kOr: return left | right;
    case kAnd: return left & right;
    case kShiftLeft: return left << (right & 31);
    case kShiftRight: return left >> (right & 31);
    case kNegate: return 0 - left;
    default: return left ^ right;
    }
}

bool holds(u16 test, u32 left, u32 right) {
    switch (test) {
    case kEqual: return left == right;
    case kGreater: return left > right;
    case kGreaterOrEqual: return left >= right;
    default: return (left & right) != 0;
    }
}

} // namespace

Result<void> check_bpf_program(std::span<const BpfInstruction> program, usize data_size) {
    if (program.empty() || program.size() > kBpfMaximumInstructions) return Error(Errno::EINVAL);
    for (usize index = 0; index < program.size(); ++index)
        if (!is_known(program[index], data_size) || !jumps_stay_inside(program, index)) return Error(Errno::EINVAL);
    if (class_of(program.back().code) != kReturn) return Error(Errno::EINVAL);
    return check_scratch_words(program);
}

u32 run_bpf_program(std::span<const BpfInstruction> program, std::span<const u32> data) {
    u32 accumulator = 0, index = 0, scratch[kScratchWords] = {};
    u32 data_size = static_cast<u32>(data.size_bytes());
    for (usize at = 0;; ++at) {
        const BpfInstruction& instruction = program[at];
        u16 rest = instruction.code & ~u16{7};
        u32 operand = instruction.operand;
        auto loaded = [&] { return rest == kAbsolute ? data[operand / sizeof(u32)] : rest == kMemory ? scratch[operand] : rest == kLength ? data_size : operand; };
        switch (class_of(instruction.code)) {
        case kLoad: accumulator = loaded(); break;
        case kLoadIndex: index = loaded(); break;
        case kStore: scratch[operand] = accumulator; break;
        case kStoreIndex: scratch[operand] = index; break;
        case kArithmetic: {
            u32 right = rest & kWithIndex ? index : operand;
            if ((rest & 0xf0) == kDivide && right == 0) return 0;
            accumulator = compute(rest & 0xf0, accumulator, right);
            break;
        }
        case kJump:
            if (rest == kAlways) at += operand;
            else at += holds(rest & 0xf0, accumulator, rest & kWithIndex ? index : operand) ? instruction.jump_true : instruction.jump_false;
            break;
        case kReturn: return rest == kReturnAccumulator ? accumulator : operand;
        default:
            if (rest == kTransferToAccumulator) accumulator = index;
            else index = accumulator;
        }
    }
}

} // namespace martlet
