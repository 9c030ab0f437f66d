// The search: a deterministic automaton made on demand. A state is a set of states of the other automaton that wait
// for the next byte's context: assertions are followed, and a match is noticed, when the next byte (or the end) is
// known, so a transition says whether a match ended *before* its byte.
#include "regex/program.hpp"

#include <string.h>

namespace libc::regex {

namespace {

constexpr size_t kStateLimit = 4000;
constexpr uint32_t kUnknown = 0, kDead = 1; // transitions; others are state numbers + 2, shifted, with the match bit

// What a state must know besides its items: all of it is part of its identity, since the automaton outlives a call and
// the next one may have other flags.
enum Context : uint8_t {
    kAtStart = 1,
    kAfterNewline = 2,
    kAfterWord = 4,
    kUnanchored = 8,     // matches may begin at any later place
    kNotLineStart = 16,  // with kAtStart: REG_NOTBOL
    kNotLineEnd = 32,    // REG_NOTEOL
};

// States reached, in order of arrival, each once.
class StateSet {
public:
    bool prepare(size_t states) { return dense_.resize(states) && sparse_.resize(states); }
    void clear() { count_ = 0; }
    bool has(int state) const {
        auto slot = static_cast<size_t>(sparse_[static_cast<size_t>(state)]);
        return slot < count_ && dense_[slot] == state;
    }
    bool add(int state) {
        if (has(state))
            return false;
        sparse_[static_cast<size_t>(state)] = static_cast<int>(count_);
        dense_[count_++] = state;
        return true;
    }
    size_t size() const { return count_; }
    int operator[](size_t index) const { return dense_[index]; }

private:
    Array<int> dense_, sparse_;
    size_t count_ = 0;
};

struct DeterministicState {
    size_t items; // in Cache::items: `count` states
    uint32_t count;
    uint8_t context;
    uint32_t hash;
    uint32_t next_in_bucket;
};

} // namespace

struct Cache {
    bool ready = false;
    StateSet from, closed, to;
    Array<int> stack, items;
    Array<DeterministicState> states;
    Array<uint32_t> transitions; // (class_count + 1) per state, the last for the end of the text
    uint32_t buckets[1024];
    Array<size_t> starts, next_starts; // of the simulation that carries them
    uint32_t start_states[64]; // by context, or kNoState
    unsigned generation = 0;
};

namespace {

constexpr uint32_t kNoState = ~0u;

class Searcher {
public:
    Searcher(const Program &program, Cache &cache, const Input &input)
        : program_(program), cache_(cache), input_(input), states_(program.forward.states),
          width_(static_cast<size_t>(program.class_count) + 1) {}

    bool prepare() {
        if (cache_.ready)
            return true;
        size_t count = states_.size();
        if (!cache_.from.prepare(count) || !cache_.closed.prepare(count) || !cache_.to.prepare(count))
            return false;
        flush();
        return cache_.ready = true;
    }

    // The end of the earliest match that begins anywhere at or behind `from`; of a match, any will do.
    size_t first_end(size_t from) { return run(from, kUnanchored, true); }

    // The longest match that begins at `from`, and the shortest.
    size_t longest_end(size_t from) { return run(from, 0, false); }
    size_t shortest_end(size_t from) { return run(from, 0, true); }

    bool out_of_memory() const { return failed_; }
    size_t work() const { return work_; }

    // Every state carries the leftmost start from which it was reached; linear in the text whatever the pattern.
    bool leftmost_longest(size_t from, size_t &start, size_t &end);

private:
    void flush() {
        cache_.states.clear();
        cache_.items.clear();
        cache_.transitions.clear();
        memset(cache_.buckets, 0xff, sizeof cache_.buckets);
        memset(cache_.start_states, 0xff, sizeof cache_.start_states);
        cache_.generation++;
    }

    uint8_t context_at(size_t position) const {
        if (!program_.has_assertions)
            return 0;
        if (position == 0)
            return input_.flags & REG_NOTBOL ? kAtStart | kNotLineStart : kAtStart;
        unsigned char before = input_.text[position - 1];
        return before == '\n' ? kAfterNewline : is_word_byte(before) ? kAfterWord : 0;
    }

    // An assertion from what is known: the context before, and the next byte (256 at the end).
    bool holds(Anchor anchor, uint8_t context, int next) const {
        bool before = context & kAfterWord, after = next < 256 && is_word_byte(static_cast<unsigned char>(next));
        switch (anchor) {
        case Anchor::LineStart:
            return (context & (kAtStart | kNotLineStart)) == kAtStart || (input_.newline && (context & kAfterNewline));
        case Anchor::LineEnd:
            return (next == 256 && !(context & kNotLineEnd)) || (input_.newline && next == '\n');
        case Anchor::TextStart: return context & kAtStart;
        case Anchor::TextEnd: return next == 256;
        case Anchor::WordStart: return !before && after;
        case Anchor::WordEnd: return before && !after;
        case Anchor::WordBoundary: return before != after;
        case Anchor::NotWordBoundary: return before == after;
        }
        return false;
    }

    // Adds what is reachable without a byte; true if that includes the match.
    bool close(StateSet &set, int first, uint8_t context, int next) {
        bool matched = false;
        cache_.stack.clear();
        if (!cache_.stack.add(first))
            failed_ = true;
        while (!cache_.stack.empty()) {
            int index = cache_.stack.last();
            cache_.stack.drop_last();
            if (index == kNone || !set.add(index))
                continue;
            const State &state = states_[static_cast<size_t>(index)];
            switch (state.kind) {
            case StateKind::Set: break;
            case StateKind::Match: matched = true; break;
            case StateKind::Assertion:
                if (holds(state.anchor, context, next) && !cache_.stack.add(state.next))
                    failed_ = true;
                break;
            case StateKind::Split:
                if (!cache_.stack.add(state.other) || !cache_.stack.add(state.next))
                    failed_ = true;
                break;
            default:
                if (!cache_.stack.add(state.next))
                    failed_ = true;
            }
        }
        return matched;
    }

    uint32_t intern(const StateSet &set, uint8_t context) {
        uint32_t hash = 2166136261u ^ context;
        for (size_t i = 0; i < set.size(); i++)
            hash = (hash ^ static_cast<uint32_t>(set[i])) * 16777619u;
        uint32_t &bucket = cache_.buckets[hash % 1024];
        for (uint32_t index = bucket; index != ~0u; index = cache_.states[index].next_in_bucket) {
            const DeterministicState &known = cache_.states[index];
            if (known.hash != hash || known.count != set.size() || known.context != context)
                continue;
            bool same = true;
            for (size_t i = 0; i < set.size() && same; i++)
                same = cache_.items[known.items + i] == set[i];
            if (same)
                return index;
        }
        auto index = static_cast<uint32_t>(cache_.states.size());
        DeterministicState fresh = {cache_.items.size(), static_cast<uint32_t>(set.size()), context, hash, bucket};
        for (size_t i = 0; i < set.size(); i++)
            failed_ |= !cache_.items.add(set[i]);
        failed_ |= !cache_.states.add(fresh) || !cache_.transitions.resize((index + 1) * width_);
        if (failed_)
            return 0;
        for (size_t i = 0; i < width_; i++)
            cache_.transitions[index * width_ + i] = kUnknown;
        bucket = index;
        return index;
    }

    uint8_t line_end_mode() const {
        return program_.has_assertions && (input_.flags & REG_NOTEOL) ? kNotLineEnd : 0;
    }

    uint32_t start_state(size_t position, uint8_t mode) {
        uint8_t context = context_at(position) | mode | line_end_mode();
        uint32_t &known = cache_.start_states[context];
        if (known == kNoState) {
            cache_.to.clear();
            cache_.to.add(program_.forward.start);
            known = intern(cache_.to, context);
        }
        return known;
    }

    // Computes a transition: closes the state for this byte, notes a match, steps over the byte.
    uint32_t make_transition(uint32_t index, int byte, size_t slot) {
        DeterministicState state = cache_.states[index];
        uint8_t mode = state.context & (kUnanchored | kNotLineEnd);
        cache_.closed.clear();
        bool matched = false;
        for (uint32_t i = 0; i < state.count; i++)
            matched |= close(cache_.closed, cache_.items[state.items + i], state.context, byte);
        cache_.to.clear();
        if (byte < 256) {
            for (size_t i = 0; i < cache_.closed.size(); i++) {
                const State &each = states_[static_cast<size_t>(cache_.closed[i])];
                if (each.kind == StateKind::Set &&
                    program_.sets[static_cast<size_t>(each.number)].has(static_cast<unsigned char>(byte)))
                    cache_.to.add(each.next);
            }
            if (mode & kUnanchored)
                cache_.to.add(program_.forward.start);
        }
        uint32_t result = kDead << 1;
        if (cache_.to.size() > 0) {
            uint8_t context = mode;
            if (program_.has_assertions)
                context |= byte == '\n'                                     ? kAfterNewline
                           : is_word_byte(static_cast<unsigned char>(byte)) ? kAfterWord
                                                                            : 0;
            unsigned generation = cache_.generation;
            if (cache_.states.size() >= kStateLimit)
                flush();
            result = (intern(cache_.to, context) + 2) << 1;
            if (generation != cache_.generation) // the state it starts from is gone
                return result | matched;
        }
        result |= matched;
        if (!failed_)
            cache_.transitions[index * width_ + slot] = result;
        return result;
    }

    size_t run(size_t position, uint8_t mode, bool stop_at_first) {
        const unsigned char *text = input_.text;
        size_t found = kNotFound;
        generation_ = cache_.generation;
        uint32_t state = start_state(position, mode);
        // The state in which nothing but a fresh start is possible, where bytes that start no match are skipped.
        bool skips = mode && !program_.any_first;
        uint32_t idle = state;
        size_t begin = position;
        while (!failed_) {
            if (skips && state == idle && position < input_.size) {
                position = skip(position);
                if (program_.has_assertions && position > begin) {
                    state = start_state(position, mode);
                    idle = state;
                }
            }
            // As long as transitions are known and nothing is found, this is all there is to a byte.
            const uint32_t *transitions = cache_.transitions.data();
            while (position < input_.size) {
                uint32_t transition = transitions[state * width_ + program_.byte_class[text[position]]];
                if ((transition & 1) || transition <= kDead << 1 || (skips && state == idle))
                    break;
                state = (transition >> 1) - 2;
                position++;
            }
            bool end = position >= input_.size;
            int byte = end ? 256 : text[position];
            size_t slot = end ? width_ - 1 : program_.byte_class[text[position]];
            uint32_t transition = cache_.transitions[state * width_ + slot];
            if (transition == kUnknown)
                transition = make_transition(state, byte, slot);
            if (transition & 1) {
                found = position;
                if (stop_at_first)
                    break;
            }
            if (end || transition >> 1 == kDead)
                break;
            state = (transition >> 1) - 2;
            if (skips && cache_.generation != generation_) {
                generation_ = cache_.generation;
                idle = ~0u;
            }
            position++;
        }
        work_ += position - begin;
        return found;
    }

    size_t skip(size_t position) const {
        if (program_.single_first != kNone) {
            auto *hit = static_cast<const unsigned char *>(
                memchr(input_.text + position, program_.single_first, input_.size - position));
            return hit ? static_cast<size_t>(hit - input_.text) : input_.size;
        }
        while (position < input_.size && !program_.first_bytes.has(input_.text[position]))
            position++;
        return position;
    }

    const Program &program_;
    Cache &cache_;
    const Input &input_;
    const Array<State> &states_;
    size_t width_, work_ = 0;
    unsigned generation_ = 0;
    bool failed_ = false;
};

bool Searcher::leftmost_longest(size_t from, size_t &start, size_t &end) {
    StateSet *now = &cache_.from, *later = &cache_.to;
    Array<size_t> *starts = &cache_.starts, *later_starts = &cache_.next_starts;
    if (!starts->resize(states_.size()) || !later_starts->resize(states_.size())) {
        failed_ = true;
        return false;
    }
    bool found = false;
    now->clear();
    for (size_t position = from;; position++) {
        if (!found && now->add(program_.forward.start)) // later starts come last: they never displace earlier ones
            (*starts)[static_cast<size_t>(program_.forward.start)] = position;
        bool at_end = position >= input_.size;
        int byte = at_end ? 256 : input_.text[position];
        uint8_t context = context_at(position) | line_end_mode();
        later->clear();
        cache_.closed.clear();
        for (size_t i = 0; i < now->size() && !failed_; i++) {
            int origin = (*now)[i];
            size_t began = (*starts)[static_cast<size_t>(origin)];
            if (found && began > start)
                continue;
            size_t before = cache_.closed.size();
            bool matched = close(cache_.closed, origin, context, byte);
            if (matched && (!found || began <= start)) {
                found = true;
                start = began;
                end = position;
            }
            for (size_t j = before; j < cache_.closed.size() && !at_end; j++) {
                const State &each = states_[static_cast<size_t>(cache_.closed[j])];
                if (each.kind == StateKind::Set &&
                    program_.sets[static_cast<size_t>(each.number)].has(static_cast<unsigned char>(byte)) &&
                    later->add(each.next))
                    (*later_starts)[static_cast<size_t>(each.next)] = began;
            }
        }
        if (at_end || failed_ || (found && later->size() == 0))
            return found;
        StateSet *set = now;
        now = later;
        later = set;
        Array<size_t> *array = starts;
        starts = later_starts;
        later_starts = array;
    }
}

} // namespace

int search(const Program &program, Cache &cache, const Input &input, bool only_whether, size_t &start, size_t &end) {
    if (program.literal) {
        auto *hit = static_cast<const unsigned char *>(
            memmem(input.text + input.from, input.size - input.from, program.literal, program.literal_bytes));
        if (!hit)
            return REG_NOMATCH;
        start = static_cast<size_t>(hit - input.text);
        end = start + program.literal_bytes;
        return 0;
    }
    Searcher searcher(program, cache, input);
    if (!searcher.prepare())
        return REG_ESPACE;
    if (program.at_start_only) {
        if (input.from > 0)
            return REG_NOMATCH;
        start = 0;
        end = only_whether ? searcher.shortest_end(0) : searcher.longest_end(0);
        return searcher.out_of_memory() ? REG_ESPACE : end == kNotFound ? REG_NOMATCH : 0;
    }
    size_t limit = searcher.first_end(input.from);
    if (searcher.out_of_memory())
        return REG_ESPACE;
    if (limit == kNotFound)
        return REG_NOMATCH;
    if (only_whether)
        return 0;
    size_t budget = 4 * searcher.work() + 4 * (limit - input.from + 1) + 4096;
    for (start = input.from; start <= limit; start++) {
        if (!program.any_first && (start == input.size || !program.first_bytes.has(input.text[start])))
            continue;
        end = searcher.longest_end(start);
        if (searcher.out_of_memory())
            return REG_ESPACE;
        if (end != kNotFound)
            return 0;
        if (searcher.work() > budget) {
            bool found = searcher.leftmost_longest(start + 1, start, end);
            return searcher.out_of_memory() ? REG_ESPACE : found ? 0 : REG_NOMATCH;
        }
    }
    return REG_NOMATCH;
}

Cache *take_cache(Program &program) {
    if (Cache *cache = __atomic_exchange_n(&program.idle_cache, nullptr, __ATOMIC_ACQ_REL))
        return cache;
    return static_cast<Cache *>(calloc(1, sizeof(Cache)));
}

void give_cache(Program &program, Cache *cache) {
    free_cache(__atomic_exchange_n(&program.idle_cache, cache, __ATOMIC_ACQ_REL));
}

void free_cache(Cache *cache) {
    if (!cache)
        return;
    cache->~Cache();
    free(cache);
}

} // namespace libc::regex
