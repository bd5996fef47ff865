// Decides whether formulas in conjunctive normal form can be true: search that learns a clause
// from every conflict (two watched literals, first unique implication point, restarts).
//
// A formula that can be true is checked with the values found. Of the others one kind (pigeons
// that do not fit into their holes) is known to be false; random ones are only as right as two
// compilers that agree on every step of the search.
#include "../reference/random.h"
#include <stdlib.h>
#include <string.h>

// A literal is 2 * variable, or that plus 1 for its negation.
typedef uint32_t Literal;
enum { UNKNOWN = 2, NO_REASON = -1 };

typedef struct {
    uint32_t *data;
    uint32_t length, room;
} List;

typedef struct {
    uint32_t variables;
    List words;      // clauses: length, then literals; the first two are watched
    List *watches;   // by literal: clauses that watch it
    uint8_t *value;  // by variable: 0, 1 or UNKNOWN
    uint8_t *phase;  // the value it had last
    uint32_t *level; // by variable: decisions before it had a value
    int32_t *reason; // by variable: the clause that gave its value
    double *activity;
    double bump;
    uint8_t *seen;
    List trail;     // literals that are true, in the order they became so
    List decisions; // length of the trail at each decision
    uint32_t next;  // first of the trail that nothing has been followed from
    List heap;      // variables, the most active on top
    int32_t *place; // by variable: its place in the heap, or -1
    uint64_t conflicts;
} Solver;

static void push(List *list, uint32_t value) {
    if (list->length == list->room) {
        list->room = list->room ? list->room * 2 : 4;
        list->data = realloc(list->data, list->room * sizeof *list->data);
        if (!list->data) abort();
    }
    list->data[list->length++] = value;
}

static void *filled(size_t count, size_t size, int byte) {
    void *memory = malloc(count * size);
    if (!memory) abort();
    return memset(memory, byte, count * size);
}

// ---- The heap of variables -------------------------------------------------------------------

static void settle(Solver *s, uint32_t at, uint32_t variable) {
    s->heap.data[at] = variable;
    s->place[variable] = (int32_t)at;
}

static void rise(Solver *s, uint32_t at) {
    uint32_t variable = s->heap.data[at];
    while (at > 0) {
        uint32_t above = (at - 1) / 2;
        if (s->activity[s->heap.data[above]] >= s->activity[variable]) break;
        settle(s, at, s->heap.data[above]);
        at = above;
    }
    settle(s, at, variable);
}

static void sink(Solver *s, uint32_t at) {
    uint32_t variable = s->heap.data[at], length = s->heap.length;
    for (uint32_t child; (child = 2 * at + 1) < length; at = child) {
        const uint32_t *h = s->heap.data;
        if (child + 1 < length && s->activity[h[child + 1]] > s->activity[h[child]]) child++;
        if (s->activity[h[child]] <= s->activity[variable]) break;
        settle(s, at, h[child]);
    }
    settle(s, at, variable);
}

static void enter(Solver *s, uint32_t variable) {
    if (s->place[variable] >= 0) return;
    push(&s->heap, variable);
    rise(s, s->heap.length - 1);
}

static uint32_t take_top(Solver *s) {
    uint32_t top = s->heap.data[0], last = s->heap.data[--s->heap.length];
    s->place[top] = -1;
    if (s->heap.length) {
        settle(s, 0, last);
        sink(s, 0);
    }
    return top;
}

static void bump(Solver *s, uint32_t variable) {
    s->activity[variable] += s->bump;
    if (s->activity[variable] > 1e100) {
        for (uint32_t v = 0; v < s->variables; v++) s->activity[v] *= 1e-100;
        s->bump *= 1e-100;
    }
    if (s->place[variable] >= 0) rise(s, (uint32_t)s->place[variable]);
}

// ---- Values ----------------------------------------------------------------------------------

static int value_of(const Solver *s, Literal literal) {
    uint8_t value = s->value[literal >> 1];
    return value == UNKNOWN ? UNKNOWN : value ^ (int)(literal & 1);
}

static void set(Solver *s, Literal literal, int32_t reason) {
    uint32_t variable = literal >> 1;
    s->value[variable] = !(literal & 1);
    s->level[variable] = s->decisions.length;
    s->reason[variable] = reason;
    push(&s->trail, literal);
}

static void go_back(Solver *s, uint32_t level) {
    if (s->decisions.length <= level) return;
    uint32_t length = s->decisions.data[level];
    while (s->trail.length > length) {
        uint32_t variable = s->trail.data[--s->trail.length] >> 1;
        s->phase[variable] = s->value[variable];
        s->value[variable] = UNKNOWN;
        enter(s, variable);
    }
    s->decisions.length = level;
    s->next = length;
}

// Follows from what is true; the clause that became false, or NO_REASON.
static int32_t follow(Solver *s) {
    while (s->next < s->trail.length) {
        Literal false_now = s->trail.data[s->next++] ^ 1;
        List *watch = &s->watches[false_now];
        uint32_t kept = 0;
        for (uint32_t i = 0; i < watch->length; i++) {
            uint32_t clause = watch->data[i];
            uint32_t *c = s->words.data + clause, length = c[0];
            if (c[1] == false_now) c[1] = c[2], c[2] = false_now;
            if (value_of(s, c[1]) != 1) {
                uint32_t other = 3;
                while (other <= length && value_of(s, c[other]) == 0) other++;
                if (other <= length) {
                    c[2] = c[other], c[other] = false_now;
                    push(&s->watches[c[2]], clause);
                    continue;
                }
                if (value_of(s, c[1]) == 0) {
                    while (i < watch->length) watch->data[kept++] = watch->data[i++];
                    watch->length = kept;
                    return (int32_t)clause;
                }
                set(s, c[1], (int32_t)clause);
            }
            watch->data[kept++] = clause;
        }
        watch->length = kept;
    }
    return NO_REASON;
}

static int32_t keep(Solver *s, const Literal *literals, uint32_t length) {
    uint32_t clause = s->words.length;
    push(&s->words, length);
    for (uint32_t i = 0; i < length; i++) push(&s->words, literals[i]);
    push(&s->watches[literals[0]], clause);
    push(&s->watches[literals[1]], clause);
    return (int32_t)clause;
}

// ---- Learning --------------------------------------------------------------------------------

// The clause that forbids what led here; its first literal is the only one of this level. Returns
// the level to go back to.
static uint32_t learn(Solver *s, int32_t conflict, List *learnt) {
    uint32_t open = 0, at = s->trail.length, level = s->decisions.length, back = 0;
    learnt->length = 0;
    push(learnt, 0);
    for (int32_t clause = conflict;; clause = s->reason[s->trail.data[at] >> 1]) {
        const uint32_t *c = s->words.data + clause;
        // The first literal of a reason is the one it gave a value to.
        for (uint32_t i = clause == conflict ? 1 : 2; i <= c[0]; i++) {
            uint32_t variable = c[i] >> 1;
            if (s->seen[variable] || s->level[variable] == 0) continue;
            s->seen[variable] = 1;
            bump(s, variable);
            if (s->level[variable] == level) open++;
            else push(learnt, c[i]);
        }
        do at--; while (!s->seen[s->trail.data[at] >> 1]);
        s->seen[s->trail.data[at] >> 1] = 0;
        if (--open == 0) break;
    }
    learnt->data[0] = s->trail.data[at] ^ 1;
    for (uint32_t i = 1; i < learnt->length; i++) {
        uint32_t variable = learnt->data[i] >> 1;
        s->seen[variable] = 0;
        if (s->level[variable] > back) {
            back = s->level[variable];
            Literal second = learnt->data[1];
            learnt->data[1] = learnt->data[i], learnt->data[i] = second;
        }
    }
    s->bump /= 0.95;
    return back;
}

// How long to search before starting over: 1 1 2 1 1 2 4 …, the sequence of Luby and others.
static uint64_t luby(uint64_t index) {
    uint64_t size = 1, power = 0;
    while (size < index + 1) size = 2 * size + 1, power++;
    while (size - 1 != index) {
        size = (size - 1) / 2, power--;
        index %= size;
    }
    return (uint64_t)1 << power;
}

// Whether the clauses can all be true.
static int solve(Solver *s) {
    List learnt = {0};
    int answer = UNKNOWN;
    uint64_t starts = 0, left = 64;
    while (answer == UNKNOWN) {
        int32_t conflict = follow(s);
        if (conflict != NO_REASON) {
            s->conflicts++;
            if (s->decisions.length == 0) {
                answer = 0;
                break;
            }
            go_back(s, learn(s, conflict, &learnt));
            int32_t reason = NO_REASON;
            if (learnt.length > 1) reason = keep(s, learnt.data, learnt.length);
            set(s, learnt.data[0], reason);
            if (left) left--;
        } else if (left == 0) {
            go_back(s, 0);
            left = 64 * luby(++starts);
        } else {
            uint32_t variable = 0;
            int found = 0;
            while (!found && s->heap.length) variable = take_top(s), found = s->value[variable] == UNKNOWN;
            if (!found) {
                answer = 1;
                break;
            }
            push(&s->decisions, s->trail.length);
            set(s, variable * 2 + !s->phase[variable], NO_REASON);
        }
    }
    free(learnt.data);
    return answer;
}

// ---- Formulas --------------------------------------------------------------------------------

// Decides clauses of at least two literals, all behind one another as length and literals.
static uint64_t decide(uint32_t variables, const List *clauses) {
    Solver s = {.variables = variables, .bump = 1};
    s.watches = filled(variables * 2, sizeof *s.watches, 0);
    s.value = filled(variables, 1, UNKNOWN);
    s.phase = filled(variables, 1, 0);
    s.level = filled(variables, sizeof *s.level, 0);
    s.reason = filled(variables, sizeof *s.reason, 0);
    s.activity = filled(variables, sizeof *s.activity, 0);
    s.seen = filled(variables, 1, 0);
    s.place = filled(variables, sizeof *s.place, -1);
    for (uint32_t v = 0; v < variables; v++) enter(&s, v);
    for (uint32_t at = 0; at < clauses->length; at += clauses->data[at] + 1)
        keep(&s, clauses->data + at + 1, clauses->data[at]);
    int answer = solve(&s);
    for (uint32_t at = 0; answer && at < clauses->length; at += clauses->data[at] + 1) {
        int holds = 0;
        for (uint32_t i = 1; i <= clauses->data[at]; i++) holds |= value_of(&s, clauses->data[at + i]) == 1;
        if (!holds) abort();
    }
    uint64_t all = mix(mix(MIX_START, (uint64_t)answer), s.conflicts);
    for (uint32_t v = 0; answer && v < variables; v++) all = mix(all, s.value[v]);
    for (uint32_t l = 0; l < variables * 2; l++) free(s.watches[l].data);
    free(s.watches), free(s.value), free(s.phase), free(s.level), free(s.reason), free(s.activity);
    free(s.seen), free(s.place), free(s.words.data), free(s.trail.data), free(s.decisions.data);
    free(s.heap.data);
    return all;
}

// Three literals a clause and 4.2 clauses a variable, where formulas are hardest.
static uint64_t random_formula(uint32_t variables, uint64_t seed) {
    List clauses = {0};
    for (uint32_t i = 0; i < variables * 21 / 5; i++) {
        uint32_t picked[3];
        for (int k = 0; k < 3;) {
            picked[k] = (uint32_t)((next_random(&seed) >> 33) % variables);
            int again = (k > 0 && picked[k] == picked[0]) || (k > 1 && picked[k] == picked[1]);
            k += !again;
        }
        push(&clauses, 3);
        for (int k = 0; k < 3; k++) push(&clauses, picked[k] * 2 + (uint32_t)(next_random(&seed) >> 63));
    }
    uint64_t answer = decide(variables, &clauses);
    free(clauses.data);
    return answer;
}

// One pigeon more than holes: each has a hole, no two the same.
static uint64_t pigeons(uint32_t holes) {
    List clauses = {0};
    for (uint32_t p = 0; p <= holes; p++) {
        push(&clauses, holes);
        for (uint32_t h = 0; h < holes; h++) push(&clauses, (p * holes + h) * 2);
    }
    for (uint32_t h = 0; h < holes; h++)
        for (uint32_t p = 0; p <= holes; p++)
            for (uint32_t q = 0; q < p; q++) {
                push(&clauses, 2);
                push(&clauses, (p * holes + h) * 2 + 1);
                push(&clauses, (q * holes + h) * 2 + 1);
            }
    uint64_t answer = decide((holes + 1) * holes, &clauses);
    free(clauses.data);
    return answer;
}

// Random formulas of up to `n` variables, and pigeons.
uint64_t sat_solver(uint64_t n) {
    uint64_t all = pigeons(n < 100 ? 4 : 6);
    for (uint64_t i = 0; i < 6; i++) all = mix(all, random_formula((uint32_t)(n - i * (n / 12)), i + 1));
    return all;
}
