// Hash tables: open addressing with deletion, and chained, checked against each other.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { uint64_t key; int value; enum { EMPTY, FULL, GONE } state; } slot;
typedef struct { slot *slots; size_t room, used; } table;
typedef struct entry { struct entry *next; uint64_t key; int value; } entry;

static uint64_t mix(uint64_t x) {
    x ^= x >> 33;
    x *= 0xFF51AFD7ED558CCD;
    x ^= x >> 33;
    x *= 0xC4CEB9FE1A85EC53;
    return x ^ x >> 33;
}

static slot *find(const table *t, uint64_t key) {
    slot *free_slot = 0;
    for (size_t i = mix(key) & (t->room - 1);; i = (i + 1) & (t->room - 1)) {
        slot *s = &t->slots[i];
        if (s->state == EMPTY) return free_slot ? free_slot : s;
        if (s->state == GONE && !free_slot) free_slot = s;
        if (s->state == FULL && s->key == key) return s;
    }
}

static void put(table *t, uint64_t key, int value) {
    if (t->used * 4 >= t->room * 3) {
        table bigger = {calloc(t->room * 2, sizeof(slot)), t->room * 2, 0};
        for (size_t i = 0; i < t->room; i++)
            if (t->slots[i].state == FULL) {
                *find(&bigger, t->slots[i].key) = t->slots[i];
                bigger.used++;
            }
        free(t->slots);
        *t = bigger;
    }
    slot *s = find(t, key);
    if (s->state == EMPTY) t->used++;
    *s = (slot){key, value, FULL};
}

static entry **chain(entry **heads, uint64_t key) {
    entry **at = &heads[key % 61];
    while (*at && (*at)->key != key) at = &(*at)->next;
    return at;
}

static unsigned text_hash(const char *s) {
    unsigned h = 2166136261u;
    while (*s) h = (h ^ (unsigned char)*s++) * 16777619u;
    return h;
}

int main(void) {
    table t = {calloc(8, sizeof(slot)), 8, 0};
    static entry *heads[61];
    uint64_t seed = 5;
    int differences = 0, hits = 0;
    for (int i = 0; i < 5000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        uint64_t key = (seed >> 40) % 700;
        entry **e = chain(heads, key);
        slot *s = find(&t, key);
        differences += (s->state == FULL) != (*e != 0);
        if (*e) hits += (*e)->value == s->value;
        if (seed >> 62) {
            put(&t, key, i);
            if (*e) (*e)->value = i;
            else {
                *e = malloc(sizeof **e);
                **e = (entry){0, key, i};
            }
        } else if (*e) {
            find(&t, key)->state = GONE;
            entry *dead = *e;
            *e = dead->next;
            free(dead);
        }
    }
    size_t count = 0;
    uint64_t sum = 0;
    for (size_t i = 0; i < t.room; i++)
        if (t.slots[i].state == FULL) count++, sum += t.slots[i].key * (unsigned)t.slots[i].value;
    printf("%d %d %zu %zu %lu\n", differences, hits, count, t.room, sum);
    const char *text = "it was the best of times it was the worst of times it was the age of wisdom it was the age of foolishness";
    struct { char word[16]; int count; } words[64] = {0};
    for (const char *p = text; *p;) {
        char word[16];
        int n = 0;
        while (*p && *p != ' ') word[n++] = *p++;
        word[n] = 0;
        while (*p == ' ') p++;
        unsigned i = text_hash(word) & 63;
        while (words[i].count && strcmp(words[i].word, word)) i = (i + 1) & 63;
        strcpy(words[i].word, word);
        words[i].count++;
    }
    for (int i = 0; i < 64; i++)
        if (words[i].count) printf("%s=%d ", words[i].word, words[i].count);
    puts("");
    free(t.slots);
    return 0;
}
