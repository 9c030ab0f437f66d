// NumberedRegistry: references to objects with a number(), ordered by it. The owner locks, and rules who may
// be added twice.
#pragma once
#include "base/ref.h"
#include "base/vector.h"

namespace martlet {

template <typename T> class NumberedRegistry {
public:
    T* find(u64 number) const {
        T* found = first_from(number);
        return found && found->number() == number ? found : nullptr;
    }
    /// The object with the lowest number that is not below `number`, or null.
    T* first_from(u64 number) const {
        usize place = lower_bound(number);
        return place < objects_.size() ? objects_[place].get() : nullptr;
    }
    /// ENOMEM. No object with its number may be there.
    [[nodiscard]] Result<void> add(Ref<T> object) {
        usize place = lower_bound(object->number());
        TRY(objects_.push_back(nullptr));
        for (usize index = objects_.size() - 1; index > place; --index)
            objects_[index] = std::move(objects_[index - 1]);
        objects_[place] = std::move(object);
        return {};
    }
    /// Takes the object out; null if it is not there.
    Ref<T> remove(const T& object) {
        usize place = lower_bound(object.number());
        if (place == objects_.size() || objects_[place].get() != &object) return nullptr;
        Ref<T> removed = std::move(objects_[place]);
        objects_.remove(place);
        return removed;
    }

private:
    usize lower_bound(u64 number) const {
        usize low = 0, high = objects_.size();
        while (low < high) {
            usize middle = (low + high) / 2;
            if (objects_[middle]->number() < number) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    Vector<Ref<T>> objects_;
};

} // namespace martlet
