// A register machine with memory and calls, its assembler, and programs for it; and a
// brainf*** interpreter.
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SET, MOVE, ADD, SUB, MUL, DIV, LOAD, STORE, JUMP, LESS, ZERO, CALL, RET, OUT, STOP };
static const char *const names[] = {"set", "move", "add", "sub", "mul", "div", "load", "store", "jump", "less", "zero", "call", "ret", "out", "stop"};
typedef struct { uint8_t op, a, b, c; int32_t value; } instruction;

static struct { char name[12]; int place; } labels[32];
static int label_count;

static int find_label(const char *name, int place) {
    for (int i = 0; i < label_count; i++)
        if (!strcmp(labels[i].name, name)) {
            if (place >= 0) labels[i].place = place;
            return i;
        }
    strcpy(labels[label_count].name, name);
    labels[label_count].place = place;
    return label_count++;
}

// A line: `label:` or `op operands`; an operand is rN, a number, or a label.
static int assemble(const char *text, instruction *code) {
    int n = 0;
    label_count = 0;
    while (*text) {
        char word[12];
        int got = 0;
        if (sscanf(text, " %11[a-z_0-9]%n", word, &got) != 1) break;
        text += got;
        if (*text == ':') {
            find_label(word, n);
            text++;
            continue;
        }
        instruction in = {STOP, 0, 0, 0, -1};
        for (uint8_t i = 0; i <= STOP; i++)
            if (!strcmp(word, names[i])) in.op = i;
        uint8_t *reg = &in.a;
        while (*text && *text != '\n') {
            if (*text == 'r' && isdigit((unsigned char)text[1])) *reg++ = (uint8_t)strtol(text + 1, (char **)&text, 10);
            else if (isdigit((unsigned char)*text) || *text == '-') in.value = (int32_t)strtol(text, (char **)&text, 10);
            else if (isalpha((unsigned char)*text)) {
                sscanf(text, "%11[a-z_0-9]%n", word, &got);
                in.value = find_label(word, -1);
                text += got;
            } else text++;
        }
        code[n++] = in;
    }
    for (int i = 0; i < n; i++)
        if (code[i].op >= JUMP && code[i].op <= CALL) code[i].value = labels[code[i].value].place;
    return n;
}

static long run(const instruction *code) {
    static int64_t memory[1024];
    int64_t r[16] = {0};
    int stack[256], depth = 0;
    long steps = 0;
    for (int at = 0;; steps++) {
        instruction in = code[at++];
        switch (in.op) {
        case SET: r[in.a] = in.value; break;
        case MOVE: r[in.a] = r[in.b]; break;
        case ADD: r[in.a] = r[in.b] + r[in.c]; break;
        case SUB: r[in.a] = r[in.b] - r[in.c]; break;
        case MUL: r[in.a] = r[in.b] * r[in.c]; break;
        case DIV: r[in.a] = r[in.c] ? r[in.b] / r[in.c] : 0; break;
        case LOAD: r[in.a] = memory[r[in.b] & 1023]; break;
        case STORE: memory[r[in.b] & 1023] = r[in.a]; break;
        case JUMP: at = in.value; break;
        case LESS: if (r[in.a] < r[in.b]) at = in.value; break;
        case ZERO: if (r[in.a] == 0) at = in.value; break;
        case CALL: stack[depth++] = at; at = in.value; break;
        case RET: at = stack[--depth]; break;
        case OUT: printf("%ld ", r[in.a]); break;
        case STOP: return steps;
        }
    }
}

static void brain(const char *code) {
    static uint8_t tape[300];
    memset(tape, 0, sizeof tape);
    uint8_t *p = tape;
    for (const char *c = code; *c; c++) switch (*c) {
        case '>': p++; break;
        case '<': p--; break;
        case '+': ++*p; break;
        case '-': --*p; break;
        case '.': putchar(*p); break;
        case '[': if (!*p) for (int d = 1; d;) c++, d += (*c == '[') - (*c == ']'); break;
        case ']': if (*p) for (int d = 1; d;) c--, d += (*c == ']') - (*c == '['); break;
        }
}

int main(void) {
    instruction code[128];
    assemble("set r1 0\nset r2 1\nset r3 40\nset r4 1\nloop: zero r3 end\nadd r5 r1 r2\nmove r1 r2\nmove r2 r5\nsub r3 r3 r4\njump loop\nend: out r1\nstop\n", code);
    printf("in %ld steps\n", run(code));
    // Sieve of Eratosthenes below 500, then the count.
    assemble("set r1 2\nset r9 500\nset r8 1\nset r7 1\nset r10 0\nouter: less r1 r9 body\njump done\nbody: load r2 r1\nzero r2 prime\njump next\n"
             "prime: add r10 r10 r8\nadd r3 r1 r1\nmark: less r3 r9 go\njump next\ngo: store r7 r3\nadd r3 r3 r1\njump mark\nnext: add r1 r1 r8\njump outer\ndone: out r10\nstop\n", code);
    printf("in %ld steps\n", run(code));
    assemble("set r1 15\nset r2 1\ncall fact\nout r3\nstop\nfact: set r3 1\nagain: less r1 r2 back\nmul r3 r3 r1\nsub r1 r1 r2\njump again\nback: ret\n", code);
    printf("in %ld steps\n", run(code));
    // The alphabet, then the digits down.
    brain("+++++++++++++[>++>+++++<<-]>[>.+<-]>[-]++++++++++.");
    brain("++++++++++[>+>++++++<<-]>>---<[>.-<-]");
    puts("");
    return 0;
}
