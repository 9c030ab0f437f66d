// semget, semop, semtimedop, semctl.
#include "ipc/semaphore_set.h"
#include "proc/task.h"
#include "syscall/ipc.h"
#include "time/clock.h"

namespace martlet {
namespace {

constexpr u32 kGetProcess = 11, kGetValue = 12, kGetAll = 13, kGetIncreaseWaiters = 14, kGetZeroWaiters = 15,
              kSetValue = 16, kSetAll = 17, kStatusByIndex = 18, kUse = 19, kStatusAny = 20;

Result<void> operate(int id, UserPtr<abi::SemaphoreOperation> operations, usize count, Deadline deadline) {
    constexpr usize kInline = 8;
    if (count == 0 || id < 0) return Error(Errno::EINVAL);
    if (static_cast<i64>(count) > semaphore_operations_max.get()) return Error(Errno::E2BIG);
    abi::SemaphoreOperation inline_operations[kInline];
    Own<abi::SemaphoreOperation[]> heap;
    if (count > kInline) {
        heap = Own<abi::SemaphoreOperation[]>(new (std::nothrow) abi::SemaphoreOperation[count]);
        if (!heap) return Error(Errno::ENOMEM);
    }
    std::span<abi::SemaphoreOperation> loaded(heap ? heap.get() : inline_operations, count);
    TRY(operations.load_array(loaded));
    Ref<SemaphoreSet> set = TRY(semaphore_table.find(id));
    auto result = set->operate(loaded, deadline);
    // Never restarted, not even with SA_RESTART (semop(2)).
    if (!result && result.error() == Errno::kRestartSys) return Error(Errno::EINTR);
    return result;
}

i32 number(const Setting& limit) { return static_cast<i32>(limit.get()); }

Result<int> limits(u32 command, u64 argument) {
    abi::SemaphoreLimits limits{.map = number(semaphores_max),
                                .sets_max = number(semaphore_sets_max),
                                .semaphores_max = number(semaphores_max),
                                .undo_max = number(semaphores_max),
                                .per_set_max = number(semaphores_per_set_max),
                                .operations_max = number(semaphore_operations_max),
                                .undo_entries_max = number(semaphore_operations_max),
                                .undo_size = 20,
                                .value_max = kSemaphoreValueMax,
                                .adjust_max = kSemaphoreValueMax};
    if (command == kUse) {
        limits.undo_size = static_cast<i32>(semaphore_table.count());
        limits.adjust_max = static_cast<i32>(semaphore_count());
    }
    TRY(UserPtr<abi::SemaphoreLimits>(argument).store(limits));
    return semaphore_table.highest_index();
}

Result<int> get_or_set_all(SemaphoreSet& set, u32 command, u64 argument) {
    usize count = set.count();
    Own<u16[]> values(new (std::nothrow) u16[count]);
    if (!values) return Error(Errno::ENOMEM);
    UserPtr<u16> user(argument);
    if (command == kGetAll) {
        TRY(set.check_access(0444));
        set.get_all({values.get(), count});
        TRY(user.store_array({values.get(), count}));
    } else {
        TRY(set.check_access(0222));
        TRY(user.load_array({values.get(), count}));
        TRY(set.set_all({values.get(), count}));
    }
    return 0;
}

Result<int> status(SemaphoreSet& set, u64 argument, bool any, int answer) {
    if (!any) TRY(set.check_access(0444));
    TRY(UserPtr<abi::SemaphoreSetStatus>(argument).store(set.status()));
    return answer;
}

} // namespace

Result<int> sys_semget(int key, int count, u32 flags) {
    if (count < 0 || count > semaphores_per_set_max.get()) return Error(Errno::EINVAL);
    auto check = [&](SemaphoreSet& set) -> Result<void> {
        if (static_cast<usize>(count) > set.count()) return Error(Errno::EINVAL);
        return {};
    };
    auto create = [&]() -> Result<Ref<SemaphoreSet>> {
        if (count == 0) return Error(Errno::EINVAL);
        return SemaphoreSet::create(key, flags, static_cast<usize>(count));
    };
    return semaphore_table.get(key, flags, check, create);
}

Result<void> sys_semop(int id, UserPtr<abi::SemaphoreOperation> operations, usize count) {
    return operate(id, operations, count, Deadline::never());
}

Result<void> sys_semtimedop(int id, UserPtr<abi::SemaphoreOperation> operations, usize count,
                            UserPtr<abi::TimeSpec> timeout) {
    if (!timeout) return operate(id, operations, count, Deadline::never());
    abi::TimeSpec given = TRY(timeout.load());
    if (given.seconds < 0 || given.nanoseconds < 0 || given.nanoseconds >= static_cast<i64>(kNanosecondsPerSecond))
        return Error(Errno::EINVAL);
    return operate(id, operations, count, Deadline::after(given.to_ns()));
}

Result<int> sys_semctl(int id, int number, u32 command, u64 argument) {
    command &= ~kIpcVersion64;
    if (id < 0) return Error(Errno::EINVAL);
    if (command == kIpcLimits || command == kUse) return limits(command, argument);
    bool by_index = command == kStatusByIndex || command == kStatusAny;
    Ref<SemaphoreSet> set = by_index ? TRY(semaphore_table.find_by_index(id)) : TRY(semaphore_table.find(id));
    switch (command) {
    case kIpcStatus: return status(*set, argument, false, 0);
    case kStatusByIndex: return status(*set, argument, false, set->id());
    case kStatusAny: return status(*set, argument, true, set->id());
    case kIpcSet: {
        auto wanted = TRY(UserPtr<abi::SemaphoreSetStatus>(argument).load());
        TRY(set->check_owner());
        TRY(set->change_owner(wanted.permission));
        set->touch_change();
        return 0;
    }
    case kIpcRemove:
        TRY(set->check_owner());
        set->destroy();
        return 0;
    case kGetAll:
    case kSetAll: return get_or_set_all(*set, command, argument);
    case kSetValue:
        TRY(set->check_access(0222));
        TRY(set->set_value(number, static_cast<int>(argument)));
        return 0;
    default: break;
    }
    if (command != kGetValue && command != kGetProcess && command != kGetIncreaseWaiters && command != kGetZeroWaiters)
        return Error(Errno::EINVAL);
    TRY(set->check_access(0444));
    if (command == kGetValue) return set->value(number);
    if (command == kGetProcess) return set->last_process(number);
    return set->waiters(number, command == kGetZeroWaiters);
}

} // namespace martlet
