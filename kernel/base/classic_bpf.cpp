#include "base/classic_bpf.h"

#include <optional>

#include "base/vector.h"

namespace martlet {

namespace {

constexpr u32 kScratchWords = 16;

// An instruction's code: class, and for each class what it does and with what (bpf(4)).
enum Class : u16 {
    kLoad = 0,
    kLoadIndex = 1,
    kStore = 2,
    kStoreIndex = 3,
    kArithmetic = 4,
    kJump = 5,
    kReturn = 6,
    kMiscellaneous = 7
};
enum Mode : u16 {
    kImmediate = 0x00,
    kAbsolute = 0x20,
    kIndirect = 0x40,
    kMemory = 0x60,
    kLength = 0x80,
    kHeaderLength = 0xa0
};
enum Size : u16 { kWord = 0x00, kHalf = 0x08, kByte = 0x10, kNoSize = 0x18 };
enum Operation : u16 {
    kAdd = 0x00,
    kSubtract = 0x10,
    kMultiply = 0x20,
    kDivide = 0x30,
    kOr = 0x40,
    kAnd = 0x50,
    kShiftLeft = 0x60,
    kShiftRight = 0x70,
    kNegate = 0x80,
    kRemainder = 0x90,
    kXor = 0xa0
};
enum Test : u16 { kAlways = 0x00, kEqual = 0x10, kGreater = 0x20, kGreaterOrEqual = 0x30, kAnyBit = 0x40 };
constexpr u16 kWithIndex = 0x08;          // the other operand is the index register
constexpr u16 kReturnAccumulator = 0x10;
constexpr u16 kTransferToAccumulator = 0x80; // else to the index register

// Offsets that mean something else than bytes of the message, and what stands at the first (SKF_AD_OFF, SKF_NET_OFF).
constexpr u32 kFactsOffset = 0xffff'f000, kNetworkOffset = 0xfff0'0000;
enum Fact : u32 { kInterface = 8, kHardwareType = 28, kProcessor = 36, kXorIndex = 40, kRandom = 56, kFactsEnd = 64 };

constexpr u16 class_of(u16 code) { return code & 7; }

/// What a program may load beside constants, scratch words and the length.
struct CallLoads {
    usize data_size;
    static constexpr bool has_remainder = false;
    bool allows(const BpfInstruction& instruction) const {
        return instruction.code == u16{kAbsolute} + u16{kLoad} && instruction.operand % sizeof(u32) == 0 &&
               instruction.operand < data_size;
    }
};
struct MessageLoads {
    static constexpr bool has_remainder = true;
    static bool allows(const BpfInstruction& instruction) {
        if (instruction.code == u16{kHeaderLength} + u16{kByte} + u16{kLoadIndex}) return true;
        u16 size = instruction.code & kNoSize, mode = instruction.code & 0xe0;
        if (class_of(instruction.code) != kLoad || size == kNoSize) return false;
        if (mode == kIndirect) return true;
        bool is_unknown_fact =
            instruction.operand >= kFactsOffset &&
            (instruction.operand - kFactsOffset >= kFactsEnd || instruction.operand % sizeof(u32) != 0);
        return mode == kAbsolute && !is_unknown_fact;
    }
};

template <typename Loads> bool is_known(const BpfInstruction& instruction, const Loads& loads) {
    u16 rest = instruction.code & ~u16{7}, operation = rest & 0xf0;
    switch (class_of(instruction.code)) {
    case kLoad:
    case kLoadIndex:
        if (loads.allows(instruction)) return true;
        if (rest == kMemory) return instruction.operand < kScratchWords;
        return rest == kImmediate || rest == kLength;
    case kStore:
    case kStoreIndex: return rest == 0 && instruction.operand < kScratchWords;
    case kArithmetic:
        if ((rest & ~(0xf0 | kWithIndex)) != 0) return false;
        if (operation == kNegate) return rest == kNegate;
        if (operation > kNegate && operation != kXor && !(Loads::has_remainder && operation == kRemainder))
            return false;
        if (rest & kWithIndex) return true;
        if (operation == kDivide || operation == kRemainder) return instruction.operand != 0;
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
    case kRemainder: return left % right;
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

template <typename Loads> Result<void> check(std::span<const BpfInstruction> program, const Loads& loads) {
    if (program.empty() || program.size() > kBpfMaximumInstructions) return Error(Errno::EINVAL);
    for (usize index = 0; index < program.size(); ++index)
        if (!is_known(program[index], loads) || !jumps_stay_inside(program, index)) return Error(Errno::EINVAL);
    if (class_of(program.back().code) != kReturn) return Error(Errno::EINVAL);
    return check_scratch_words(program);
}

/// `size` bytes of the message at `offset`; nothing outside it.
std::optional<u32> load_bytes(std::span<const u8> bytes, u32 offset, u16 size) {
    if (offset >= kNetworkOffset) offset -= kNetworkOffset; // there are no headers before the bytes
    usize count = size == kWord ? 4 : size == kHalf ? 2 : 1;
    if (offset > bytes.size() || bytes.size() - offset < count) return std::nullopt;
    u32 value = 0;
    for (usize at = 0; at < count; ++at) value = value << 8 | bytes[offset + at];
    return value;
}

std::optional<u32> load_fact(const BpfMessage& message, u32 fact, u32 accumulator, u32 index) {
    switch (fact) {
    case kInterface:
    case kHardwareType: return std::nullopt; // there is no device
    case kProcessor: return message.processor;
    case kXorIndex: return accumulator ^ index;
    case kRandom: return message.random();
    default: return 0;
    }
}

/// `load` answers the loads that only one of the two kinds of programs has; nothing: the program ends with 0.
template <typename Load> u32 run(std::span<const BpfInstruction> program, u32 data_size, Load load) {
    u32 accumulator = 0, index = 0, scratch[kScratchWords] = {};
    for (usize at = 0;; ++at) {
        const BpfInstruction& instruction = program[at];
        u16 rest = instruction.code & ~u16{7};
        u32 operand = instruction.operand;
        switch (class_of(instruction.code)) {
        case kLoad:
        case kLoadIndex: {
            std::optional<u32> loaded = rest == kMemory ? scratch[operand] : rest == kLength ? data_size : operand;
            if (rest != kMemory && rest != kLength && rest != kImmediate)
                loaded = load(instruction, accumulator, index);
            if (!loaded) return 0;
            (class_of(instruction.code) == kLoad ? accumulator : index) = *loaded;
            break;
        }
        case kStore: scratch[operand] = accumulator; break;
        case kStoreIndex: scratch[operand] = index; break;
        case kArithmetic: {
            u32 right = rest & kWithIndex ? index : operand;
            if (((rest & 0xf0) == kDivide || (rest & 0xf0) == kRemainder) && right == 0) return 0;
            accumulator = compute(rest & 0xf0, accumulator, right);
            break;
        }
        case kJump:
            if (rest == kAlways) at += operand;
            else
                at += holds(rest & 0xf0, accumulator, rest & kWithIndex ? index : operand)
                          ? instruction.jump_true
                          : instruction.jump_false;
            break;
        case kReturn: return rest == kReturnAccumulator ? accumulator : operand;
        default:
            if (rest == kTransferToAccumulator) accumulator = index;
            else index = accumulator;
        }
    }
}

} // namespace

Result<void> check_bpf_program(std::span<const BpfInstruction> program, usize data_size) {
    return check(program, CallLoads{data_size});
}

Result<void> check_bpf_message_program(std::span<const BpfInstruction> program) {
    return check(program, MessageLoads{});
}

u32 run_bpf_program(std::span<const BpfInstruction> program, std::span<const u32> data) {
    return run(program, static_cast<u32>(data.size_bytes()),
               [&](const BpfInstruction& instruction, u32, u32) { return data[instruction.operand / sizeof(u32)]; });
}

u32 run_bpf_message_program(std::span<const BpfInstruction> program, const BpfMessage& message) {
    auto load = [&](const BpfInstruction& instruction, u32 accumulator, u32 index) -> std::optional<u32> {
        u16 mode = instruction.code & 0xe0, size = instruction.code & kNoSize;
        if (mode == kIndirect) return load_bytes(message.bytes, instruction.operand + index, size);
        if (mode == kAbsolute && instruction.operand >= kFactsOffset)
            return load_fact(message, instruction.operand - kFactsOffset, accumulator, index);
        std::optional<u32> value = load_bytes(message.bytes, instruction.operand, size);
        if (mode == kHeaderLength && value) return (*value & 0xf) * 4; // of an IP header, in words
        return value;
    };
    return run(program, static_cast<u32>(message.bytes.size()), load);
}

} // namespace martlet
