// Matching with back-references, for which no automaton exists: all ways through the automaton are tried,
// greedy ones first, and the longest match at the leftmost start is kept. What is to be tried lies on a stack
// of our own. Where two ways meet only the first goes on, so time grows with the texts that the groups
// referred to can have, not with the ways to split what others match.
#include "regex/passed.hpp"
#include "regex/program.hpp"

#include <ctype.h>
#include <string.h>

namespace libc::regex {

namespace {

constexpr size_t kStackLimit = 8 << 20; // entries, then REG_ESPACE
constexpr size_t kForgottenLimit = 64 << 20; // branches taken without remembering them, then REG_ESPACE

struct Entry {
    int state;        // to resume at, or kRestore, kRestoreLoop
    int group;
    size_t position;
    regmatch_t old;
};

constexpr int kRestore = -2, kRestoreLoop = -3;

class Backtracker {
public:
    Backtracker(const Program &program, const Input &input) : program_(program), input_(input) {}

    int run(regmatch_t *matches, size_t count) {
        auto groups = static_cast<size_t>(program_.group_count) + 1;
        if (!groups_.resize(groups) || !best_.resize(groups) || !visited_at_.resize(program_.forward.states.size()) ||
            !passed_.prepare(program_))
            return REG_ESPACE;
        size_t last_start = program_.at_start_only ? 0 : input_.size;
        for (size_t start = input_.from; start <= last_start; start++) {
            if (!program_.any_first && (start == input_.size || !program_.first_bytes.has(input_.text[start])))
                continue;
            int result = from(start);
            if (result == REG_NOMATCH)
                continue;
            if (result == 0) {
                for (size_t i = 0; i < count && i < groups; i++)
                    matches[i] = best_[i];
            }
            return result;
        }
        return REG_NOMATCH;
    }

private:
    int from(size_t start) {
        bool found = false;
        for (size_t i = 0; i < groups_.size(); i++)
            groups_[i] = {-1, -1};
        for (size_t i = 0; i < visited_at_.size(); i++)
            visited_at_[i] = kNotFound;
        stack_.clear();
        passed_.clear();
        int state = program_.forward.start;
        size_t position = start;
        for (;;) {
            if (advance(state, position)) {
                if (failed_)
                    return REG_ESPACE;
                continue;
            }
            if (failed_)
                return REG_ESPACE;
            if (state == kMatched && (!found || position > static_cast<size_t>(best_[0].rm_eo))) {
                found = true;
                for (size_t i = 0; i < groups_.size(); i++)
                    best_[i] = groups_[i];
                best_[0] = {static_cast<regoff_t>(start), static_cast<regoff_t>(position)};
                if (position == input_.size)
                    return 0;
            }
            if (!resume(state, position))
                return found ? 0 : REG_NOMATCH;
        }
    }

    static constexpr int kMatched = -4, kFailed = -5;

    bool push(const Entry &entry) {
        if (stack_.size() < kStackLimit && stack_.add(entry))
            return true;
        failed_ = true;
        return false;
    }

    // One step along the automaton; false when this way ends (state says how).
    bool advance(int &index, size_t &position) {
        const State &state = program_.forward.states[static_cast<size_t>(index)];
        switch (state.kind) {
        case StateKind::Set:
            if (position < input_.size && program_.sets[static_cast<size_t>(state.number)].has(input_.text[position])) {
                position++;
                break;
            }
            index = kFailed;
            return false;
        case StateKind::Match: index = kMatched; return false;
        case StateKind::Assertion:
            if (!anchor_holds(state.anchor, input_, position)) {
                index = kFailed;
                return false;
            }
            break;
        case StateKind::Split: {
            // A loop that comes back without progress would go on for ever.
            size_t &visited = visited_at_[static_cast<size_t>(index)];
            if (visited == position) {
                index = state.other;
                return true;
            }
            if (!passed_.add(index, position, groups_)) {
                index = kFailed;
                return false;
            }
            if (passed_.full() && ++forgotten_ > kForgottenLimit) {
                failed_ = true;
                return false;
            }
            if (!push({kRestoreLoop, index, visited, {}}) || !push({state.other, 0, position, {}}))
                return false;
            visited = position;
            break;
        }
        case StateKind::Open:
        case StateKind::Close: {
            regmatch_t &group = groups_[static_cast<size_t>(state.number)];
            if (!push({kRestore, state.number, 0, group}))
                return false;
            if (state.kind == StateKind::Open)
                group = {static_cast<regoff_t>(position), -1};
            else
                group.rm_eo = static_cast<regoff_t>(position);
            break;
        }
        case StateKind::BackReference:
            if (!reference(groups_[static_cast<size_t>(state.number)], position)) {
                index = kFailed;
                return false;
            }
            break;
        case StateKind::Jump: break;
        }
        index = state.next;
        return true;
    }

    bool reference(const regmatch_t &group, size_t &position) const {
        if (group.rm_so < 0 || group.rm_eo < 0)
            return false;
        auto size = static_cast<size_t>(group.rm_eo - group.rm_so);
        if (size > input_.size - position)
            return false;
        const unsigned char *wanted = input_.text + group.rm_so, *actual = input_.text + position;
        for (size_t i = 0; i < size; i++) {
            if (wanted[i] != actual[i] &&
                !((program_.flags & REG_ICASE) && tolower(wanted[i]) == tolower(actual[i])))
                return false;
        }
        position += size;
        return true;
    }

    bool resume(int &state, size_t &position) {
        while (!stack_.empty()) {
            Entry entry = stack_.last();
            stack_.drop_last();
            if (entry.state == kRestore) {
                groups_[static_cast<size_t>(entry.group)] = entry.old;
            } else if (entry.state == kRestoreLoop) {
                visited_at_[static_cast<size_t>(entry.group)] = entry.position;
            } else {
                state = entry.state;
                position = entry.position;
                return true;
            }
        }
        return false;
    }

    const Program &program_;
    const Input &input_;
    Array<regmatch_t> groups_, best_;
    Array<size_t> visited_at_;
    Array<Entry> stack_;
    Passed passed_;
    size_t forgotten_ = 0;
    bool failed_ = false;
};

} // namespace

int search_with_references(const Program &program, const Input &input, regmatch_t *matches, size_t count) {
    return Backtracker(program, input).run(matches, count);
}

} // namespace libc::regex
