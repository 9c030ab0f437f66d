// The words at the bottom of a new stack: auxiliary vector, environment and argument pointers, argument count.
#include "arch/machine.h"
#include "base/random.h"
#include "proc/exec/new_program.h"
#include "proc/process.h"
#include "proc/signal_stack.h"

namespace martlet {

namespace {

struct AuxiliaryEntry {
    u64 type, value;
};

constexpr u64 kClockTicksPerSecond = 100;

std::span<const u8> bytes_of(const auto& value) { return {reinterpret_cast<const u8*>(&value), sizeof value}; }

} // namespace

Result<void> NewProgram::push_vectors() {
    stack_->lift_limit();
    u64 environment_end = file_name_address_;
    u64 environment_start = environment_end;
    for (u32 size : environment_sizes_.span()) environment_start -= size;
    u64 arguments_start = stack_->position();

    stack_->align(16);
    TRY(stack_->push_string("x86_64"));
    u64 platform_address = stack_->position();
    u8 random[16];
    random_bytes(random);
    TRY(stack_->push(random));
    u64 random_address = stack_->position();
    stack_->align(16);
    // The stack pointer must end up 16-byte aligned: an odd number of words below the auxiliary vector needs one more.
    usize words = 1 + argument_sizes_.size() + 1 + environment_sizes_.size() + 1;
    constexpr u64 kNull = 0;
    if (words % 2 != 0) TRY(stack_->push(bytes_of(kNull)));
    u64 auxiliary_end = stack_->position();
    TRY(push_auxiliary_vector(platform_address, random_address));
    u64 auxiliary_start = stack_->position();
    TRY(stack_->push(bytes_of(kNull)));
    TRY(push_pointers(environment_sizes_, environment_end));
    TRY(stack_->push(bytes_of(kNull)));
    TRY(push_pointers(argument_sizes_, environment_start));
    u64 argument_count = argument_sizes_.size();
    TRY(stack_->push(bytes_of(argument_count)));
    TRY(stack_->flush());
    stack_pointer = stack_->position();

    ProgramLayout& layout = space->layout;
    layout.stack_start = stack_pointer;
    layout.arguments_start = arguments_start;
    layout.arguments_end = layout.environment_start = environment_start;
    layout.environment_end = environment_end;
    layout.auxiliary_start = auxiliary_start;
    layout.auxiliary_end = auxiliary_end;
    return {};
}

Result<void> NewProgram::push_auxiliary_vector(u64 platform_address, u64 random_address) {
    const AuxiliaryEntry entries[] = {
        {abi::kAtSysinfoEhdr, vdso_},
        {abi::kAtHwcap, processor_feature_word()},
        {abi::kAtPageSize, kPageSize},
        {abi::kAtClockTick, kClockTicksPerSecond},
        {abi::kAtPhdr, program_.program_headers_address},
        {abi::kAtPhent, sizeof(abi::ElfProgramHeader)},
        {abi::kAtPhnum, image_.program_header_count},
        {abi::kAtBase, interpreter_base_},
        {abi::kAtFlags, 0},
        {abi::kAtEntry, program_.entry},
        {abi::kAtUid, credentials->real_uid},
        {abi::kAtEuid, credentials->effective_uid},
        {abi::kAtGid, credentials->real_gid},
        {abi::kAtEgid, credentials->effective_gid},
        {abi::kAtSecure, is_secure ? 1u : 0u},
        {abi::kAtRandom, random_address},
        {abi::kAtHwcap2, processor_feature_word_2()},
        {abi::kAtExecFn, file_name_address_},
        {abi::kAtPlatform, platform_address},
        {abi::kAtMinSignalStackSize, minimum_signal_stack_size()},
        {abi::kAtNull, 0},
    };
    return stack_->push({reinterpret_cast<const u8*>(entries), sizeof entries});
}

/// `sizes` are in the order of pushing, downwards from `end`.
Result<void> NewProgram::push_pointers(const Vector<u32>& sizes, u64 end) {
    for (u32 size : sizes.span()) {
        end -= size;
        TRY(stack_->push(bytes_of(end)));
    }
    return {};
}

} // namespace martlet
