// Subexpressions of a known match (POSIX.1-2017 9.1 "matched": leftmost, each as long as possible, from the left).
// For a concatenation on [begin, end), the places where the rest of it can begin are found from the end by running
// the backward automaton of each part; then each part takes the longest piece that ends at such a place. Loops do
// the same turn by turn. Parts without a group are only measured, never entered.
#include "regex/program.hpp"

#include <string.h>

namespace libc::regex {

namespace {

// Positions in [begin, end].
class PositionSet {
public:
    bool prepare(size_t begin, size_t end) {
        begin_ = begin;
        words_.clear();
        return words_.resize((end - begin) / 64 + 1);
    }
    void add(size_t position) { words_[(position - begin_) / 64] |= 1ul << ((position - begin_) % 64); }
    bool has(size_t position) const { return (words_[(position - begin_) / 64] >> ((position - begin_) % 64)) & 1; }

private:
    size_t begin_ = 0;
    Array<uint64_t> words_;
};

class Locator {
public:
    Locator(const Program &program, const Input &input, regmatch_t *matches, size_t count)
        : program_(program), input_(input), matches_(matches), count_(count) {}

    int run(size_t start, size_t end) {
        size_t states = program_.forward.states.size() > program_.backward.states.size()
                            ? program_.forward.states.size()
                            : program_.backward.states.size();
        if (!now_.resize(states) || !mark_.resize(states))
            return REG_ESPACE;
        assign(program_.root, start, end);
        return failed_ ? REG_ESPACE : 0;
    }

private:
    const Node &node(int index) const { return program_.nodes[static_cast<size_t>(index)]; }

    void clear_groups(int index) {
        const Node &each = node(index);
        if (!each.has_group)
            return;
        if (each.kind == NodeKind::Group && static_cast<size_t>(each.number) < count_)
            matches_[each.number] = {-1, -1};
        for (int child = each.child; child != kNone; child = node(child).sibling)
            clear_groups(child);
    }

    void assign(int index, size_t begin, size_t end) {
        const Node &each = node(index);
        if (failed_ || !each.has_group)
            return;
        switch (each.kind) {
        case NodeKind::Group:
            if (static_cast<size_t>(each.number) < count_)
                matches_[each.number] = {static_cast<regoff_t>(begin), static_cast<regoff_t>(end)};
            assign(each.child, begin, end);
            break;
        case NodeKind::Alternation:
            for (int child = each.child; child != kNone && !failed_; child = node(child).sibling) {
                if (reaches(child, begin, end)) {
                    assign(child, begin, end);
                    break;
                }
            }
            break;
        case NodeKind::Concatenation: assign_concatenation(each, begin, end); break;
        case NodeKind::Repetition: assign_repetition(index, begin, end); break;
        default: break;
        }
    }

    void assign_concatenation(const Node &each, size_t begin, size_t end) {
        // rests[i]: where children i.. can begin and still reach the end.
        size_t children = 0;
        for (int child = each.child; child != kNone; child = node(child).sibling)
            children++;
        if (children == 1)
            return assign(each.child, begin, end);
        auto *rests = static_cast<PositionSet *>(calloc(children + 1, sizeof(PositionSet)));
        Array<int> order;
        failed_ |= !rests || !order.resize(children);
        if (!failed_) {
            size_t i = 0;
            for (int child = each.child; child != kNone; child = node(child).sibling)
                order[i++] = child;
            failed_ |= !rests[children].prepare(begin, end);
            if (!failed_)
                rests[children].add(end);
            for (i = children; i-- > 1 && !failed_;)
                before(order[i], begin, end, rests[i + 1], rests[i]);
            size_t at = begin;
            for (i = 0; i < children && !failed_; i++) {
                size_t next = longest(order[i], at, end, rests[i + 1]);
                if (next == kNotFound)
                    break;
                assign(order[i], at, next);
                at = next;
            }
        }
        for (size_t i = 0; rests && i <= children; i++)
            rests[i].~PositionSet();
        free(rests);
    }

    // rests[t]: where the turns after the t-th can begin and, within the bounds, reach the end. A bound too large to
    // keep a set per turn is taken as none, which no match in so short a text can tell.
    void assign_repetition(int index, size_t begin, size_t end) {
        const Node &each = node(index);
        size_t length = end - begin;
        bool bounded = each.maximum != kUnlimited && static_cast<size_t>(each.maximum) <= length + 1;
        auto minimum = static_cast<size_t>(each.minimum);
        size_t sets = (bounded ? static_cast<size_t>(each.maximum) : minimum) + 1;
        if (sets > length + 2) { // further turns are empty
            sets = length + 2;
            minimum = minimum < sets ? minimum : sets - 1;
        }
        auto *rests = static_cast<PositionSet *>(calloc(sets, sizeof(PositionSet)));
        failed_ |= !rests || !rests[sets - 1].prepare(begin, end);
        if (!failed_) {
            if (bounded)
                rests[sets - 1].add(end);
            else
                close_loop(each.child, begin, end, rests[sets - 1]);
            for (size_t turn = sets - 1; turn-- > 0 && !failed_;) {
                before(each.child, begin, end, rests[turn + 1], rests[turn]);
                if (turn >= minimum)
                    rests[turn].add(end);
            }
        }
        if (!failed_)
            take_turns(each, begin, end, rests, sets, minimum, bounded);
        for (size_t i = 0; rests && i < sets; i++)
            rests[i].~PositionSet();
        free(rests);
    }

    void take_turns(const Node &each, size_t begin, size_t end, const PositionSet *rests, size_t sets, size_t minimum,
                    bool bounded) {
        size_t at = begin;
        for (size_t turn = 0; !failed_ && (at < end || turn < minimum || turn == 0); turn++) {
            if (bounded && turn + 1 >= sets)
                break;
            const PositionSet &rest = rests[turn + 1 < sets ? turn + 1 : sets - 1];
            // A turn of nothing is taken if the minimum asks for it, or as the only one.
            bool may_be_empty = turn < minimum || at == end;
            size_t next = longest(each.child, at, end, rest, may_be_empty);
            if (next == kNotFound)
                break;
            clear_groups(each.child);
            assign(each.child, at, next);
            at = next;
        }
    }

    // --- Simulation of one part ---

    // Adds to the current states what `index` reaches without a byte at `position`; true if that is the exit.
    bool follow(const Automaton &automaton, int index, int exit, size_t position) {
        bool reached = false;
        stack_.clear();
        failed_ |= !stack_.add(index);
        while (!stack_.empty()) {
            int at = stack_.last();
            stack_.drop_last();
            if (at == kNone || mark_[static_cast<size_t>(at)] == stamp_)
                continue;
            mark_[static_cast<size_t>(at)] = stamp_;
            if (at == exit) {
                reached = true;
                continue;
            }
            const State &state = automaton.states[static_cast<size_t>(at)];
            if (state.kind == StateKind::Set) {
                now_[now_count_++] = at;
                continue;
            }
            if (state.kind == StateKind::Assertion && !anchor_holds(state.anchor, input_, position))
                continue;
            failed_ |= !stack_.add(state.next) || (state.kind == StateKind::Split && !stack_.add(state.other));
        }
        return reached;
    }

    // Steps all current states over a byte; true if the exit is then reached at `position`.
    bool step(const Automaton &automaton, unsigned char byte, int exit, size_t position) {
        Array<int> &old = before_;
        if (!old.resize(now_count_)) {
            failed_ = true;
            return false;
        }
        if (now_count_ > 0)
            memcpy(old.data(), now_.data(), now_count_ * sizeof(int));
        size_t count = now_count_;
        now_count_ = 0;
        stamp_++;
        bool reached = false;
        for (size_t i = 0; i < count; i++) {
            const State &state = automaton.states[static_cast<size_t>(old[i])];
            if (program_.sets[static_cast<size_t>(state.number)].has(byte))
                reached |= follow(automaton, state.next, exit, position);
        }
        return reached;
    }

    // Calls `visit(position)` for every place where the part, entered at `begin`, can end.
    template <typename Visit> void forward(int index, size_t begin, size_t end, Visit visit) {
        Part part = program_.forward.parts[static_cast<size_t>(index)];
        now_count_ = 0;
        stamp_++;
        if (follow(program_.forward, part.entry, part.exit, begin) && !visit(begin))
            return;
        for (size_t at = begin; at < end && now_count_ > 0 && !failed_; at++) {
            if (step(program_.forward, input_.text[at], part.exit, at + 1) && !visit(at + 1))
                return;
        }
    }

    bool reaches(int index, size_t begin, size_t end) {
        bool hit = false;
        forward(index, begin, end, [&](size_t at) {
            hit |= at == end;
            return !hit;
        });
        return hit;
    }

    size_t longest(int index, size_t begin, size_t end, const PositionSet &allowed, bool may_be_empty = true) {
        size_t best = kNotFound;
        forward(index, begin, end, [&](size_t at) {
            if ((at > begin || may_be_empty) && allowed.has(at))
                best = at;
            return true;
        });
        return best;
    }

    // result: where the part can begin so that it ends at one of `ends`.
    void before(int index, size_t begin, size_t end, const PositionSet &ends, PositionSet &result) {
        if (!result.prepare(begin, end)) {
            failed_ = true;
            return;
        }
        Part part = program_.backward.parts[static_cast<size_t>(index)];
        now_count_ = 0;
        stamp_++;
        for (size_t at = end; !failed_; at--) {
            bool reached = at < end && step(program_.backward, input_.text[at], part.exit, at);
            if (ends.has(at))
                reached |= follow(program_.backward, part.entry, part.exit, at);
            if (reached)
                result.add(at);
            if (at == begin)
                break;
        }
    }

    // The same for any number of turns of the part.
    void close_loop(int index, size_t begin, size_t end, PositionSet &result) {
        Part part = program_.backward.parts[static_cast<size_t>(index)];
        now_count_ = 0;
        stamp_++;
        for (size_t at = end; !failed_; at--) {
            bool reached = at == end || step(program_.backward, input_.text[at], part.exit, at);
            if (reached) {
                result.add(at);
                follow(program_.backward, part.entry, part.exit, at);
            }
            if (at == begin)
                break;
        }
    }

    const Program &program_;
    const Input &input_;
    regmatch_t *matches_;
    size_t count_;
    Array<int> now_, before_, stack_;
    Array<uint64_t> mark_;
    size_t now_count_ = 0;
    uint64_t stamp_ = 0;
    bool failed_ = false;
};

} // namespace

int locate_groups(const Program &program, const Input &input, size_t start, size_t end, regmatch_t *matches,
                  size_t count) {
    return Locator(program, input, matches, count).run(start, end);
}

} // namespace libc::regex
