// Regular expressions: . * + ? | ( ) [ ] ^ $, first by backtracking over a tree, then by
// sets of states, which must agree.
#include <stdio.h>
#include <string.h>

enum { CHAR, ANY, SET, SPLIT, JUMP, BEGIN, END, MATCH };
typedef struct { int op, x, y; char set[32]; } instruction;

static instruction code[200];
static int len;
static const char *at;

static int emit(int op, int x, int y) {
    code[len] = (instruction){op, x, y, {0}};
    return len++;
}

// Moves code from `from` on by one and puts an instruction there.
static void insert(int from, int op, int x, int y) {
    memmove(code + from + 1, code + from, (size_t)(len - from) * sizeof *code);
    len++;
    for (int i = from + 1; i < len; i++)
        if (code[i].op == SPLIT || code[i].op == JUMP) {
            if (code[i].x >= from) code[i].x++;
            if (code[i].op == SPLIT && code[i].y >= from) code[i].y++;
        }
    code[from] = (instruction){op, x, y, {0}};
}

static void alternatives(void);

static void atom(void) {
    switch (*at) {
    case '(':
        at++;
        alternatives();
        if (*at == ')') at++;
        break;
    case '.': at++; emit(ANY, 0, 0); break;
    case '^': at++; emit(BEGIN, 0, 0); break;
    case '$': at++; emit(END, 0, 0); break;
    case '[': {
        int i = emit(SET, *++at == '^', 0);
        if (*at == '^') at++;
        for (; *at && *at != ']'; at++) {
            unsigned char low = (unsigned char)*at, high = low;
            if (at[1] == '-' && at[2] != ']') high = (unsigned char)at[2], at += 2;
            for (unsigned c = low; c <= high; c++) code[i].set[c / 8] |= (char)(1 << c % 8);
        }
        if (*at) at++;
        break;
    }
    case '\\': at++; // fall through
    default: emit(CHAR, *at++, 0);
    }
}

static void sequence(void) {
    while (*at && *at != '|' && *at != ')') {
        int from = len;
        atom();
        for (; *at == '*' || *at == '+' || *at == '?'; at++) {
            if (*at == '*') {
                insert(from, SPLIT, from + 1, len + 2);
                emit(JUMP, from, 0);
            } else if (*at == '+') emit(SPLIT, from, len + 1);
            else insert(from, SPLIT, from + 1, len + 1);
        }
    }
}

static void alternatives(void) {
    int from = len;
    sequence();
    if (*at == '|') {
        at++;
        insert(from, SPLIT, from + 1, len + 2);
        int jump = emit(JUMP, 0, 0);
        alternatives();
        code[jump].x = len;
    }
}

static int fits(const instruction *i, unsigned char c) {
    if (i->op == CHAR) return i->x == c;
    return i->op == ANY || ((i->set[c / 8] >> c % 8 & 1) != i->x);
}

static int budget;

static const char *backtrack(int pc, const char *start, const char *s) {
    for (;;) {
        if (--budget < 0) return 0;
        const instruction *i = &code[pc];
        switch (i->op) {
        case MATCH: return s;
        case JUMP: pc = i->x; continue;
        case SPLIT: {
            const char *end = backtrack(i->x, start, s);
            if (end) return end;
            pc = i->y;
            continue;
        }
        case BEGIN: if (s != start) return 0; break;
        case END: if (*s) return 0; break;
        default:
            if (!*s || !fits(i, (unsigned char)*s)) return 0;
            s++;
        }
        pc++;
    }
}

static void add(char *states, int pc, int first, int last) {
    if (states[pc]) return;
    states[pc] = 1;
    const instruction *i = &code[pc];
    if (i->op == JUMP) add(states, i->x, first, last);
    else if (i->op == SPLIT) add(states, i->x, first, last), add(states, i->y, first, last);
    else if ((i->op == BEGIN && first) || (i->op == END && last)) add(states, pc + 1, first, last);
}

// Whether the expression matches anywhere.
static int search(const char *text) {
    char now[200] = {0}, then[200];
    for (const char *s = text;; s++) {
        add(now, 0, s == text, !*s);
        if (now[len - 1]) return 1;
        if (!*s) return 0;
        memset(then, 0, sizeof then);
        for (int i = 0; i < len; i++)
            if (now[i] && (code[i].op == CHAR || code[i].op == ANY || code[i].op == SET) && fits(&code[i], (unsigned char)*s)) add(then, i + 1, 0, !s[1]);
        memcpy(now, then, sizeof now);
    }
}

int main(void) {
    static const char *const patterns[] = {"ab*c", "^a.c$", "(ab|cd)+e", "[a-c]+[^x-z]?$", "x*", "colou?r", "(a|b)*abb", "^$", "a\\.b", "(0|1(01*0)*1)+", "h.*o", "(a?)(a?)(a?)aaa"};
    static const char *const texts[] = {"", "abc", "abbbbc", "ac", "xabcdcde", "color colour", "aababb", "a.b", "110", "hello world", "aaa", "zzz"};
    int disagree = 0;
    for (int p = 0; p < 12; p++) {
        len = 0;
        at = patterns[p];
        alternatives();
        emit(MATCH, 0, 0);
        printf("%-18s", patterns[p]);
        for (int t = 0; t < 12; t++) {
            int found = -1, length = 0;
            for (const char *s = texts[t];; s++) {
                budget = 100000;
                const char *end = backtrack(0, texts[t], s);
                if (end) {
                    found = (int)(s - texts[t]);
                    length = (int)(end - s);
                    break;
                }
                if (!*s) break;
            }
            disagree += (found >= 0) != search(texts[t]);
            if (found < 0) printf("    -");
            else printf(" %d+%-2d", found, length);
        }
        puts("");
    }
    printf("%d\n", disagree);
    return disagree;
}
