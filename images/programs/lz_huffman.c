// Compresses text by back references and Huffman codes, expands it again and compares.
//
// Matches are found with chains of equal hashes, and one is put off when the next byte begins a
// longer one. Literals and lengths share an alphabet, distances have their own; codes are
// canonical, so that the head of a block is their lengths alone.
#include "../reference/random.h"
#include <stdlib.h>
#include <string.h>

enum {
    WINDOW = 1 << 15,
    HASHES = 1 << 14,
    LEAST = 4,           // bytes of the shortest match
    MOST = 258,          // and of the longest
    CHAIN = 48,          // places that are tried
    END = 256,           // symbol behind the last one
    LITERALS = 257 + 32, // bytes, the end, classes of lengths
    DISTANCES = 32,
    LONGEST = 15, // bits of a code
};

typedef struct {
    uint8_t *data;
    size_t length, room;
    uint64_t bits;
    unsigned held; // bits in `bits`
} Writer;

typedef struct {
    const uint8_t *data;
    size_t at, length;
    uint64_t bits;
    unsigned held;
} Reader;

// A literal, or a length and a distance.
typedef struct {
    uint16_t length; // 0: a literal
    uint16_t value;
} Token;

typedef struct {
    uint8_t bits[LITERALS];
    uint16_t code[LITERALS];
} Codes;

// ---- Bits ------------------------------------------------------------------------------------

static void put(Writer *to, unsigned value, unsigned count) {
    to->bits |= (uint64_t)value << to->held;
    to->held += count;
    while (to->held >= 8) {
        if (to->length == to->room) {
            to->room = to->room * 2 + 64;
            to->data = realloc(to->data, to->room);
            if (!to->data) abort();
        }
        to->data[to->length++] = (uint8_t)to->bits;
        to->bits >>= 8;
        to->held -= 8;
    }
}

static unsigned get(Reader *from, unsigned count) {
    while (from->held < count) {
        uint64_t byte = from->at < from->length ? from->data[from->at++] : 0;
        from->bits |= byte << from->held;
        from->held += 8;
    }
    unsigned value = (unsigned)(from->bits & ((1u << count) - 1));
    from->bits >>= count;
    from->held -= count;
    return value;
}

// A number as its class (how many bits it has) and the bits below the highest.
static unsigned class_of(unsigned number) { return number ? 32 - (unsigned)__builtin_clz(number) : 0; }

static void put_rest(Writer *to, unsigned number) {
    unsigned class = class_of(number);
    if (class > 1) put(to, number & ((1u << (class - 1)) - 1), class - 1);
}

static unsigned get_rest(Reader *from, unsigned class) {
    return class > 1 ? 1u << (class - 1) | get(from, class - 1) : class;
}

// ---- Codes -----------------------------------------------------------------------------------

static int by_count(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// Lengths of codes, in the manner of Moffat and Katajainen: the sorted counts become the parents
// of the tree, those the depths, and those the lengths. Codes that come out too long are cut, and
// shorter ones lengthened until the sum of 2^-length is 1 again.
static void lengths(const uint32_t *counts, unsigned symbols, uint8_t *bits) {
    uint64_t order[LITERALS];
    uint32_t weight[LITERALS * 2];
    unsigned parent[LITERALS * 2], used = 0;
    memset(bits, 0, symbols);
    for (unsigned s = 0; s < symbols; s++)
        if (counts[s]) order[used++] = (uint64_t)counts[s] << 16 | s;
    if (used == 0) return;
    if (used == 1) {
        bits[order[0] & 0xFFFF] = 1;
        return;
    }
    qsort(order, used, sizeof *order, by_count);
    for (unsigned i = 0; i < used; i++) weight[i] = (uint32_t)(order[i] >> 16);
    unsigned leaf = 0, inner = used;
    for (unsigned next = used; next < 2 * used - 1; next++) {
        weight[next] = 0;
        for (int child = 0; child < 2; child++) {
            int take_leaf = leaf < used && (inner == next || weight[leaf] <= weight[inner]);
            unsigned from = take_leaf ? leaf++ : inner++;
            weight[next] += weight[from];
            parent[from] = next;
        }
    }
    unsigned depth[LITERALS * 2], many[LONGEST + 1] = {0};
    depth[2 * used - 2] = 0;
    for (unsigned node = 2 * used - 2; node-- > 0;) {
        depth[node] = depth[parent[node]] + 1;
        if (node < used) many[depth[node] > LONGEST ? LONGEST : depth[node]]++;
    }
    unsigned sum = 0;
    for (unsigned length = 1; length <= LONGEST; length++) sum += many[length] << (LONGEST - length);
    while (sum > 1u << LONGEST) {
        unsigned length = LONGEST - 1;
        while (!many[length]) length--;
        many[length]--, many[length + 1] += 2, many[LONGEST]--;
        sum--;
    }
    // The rarest get the longest.
    unsigned at = 0;
    for (unsigned length = LONGEST; length; length--)
        for (unsigned i = 0; i < many[length]; i++) bits[order[at++] & 0xFFFF] = (uint8_t)length;
}

// Canonical codes, mirrored, since the stream begins with the lowest bit.
static void assign(Codes *codes, unsigned symbols) {
    unsigned many[LONGEST + 1] = {0}, next[LONGEST + 2] = {0};
    for (unsigned s = 0; s < symbols; s++) many[codes->bits[s]]++;
    many[0] = 0;
    for (unsigned length = 1; length <= LONGEST; length++)
        next[length + 1] = (next[length] + many[length]) << 1;
    for (unsigned s = 0; s < symbols; s++) {
        unsigned code = next[codes->bits[s]]++, mirrored = 0;
        for (unsigned bit = 0; bit < codes->bits[s]; bit++) mirrored |= (code >> bit & 1) << (codes->bits[s] - 1 - bit);
        codes->code[s] = (uint16_t)mirrored;
    }
}

// What the next bits mean: symbol and length, by as many bits as the longest code has.
static void decoder(const Codes *codes, unsigned symbols, uint16_t *table) {
    for (unsigned s = 0; s < symbols; s++) {
        if (!codes->bits[s]) continue;
        for (unsigned at = codes->code[s]; at < 1u << LONGEST; at += 1u << codes->bits[s])
            table[at] = (uint16_t)(s << 4 | codes->bits[s]);
    }
}

static unsigned symbol(Reader *from, const uint16_t *table) {
    while (from->held < LONGEST) {
        uint64_t byte = from->at < from->length ? from->data[from->at++] : 0;
        from->bits |= byte << from->held;
        from->held += 8;
    }
    unsigned entry = table[from->bits & ((1u << LONGEST) - 1)];
    from->bits >>= entry & 15;
    from->held -= entry & 15;
    return entry >> 4;
}

// ---- Matches ---------------------------------------------------------------------------------

static unsigned hash(const uint8_t *at) {
    uint32_t word;
    memcpy(&word, at, sizeof word);
    return word * 2654435761u >> 18;
}

typedef struct {
    int32_t head[HASHES], previous[WINDOW];
} Chains;

static void enter(Chains *chains, const uint8_t *text, size_t at) {
    unsigned h = hash(text + at);
    chains->previous[at % WINDOW] = chains->head[h];
    chains->head[h] = (int32_t)at;
}

static unsigned longest(const Chains *chains, const uint8_t *text, size_t at, size_t length, unsigned *distance) {
    size_t most = length - at < MOST ? length - at : MOST;
    unsigned best = 0;
    int32_t from = chains->head[hash(text + at)];
    for (int tries = CHAIN; tries && from >= 0 && at - (size_t)from < WINDOW; tries--) {
        const uint8_t *old = text + from, *new = text + at;
        if (best == 0 || old[best] == new[best]) {
            unsigned same = 0;
            while (same < most && old[same] == new[same]) same++;
            if (same > best) best = same, *distance = (unsigned)(at - (size_t)from);
            if (best == most) break;
        }
        from = chains->previous[(size_t)from % WINDOW];
    }
    return best >= LEAST ? best : 0;
}

static size_t tokens(const uint8_t *text, size_t length, Token *to) {
    Chains *chains = malloc(sizeof *chains);
    if (!chains) abort();
    memset(chains, -1, sizeof *chains);
    size_t count = 0, at = 0;
    unsigned distance = 0, match = 0;
    while (at < length) {
        int room = at + LEAST < length;
        if (room && !match) match = longest(chains, text, at, length, &distance);
        if (room) enter(chains, text, at);
        unsigned later = 0, later_distance = 0;
        if (match && match < 64 && at + 1 + LEAST < length)
            later = longest(chains, text, at + 1, length, &later_distance);
        if (!match || later > match) {
            to[count++] = (Token){0, text[at++]};
            match = later, distance = later_distance;
            continue;
        }
        to[count++] = (Token){(uint16_t)match, (uint16_t)distance};
        for (unsigned i = 1; i < match; i++)
            if (at + i + LEAST < length) enter(chains, text, at + i);
        at += match;
        match = 0;
    }
    free(chains);
    return count;
}

// ---- Both ways -------------------------------------------------------------------------------

static void compress(const uint8_t *text, size_t length, Writer *to) {
    Token *list = malloc((length + 1) * sizeof *list);
    if (!list) abort();
    size_t count = tokens(text, length, list);
    uint32_t literals[LITERALS] = {0}, distances[DISTANCES] = {0};
    literals[END] = 1;
    for (size_t i = 0; i < count; i++) {
        if (list[i].length) {
            literals[END + class_of(list[i].length)]++;
            distances[class_of(list[i].value)]++;
        } else literals[list[i].value]++;
    }
    Codes first = {0}, second = {0};
    lengths(literals, LITERALS, first.bits);
    lengths(distances, DISTANCES, second.bits);
    assign(&first, LITERALS);
    assign(&second, DISTANCES);
    for (int s = 0; s < LITERALS; s++) put(to, first.bits[s], 4);
    for (int s = 0; s < DISTANCES; s++) put(to, second.bits[s], 4);
    for (size_t i = 0; i < count; i++) {
        if (!list[i].length) {
            put(to, first.code[list[i].value], first.bits[list[i].value]);
            continue;
        }
        unsigned class = class_of(list[i].length), far = class_of(list[i].value);
        put(to, first.code[END + class], first.bits[END + class]);
        put_rest(to, list[i].length);
        put(to, second.code[far], second.bits[far]);
        put_rest(to, list[i].value);
    }
    put(to, first.code[END], first.bits[END]);
    put(to, 0, 7);
    free(list);
}

static size_t expand(Reader *from, uint8_t *text, size_t room) {
    static uint16_t first_table[1 << LONGEST], second_table[1 << LONGEST];
    Codes first = {0}, second = {0};
    for (int s = 0; s < LITERALS; s++) first.bits[s] = (uint8_t)get(from, 4);
    for (int s = 0; s < DISTANCES; s++) second.bits[s] = (uint8_t)get(from, 4);
    assign(&first, LITERALS);
    assign(&second, DISTANCES);
    decoder(&first, LITERALS, first_table);
    decoder(&second, DISTANCES, second_table);
    for (size_t length = 0;;) {
        unsigned what = symbol(from, first_table);
        if (what == END) return length;
        if (what < END) {
            if (length == room) return 0;
            text[length++] = (uint8_t)what;
            continue;
        }
        unsigned count = get_rest(from, what - END);
        unsigned distance = get_rest(from, symbol(from, second_table));
        if (distance == 0 || distance > length || count > room - length) return 0;
        for (; count; count--, length++) text[length] = text[length - distance];
    }
}

// Words of a language of its own: each of a few syllables, frequent ones short, and phrases that
// come again.
static void write_text(uint8_t *text, size_t length) {
    static const char syllables[16][4] = {"ka", "lo", "min", "ter", "su", "ra", "ven", "i",
                                          "dor", "pe", "no", "gal", "u", "shi", "tam", "el"};
    uint64_t random = 7;
    size_t at = 0;
    while (at < length) {
        uint64_t draw = next_random(&random) >> 20;
        unsigned word = (unsigned)(draw % 61) * (unsigned)(draw / 61 % 47);
        for (unsigned i = 0, parts = 1 + word % 3; i <= parts; i++, word /= 5)
            for (const char *c = syllables[word % 16]; *c && at < length; c++) text[at++] = (uint8_t)*c;
        if (at < length) text[at++] = draw % 11 ? ' ' : '\n';
        size_t back = (draw >> 12) % 20000 + 100, count = 20 + (draw >> 30) % 60;
        if (draw % 13 == 0 && at > back)
            for (; count && at < length; count--, at++) text[at] = text[at - back];
    }
}

// Compresses `n` KiB of text.
uint64_t lz_huffman(uint64_t n) {
    size_t length = (size_t)n * 1024;
    uint8_t *text = malloc(length + 8), *again = malloc(length + 8);
    if (!text || !again) abort();
    write_text(text, length);
    Writer writer = {0};
    compress(text, length, &writer);
    Reader reader = {.data = writer.data, .length = writer.length};
    if (expand(&reader, again, length) != length || memcmp(text, again, length)) abort();
    uint64_t all = mix(MIX_START, writer.length);
    for (size_t i = 0; i < writer.length; i++) all = mix(all, writer.data[i]);
    free(text), free(again), free(writer.data);
    return all;
}
