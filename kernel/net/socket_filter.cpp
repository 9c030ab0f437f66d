#include "net/socket_filter.h"

#include "arch/cpu.h"
#include "base/random.h"
#include "mm/user_access.h"

namespace martlet {

Result<Ref<SocketFilter>> SocketFilter::load(u64 argument, i32 size) {
    if (size != static_cast<i32>(sizeof(BpfProgramArgument))) return Error(Errno::EINVAL);
    auto given = TRY(UserPtr<const BpfProgramArgument>(argument).load());
    if (given.instructions == 0 || given.count == 0 || given.count > kBpfMaximumInstructions)
        return Error(Errno::EINVAL);
    Ref<SocketFilter> filter = TRY(make_ref<SocketFilter>());
    TRY(filter->program_.resize(given.count));
    TRY(UserPtr<BpfInstruction>(given.instructions).load_array(filter->program_.span()));
    TRY(check_bpf_message_program(filter->program()));
    return filter;
}

u32 SocketFilter::run(std::span<const u8> bytes) const {
    u64 state = irq_save();
    u32 processor = this_cpu().id;
    irq_restore(state);
    return run_bpf_message_program(program(), {bytes, processor, [] { return static_cast<u32>(random_u64()); }});
}

} // namespace martlet
