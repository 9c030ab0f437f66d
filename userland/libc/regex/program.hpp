// Regular expressions (POSIX.1-2017 chapter 9, regex(7)) without backtracking.
//
// The pattern becomes a syntax tree over bytes (a character of UTF-8 is a sequence of byte sets), the tree a
// non-deterministic automaton in which every node's part has one entry and one exit. Matching without a
// back-reference then takes time linear in the text:
//   1. a deterministic automaton, built from the other while it runs, finds whether and where a match ends first;
//   2. anchored runs of the same find the leftmost start and its longest end, with a simulation that carries the
//      starts along when too many starts fail late;
//   3. subexpressions are laid out from the left, each as long as the rest allows, by forward and backward
//      simulation of the parts of the automaton (submatch.cpp).
// A pattern with back-references is matched by backtracking with an explicit stack (backtrack.cpp).
#pragma once

#include "internal/array.hpp"

#include <regex.h>
#include <stdint.h>

namespace libc::regex {

struct ByteSet {
    uint64_t words[4];
    bool has(unsigned char byte) const { return (words[byte / 64] >> (byte % 64)) & 1; }
    void add(unsigned byte) { words[byte / 64] |= 1ul << (byte % 64); }
    void remove(unsigned byte) { words[byte / 64] &= ~(1ul << (byte % 64)); }
};

enum class NodeKind : uint8_t { Empty, Set, Concatenation, Alternation, Repetition, Group, BackReference, Assertion };

enum class Anchor : uint8_t {
    LineStart,
    LineEnd,
    TextStart,
    TextEnd,
    WordStart,
    WordEnd,
    WordBoundary,
    NotWordBoundary
};

constexpr int kNone = -1;
constexpr int kUnlimited = -1;

struct Node {
    NodeKind kind;
    Anchor anchor;
    bool has_group; // here or below
    int child = kNone, last_child = kNone, sibling = kNone;
    int minimum = 0, maximum = 0; // Repetition
    int number = 0;               // Group, BackReference; Set: index into sets
};

enum class StateKind : uint8_t { Set, Split, Jump, Assertion, BackReference, Open, Close, Match };

struct State {
    StateKind kind;
    Anchor anchor;
    int next = kNone, other = kNone;
    int number = 0; // set, group or reference
};

// Where a node's part of an automaton begins and ends: states [first, end), entered at `entry`, left at `exit`.
struct Part {
    int entry, exit;
};

struct Automaton {
    Array<State> states;
    Array<Part> parts; // by node; the first copy of a repeated one
    int start = kNone;
};

struct Cache; // the deterministic automaton and scratch memory, of one running match

struct Program {
    Array<Node> nodes;
    Array<ByteSet> sets;
    int root = kNone;
    int group_count = 0;
    int flags = 0;
    bool has_references = false, has_assertions = false;
    Automaton forward, backward;
    uint8_t byte_class[256];
    int class_count = 0;
    ByteSet first_bytes; // that a match can begin with; all if it can be empty
    int single_first = kNone;
    bool any_first = true;
    bool at_start_only = false; // every match begins where the text does
    char *literal = nullptr; // the whole pattern, if it is plain text
    size_t literal_bytes = 0;
    Cache *idle_cache = nullptr; // taken and put back atomically
};

struct Input {
    const unsigned char *text;
    size_t size;
    size_t from; // where matches may begin; what stands before it counts for assertions
    int flags; // REG_NOTBOL, REG_NOTEOL
    bool newline; // REG_NEWLINE of the pattern
};

constexpr size_t kNotFound = static_cast<size_t>(-1);

bool is_word_byte(unsigned char byte);
bool anchor_holds(Anchor anchor, const Input &input, size_t position);

// parse.cpp: the tree; an error code of <regex.h>.
int parse(Program &program, const char *pattern);
// compile.cpp
int compile(Program &program);
// dfa.cpp: the leftmost-longest match at or behind `from`. REG_NOMATCH, REG_ESPACE or 0.
int search(const Program &program, Cache &cache, const Input &input, bool only_whether, size_t &start, size_t &end);
Cache *take_cache(Program &program);
void give_cache(Program &program, Cache *cache);
void free_cache(Cache *cache);
// submatch.cpp: fills matches[1..] given the whole match.
int locate_groups(const Program& program, const Input& input, size_t start, size_t end, regmatch_t* matches,
                  size_t count);
// backtrack.cpp
int search_with_references(const Program &program, const Input &input, regmatch_t *matches, size_t count);

} // namespace libc::regex
