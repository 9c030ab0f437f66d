#include "proc/user_account.h"

#include "sync/spinlock.h"

namespace martlet {

struct UserAccountTable {
    SpinLock lock{LockRank::Leaf};
    List<UserAccount, &UserAccount::node> accounts GUARDED_BY(lock);

    static UserAccountTable& instance() {
        static constinit UserAccountTable table;
        return table;
    }
    Ref<UserAccount> find(u32 user_id) REQUIRES(lock) {
        for (UserAccount& account : accounts)
            if (account.user_id() == user_id && account.try_acquire()) return Ref<UserAccount>::adopt(&account);
        return nullptr;
    }
};

Result<Ref<UserAccount>> UserAccount::get(u32 user_id) {
    UserAccountTable& table = UserAccountTable::instance();
    {
        IrqLockGuard guard(table.lock);
        if (Ref<UserAccount> found = table.find(user_id)) return found;
    }
    Ref<UserAccount> made = TRY(make_ref<UserAccount>(user_id));
    Ref<UserAccount> found;
    {
        IrqLockGuard guard(table.lock);
        found = table.find(user_id);
        if (!found) table.accounts.push_front(*made);
    }
    return found ? found : made;
}

void UserAccount::last_reference_dropped() {
    {
        IrqLockGuard guard(UserAccountTable::instance().lock);
        node.unlink();
    }
    delete this;
}

} // namespace martlet
