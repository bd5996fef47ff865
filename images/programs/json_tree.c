// Reads a document in JSON into a tree, sorts its objects, sums up its numbers, writes it, and
// reads what was written again.
#include "../reference/random.h"
#include <stdlib.h>
#include <string.h>

typedef enum { NOTHING, NO, YES, NUMBER, TEXT, ARRAY, OBJECT } Kind;

typedef struct Value Value;
typedef struct {
    char *name;
    Value *value;
} Member;

struct Value {
    Kind kind;
    uint32_t count;
    union {
        double number;
        char *text;
        Value **items;
        Member *members;
    } as;
};

typedef struct {
    char *data;
    size_t length, room;
} Buffer;

typedef struct {
    const char *at, *end;
} Source;

static void *grown(void *old, size_t size) {
    void *memory = realloc(old, size);
    if (!memory) abort();
    return memory;
}

static void add(Buffer *to, const char *text, size_t length) {
    if (to->length + length > to->room) {
        to->room = (to->length + length) * 2;
        to->data = grown(to->data, to->room);
    }
    memcpy(to->data + to->length, text, length);
    to->length += length;
}

static void add_text(Buffer *to, const char *text) { add(to, text, strlen(text)); }

// ---- Reading ---------------------------------------------------------------------------------

static Value *value(Source *from);

static void space(Source *from) {
    while (from->at < from->end && strchr(" \n\t\r", *from->at)) from->at++;
}

static int next_is(Source *from, char wanted) {
    space(from);
    if (from->at == from->end || *from->at != wanted) return 0;
    from->at++;
    return 1;
}

static void need(Source *from, char wanted) {
    if (!next_is(from, wanted)) abort();
}

static Value *made(Kind kind) {
    Value *new = grown(NULL, sizeof *new);
    memset(new, 0, sizeof *new);
    new->kind = kind;
    return new;
}

static unsigned hexadecimal(Source *from) {
    unsigned code = 0;
    for (int i = 0; i < 4; i++) {
        if (from->at == from->end) abort();
        const char *digit = strchr("0123456789abcdef", *from->at++ | 0x20);
        if (!digit) abort();
        code = code << 4 | (unsigned)(strlen("0123456789abcdef") - strlen(digit));
    }
    return code;
}

static void add_character(Buffer *to, unsigned code) {
    char bytes[3];
    if (code < 0x80) {
        bytes[0] = (char)code;
        add(to, bytes, 1);
    } else if (code < 0x800) {
        bytes[0] = (char)(0xC0 | code >> 6), bytes[1] = (char)(0x80 | (code & 0x3F));
        add(to, bytes, 2);
    } else {
        bytes[0] = (char)(0xE0 | code >> 12), bytes[1] = (char)(0x80 | (code >> 6 & 0x3F));
        bytes[2] = (char)(0x80 | (code & 0x3F));
        add(to, bytes, 3);
    }
}

static char *text(Source *from) {
    Buffer buffer = {0};
    need(from, '"');
    for (;;) {
        const char *start = from->at;
        while (from->at < from->end && *from->at != '"' && *from->at != '\\') from->at++;
        if (from->at == from->end) abort();
        add(&buffer, start, (size_t)(from->at - start));
        if (*from->at++ == '"') break;
        char escaped = *from->at++;
        switch (escaped) {
        case 'n': add(&buffer, "\n", 1); break;
        case 't': add(&buffer, "\t", 1); break;
        case 'u': add_character(&buffer, hexadecimal(from)); break;
        default: add(&buffer, &escaped, 1);
        }
    }
    add(&buffer, "", 1);
    return buffer.data;
}

// Digits become an integer first and are scaled once, so that few of them are exact.
static double number(Source *from) {
    int negative = next_is(from, '-'), scale = 0;
    uint64_t digits = 0;
    for (int point = 0; from->at < from->end; from->at++) {
        if (*from->at >= '0' && *from->at <= '9') {
            digits = digits * 10 + (uint64_t)(*from->at - '0');
            scale += point;
        } else if (*from->at == '.' && !point) point = 1;
        else break;
    }
    double power = 1, all = (double)digits;
    while (scale-- > 0) power *= 10;
    all /= power;
    return negative ? -all : all;
}

static Value *array(Source *from) {
    Value *all = made(ARRAY);
    uint32_t room = 0;
    if (next_is(from, ']')) return all;
    do {
        if (all->count == room) {
            room = room ? room * 2 : 4;
            all->as.items = grown(all->as.items, room * sizeof *all->as.items);
        }
        Value *item = value(from);
        all->as.items[all->count++] = item;
    } while (next_is(from, ','));
    need(from, ']');
    return all;
}

static Value *object(Source *from) {
    Value *all = made(OBJECT);
    uint32_t room = 0;
    if (next_is(from, '}')) return all;
    do {
        if (all->count == room) {
            room = room ? room * 2 : 4;
            all->as.members = grown(all->as.members, room * sizeof *all->as.members);
        }
        char *name = text(from);
        need(from, ':');
        all->as.members[all->count].value = value(from);
        all->as.members[all->count++].name = name;
    } while (next_is(from, ','));
    need(from, '}');
    return all;
}

static Value *word(Source *from, const char *wanted, Kind kind) {
    size_t length = strlen(wanted);
    if ((size_t)(from->end - from->at) < length || memcmp(from->at, wanted, length)) abort();
    from->at += length;
    return made(kind);
}

static Value *value(Source *from) {
    space(from);
    if (from->at == from->end) abort();
    Value *new;
    switch (*from->at) {
    case '{': from->at++; return object(from);
    case '[': from->at++; return array(from);
    case 'n': return word(from, "null", NOTHING);
    case 'f': return word(from, "false", NO);
    case 't': return word(from, "true", YES);
    case '"':
        new = made(TEXT);
        new->as.text = text(from);
        return new;
    default:
        new = made(NUMBER);
        new->as.number = number(from);
        return new;
    }
}

// ---- Writing ---------------------------------------------------------------------------------

static void write_text(Buffer *to, const char *text) {
    add(to, "\"", 1);
    for (const char *start = text;; text++) {
        if (*text && *text != '"' && *text != '\\' && *text != '\n' && *text != '\t') continue;
        add(to, start, (size_t)(text - start));
        if (!*text) break;
        add_text(to, *text == '"' ? "\\\"" : *text == '\\' ? "\\\\" : *text == '\n' ? "\\n" : "\\t");
        start = text + 1;
    }
    add(to, "\"", 1);
}

// With three digits behind the point, less zeros at the end.
static void write_number(Buffer *to, double number) {
    char digits[32], *at = digits + sizeof digits;
    uint64_t all = (uint64_t)((number < 0 ? -number : number) * 1000 + 0.5);
    if (number < 0 && all) add(to, "-", 1);
    int places = 3;
    while (places && all % 10 == 0) all /= 10, places--;
    for (int written = 0; all || written <= places; written++) {
        if (written == places && places) *--at = '.';
        *--at = (char)('0' + all % 10);
        all /= 10;
    }
    add(to, at, (size_t)(digits + sizeof digits - at));
}

static void write_value(Buffer *to, const Value *from) {
    switch (from->kind) {
    case NOTHING: add_text(to, "null"); break;
    case NO: add_text(to, "false"); break;
    case YES: add_text(to, "true"); break;
    case NUMBER: write_number(to, from->as.number); break;
    case TEXT: write_text(to, from->as.text); break;
    case ARRAY:
        add(to, "[", 1);
        for (uint32_t i = 0; i < from->count; i++) {
            if (i) add(to, ",", 1);
            write_value(to, from->as.items[i]);
        }
        add(to, "]", 1);
        break;
    case OBJECT:
        add(to, "{", 1);
        for (uint32_t i = 0; i < from->count; i++) {
            if (i) add(to, ",", 1);
            write_text(to, from->as.members[i].name);
            add(to, ":", 1);
            write_value(to, from->as.members[i].value);
        }
        add(to, "}", 1);
    }
}

// ---- What is done with it --------------------------------------------------------------------

static int by_name(const void *a, const void *b) {
    return strcmp(((const Member *)a)->name, ((const Member *)b)->name);
}

static void sort(Value *all) {
    if (all->kind == OBJECT) qsort(all->as.members, all->count, sizeof(Member), by_name);
    for (uint32_t i = 0; i < all->count; i++)
        if (all->kind == ARRAY || all->kind == OBJECT) sort(all->kind == ARRAY ? all->as.items[i] : all->as.members[i].value);
}

static const Value *find(const Value *all, const char *name) {
    const Member wanted = {(char *)name, NULL};
    const Member *found = bsearch(&wanted, all->as.members, all->count, sizeof wanted, by_name);
    return found ? found->value : NULL;
}

// The sum of all numbers called `name`, wherever they are.
static double sum(const Value *all, const char *name) {
    double total = 0;
    if (all->kind == OBJECT) {
        const Value *found = find(all, name);
        if (found && found->kind == NUMBER) total += found->as.number;
        for (uint32_t i = 0; i < all->count; i++) total += sum(all->as.members[i].value, name);
    } else if (all->kind == ARRAY)
        for (uint32_t i = 0; i < all->count; i++) total += sum(all->as.items[i], name);
    return total;
}

static void drop(Value *all) {
    if (all->kind == TEXT) free(all->as.text);
    for (uint32_t i = 0; all->kind == ARRAY && i < all->count; i++) drop(all->as.items[i]);
    for (uint32_t i = 0; all->kind == OBJECT && i < all->count; i++)
        free(all->as.members[i].name), drop(all->as.members[i].value);
    if (all->kind == ARRAY) free(all->as.items);
    if (all->kind == OBJECT) free(all->as.members);
    free(all);
}

// ---- A document ------------------------------------------------------------------------------

static void write_random(Buffer *to, uint64_t *random, int depth) {
    static const char *const names[] = {"weight", "name", "parts", "price", "left", "right", "note", "open"};
    uint64_t draw = next_random(random) >> 24;
    char letters[16];
    switch (depth == 0 ? draw % 5 : 5 + draw % 2) {
    case 0: write_number(to, (double)(draw / 5 % 2000000) / 1000 - 500); break;
    case 1: add_text(to, draw & 32 ? "true" : draw & 64 ? "false" : "null"); break;
    case 2: add_text(to, "\"caf\\u00e9 \\\"\\n\\u20ac\""); break;
    case 3:
    case 4:
        for (int i = 0; i < 15; i++) letters[i] = (char)('a' + (draw >> i) % 26);
        letters[3 + draw % 12] = 0;
        write_text(to, letters);
        break;
    case 5:
        add_text(to, "[ ");
        for (uint64_t i = 0, count = 2 + draw / 7 % 4; i < count; i++) {
            if (i) add_text(to, ", ");
            write_random(to, random, depth - 1);
        }
        add_text(to, " ]");
        break;
    default:
        add_text(to, "{\n");
        for (uint64_t i = 0, count = 2 + draw / 7 % 5; i < count; i++) {
            if (i) add_text(to, ",\n");
            write_text(to, names[(draw + i * 3) % 8]);
            add_text(to, ": ");
            write_random(to, random, i ? depth - 1 : 0);
        }
        add_text(to, "\n}");
    }
}

static Value *read_all(const Buffer *from) {
    Source source = {from->data, from->data + from->length};
    Value *all = value(&source);
    space(&source);
    if (source.at != source.end) abort();
    return all;
}

// `n` documents.
uint64_t json_tree(uint64_t n) {
    uint64_t random = 3, all = MIX_START;
    for (uint64_t round = 0; round < n; round++) {
        Buffer document = {0}, sorted = {0}, again = {0};
        write_random(&document, &random, 7);
        Value *tree = read_all(&document);
        sort(tree);
        write_value(&sorted, tree);
        Value *copy = read_all(&sorted);
        write_value(&again, copy);
        if (again.length != sorted.length || memcmp(again.data, sorted.data, again.length)) abort();
        if (bits_of(sum(tree, "weight")) != bits_of(sum(copy, "weight"))) abort();
        all = mix(mix(all, document.length), bits_of(sum(tree, "price")));
        for (size_t i = 0; i < sorted.length; i++) all = mix(all, (uint8_t)sorted.data[i]);
        drop(tree), drop(copy);
        free(document.data), free(sorted.data), free(again.data);
    }
    return all;
}
