#include "proc/user_account.h"

#include "sync/spinlock.h"

namespace martlet {

namespace {

constinit SpinLock accounts_lock{LockRank::Leaf};
constinit List<UserAccount, &UserAccount::node> accounts GUARDED_BY(accounts_lock);

Ref<UserAccount> find_account(u32 user_id) REQUIRES(accounts_lock) {
    for (UserAccount& account : accounts)
        if (account.user_id() == user_id && account.try_acquire()) return Ref<UserAccount>::adopt(&account);
    return nullptr;
}

} // namespace

Result<Ref<UserAccount>> UserAccount::get(u32 user_id) {
    {
        IrqLockGuard guard(accounts_lock);
        if (Ref<UserAccount> found = find_account(user_id)) return found;
    }
    Ref<UserAccount> made = TRY(make_ref<UserAccount>(user_id));
    Ref<UserAccount> found;
    {
        IrqLockGuard guard(accounts_lock);
        found = find_account(user_id);
        if (!found) accounts.push_front(*made);
    }
    return found ? found : made;
}

void UserAccount::last_reference_dropped() {
    {
        IrqLockGuard guard(accounts_lock);
        node.unlink();
    }
    delete this;
}

} // namespace martlet
