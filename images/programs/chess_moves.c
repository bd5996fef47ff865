// Counts the positions that a chess game can reach in so many moves.
//
// The counts of the three positions are known to everybody who writes a chess program, so the
// answers are more than two compilers agreeing.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// A square is 16 * rank + file: one that is off the board has a bit of 0x88.
enum { NONE, PAWN, KNIGHT, BISHOP, ROOK, QUEEN, KING, BLACK = 8 };
enum { WHITE_SHORT = 1, WHITE_LONG = 2, BLACK_SHORT = 4, BLACK_LONG = 8, NOWHERE = 0x88 };

typedef struct {
    uint8_t board[128];
    uint8_t kings[2];
    uint8_t castling, en_passant, turn; // turn: 0 white, 1 black
} Position;

typedef struct {
    uint8_t from, to, promotion, flag;
} Move;
enum { PLAIN, DOUBLE_STEP, EN_PASSANT, CASTLE };

// What a move must leave behind to be taken back.
typedef struct {
    uint8_t taken, castling, en_passant;
} Undo;

static const int knight_steps[] = {33, 31, 18, 14, -33, -31, -18, -14};
static const int queen_steps[] = {16, -16, 1, -1, 17, 15, -17, -15}; // rook's first, bishop's last
static const int pawn_step[2] = {16, -16};

static int kind(uint8_t piece) { return piece & 7; }
static int owner(uint8_t piece) { return piece >> 3; }

// Position in Forsyth-Edwards notation, as far as the half-move clock.
static void place(Position *p, const char *text) {
    static const char letters[] = " pnbrqk";
    memset(p, 0, sizeof *p);
    int square = 7 * 16;
    for (; *text != ' '; text++) {
        if (*text == '/') square = (square & 0xF0) - 16;
        else if (*text >= '1' && *text <= '8') square += *text - '0';
        else {
            const char *found = strchr(letters, *text | 0x20);
            if (!found || square & 0x88) abort();
            int piece = (int)(found - letters), black = (*text & 0x20) != 0;
            p->board[square] = (uint8_t)(piece | (black ? BLACK : 0));
            if (piece == KING) p->kings[black] = (uint8_t)square;
            square++;
        }
    }
    p->turn = *++text == 'b';
    for (text += 2; *text != ' '; text++) {
        if (*text == 'K') p->castling |= WHITE_SHORT;
        if (*text == 'Q') p->castling |= WHITE_LONG;
        if (*text == 'k') p->castling |= BLACK_SHORT;
        if (*text == 'q') p->castling |= BLACK_LONG;
    }
    text++;
    p->en_passant = *text == '-' ? NOWHERE : (uint8_t)((text[1] - '1') * 16 + text[0] - 'a');
}

static int attacked(const Position *p, int square, int by) {
    for (int i = 0; i < 8; i++) {
        int from = square + knight_steps[i];
        if (!(from & 0x88) && p->board[from] == (KNIGHT | by << 3)) return 1;
        int step = queen_steps[i], straight = i < 4;
        from = square + step;
        if (!(from & 0x88) && p->board[from] == (KING | by << 3)) return 1;
        for (; !(from & 0x88); from += step) {
            uint8_t piece = p->board[from];
            if (!piece) continue;
            if (owner(piece) == by) {
                int what = kind(piece);
                if (what == QUEEN || what == (straight ? ROOK : BISHOP)) return 1;
            }
            break;
        }
    }
    int behind = square - pawn_step[by];
    for (int side = -1; side <= 1; side += 2)
        if (!((behind + side) & 0x88) && p->board[behind + side] == (PAWN | by << 3)) return 1;
    return 0;
}

static Move *add(Move *list, int from, int to, int promotion, int flag) {
    *list = (Move){(uint8_t)from, (uint8_t)to, (uint8_t)promotion, (uint8_t)flag};
    return list + 1;
}

static Move *add_pawn(Move *list, int from, int to, int flag) {
    int rank = to >> 4;
    if (rank != 0 && rank != 7) return add(list, from, to, NONE, flag);
    for (int piece = QUEEN; piece >= KNIGHT; piece--) list = add(list, from, to, piece, flag);
    return list;
}

static Move *pawn_moves(const Position *p, int from, Move *list) {
    int us = p->turn, step = pawn_step[us];
    int to = from + step;
    if (!p->board[to]) {
        list = add_pawn(list, from, to, PLAIN);
        if (from >> 4 == (us ? 6 : 1) && !p->board[to + step]) list = add(list, from, to + step, NONE, DOUBLE_STEP);
    }
    for (int side = -1; side <= 1; side += 2) {
        int aside = to + side;
        if (aside & 0x88) continue;
        uint8_t piece = p->board[aside];
        if (piece && owner(piece) != us) list = add_pawn(list, from, aside, PLAIN);
        else if (aside == p->en_passant) list = add(list, from, aside, NONE, EN_PASSANT);
    }
    return list;
}

// The king does not leave, cross or enter an attacked square; the last is seen after the move.
static Move *castling_moves(const Position *p, Move *list) {
    int us = p->turn, king = us ? 0x74 : 0x04, rights = p->castling >> (us * 2);
    const uint8_t *rank = p->board + (king & 0xF0);
    if (!(rights & 3) || attacked(p, king, !us)) return list;
    if (rights & WHITE_SHORT && !rank[5] && !rank[6] && !attacked(p, king + 1, !us))
        list = add(list, king, king + 2, NONE, CASTLE);
    if (rights & WHITE_LONG && !rank[3] && !rank[2] && !rank[1] && !attacked(p, king - 1, !us))
        list = add(list, king, king - 2, NONE, CASTLE);
    return list;
}

// All moves, including those that leave the king attacked.
static Move *moves(const Position *p, Move *list) {
    for (int from = 0; from < 128; from++) {
        if (from & 0x88) {
            from += 7;
            continue;
        }
        uint8_t piece = p->board[from];
        if (!piece || owner(piece) != p->turn) continue;
        int what = kind(piece);
        if (what == PAWN) {
            list = pawn_moves(p, from, list);
            continue;
        }
        const int *steps = what == KNIGHT ? knight_steps : what == BISHOP ? queen_steps + 4 : queen_steps;
        int count = what == BISHOP || what == ROOK ? 4 : 8, slides = what != KNIGHT && what != KING;
        for (int i = 0; i < count; i++) {
            for (int to = from + steps[i]; !(to & 0x88); to += steps[i]) {
                uint8_t there = p->board[to];
                if (!there || owner(there) != p->turn) list = add(list, from, to, NONE, PLAIN);
                if (there || !slides) break;
            }
        }
    }
    return castling_moves(p, list);
}

// Rights that are gone when something leaves or enters a square.
static int spoilt(int square) {
    switch (square) {
    case 0x00: return WHITE_LONG;
    case 0x04: return WHITE_SHORT | WHITE_LONG;
    case 0x07: return WHITE_SHORT;
    case 0x70: return BLACK_LONG;
    case 0x74: return BLACK_SHORT | BLACK_LONG;
    case 0x77: return BLACK_SHORT;
    default: return 0;
    }
}

// Where the rook of a castling stands before and after.
static void rook_of(const Move *m, int *from, int *to) {
    int is_short = m->to > m->from;
    *from = is_short ? m->to + 1 : m->to - 2;
    *to = is_short ? m->to - 1 : m->to + 1;
}

static Undo make(Position *p, const Move *m) {
    Undo undo = {p->board[m->to], p->castling, p->en_passant};
    uint8_t piece = p->board[m->from];
    p->board[m->from] = NONE;
    p->board[m->to] = m->promotion ? (uint8_t)(m->promotion | p->turn << 3) : piece;
    if (kind(piece) == KING) p->kings[p->turn] = m->to;
    if (m->flag == EN_PASSANT) p->board[m->to - pawn_step[p->turn]] = NONE;
    if (m->flag == CASTLE) {
        int from, to;
        rook_of(m, &from, &to);
        p->board[to] = p->board[from], p->board[from] = NONE;
    }
    p->castling &= (uint8_t)~(spoilt(m->from) | spoilt(m->to));
    p->en_passant = m->flag == DOUBLE_STEP ? (uint8_t)((m->from + m->to) / 2) : NOWHERE;
    p->turn ^= 1;
    return undo;
}

static void take_back(Position *p, const Move *m, Undo undo) {
    p->turn ^= 1;
    uint8_t piece = m->promotion ? (uint8_t)(PAWN | p->turn << 3) : p->board[m->to];
    p->board[m->from] = piece, p->board[m->to] = undo.taken;
    if (kind(piece) == KING) p->kings[p->turn] = m->from;
    if (m->flag == EN_PASSANT) p->board[m->to - pawn_step[p->turn]] = (uint8_t)(PAWN | !p->turn << 3);
    if (m->flag == CASTLE) {
        int from, to;
        rook_of(m, &from, &to);
        p->board[from] = p->board[to], p->board[to] = NONE;
    }
    p->castling = undo.castling, p->en_passant = undo.en_passant;
}

static uint64_t positions(Position *p, uint64_t depth) {
    if (depth == 0) return 1;
    Move list[256];
    const Move *end = moves(p, list);
    uint64_t count = 0;
    for (const Move *m = list; m < end; m++) {
        int us = p->turn;
        Undo undo = make(p, m);
        if (!attacked(p, p->kings[us], !us)) count += positions(p, depth - 1);
        take_back(p, m, undo);
    }
    return count;
}

// Positions `n` moves behind the start of a game, and behind two that have every kind of move.
uint64_t chess_moves(uint64_t n) {
    static const char *const starts[] = {
        "rnbqkbnr/pppppppp/8/8/8/8/PPPPPPPP/RNBQKBNR w KQkq - ",
        "r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq - ",
        "8/2p5/3p4/KP5r/1R3p1k/8/4P1P1/8 w - - ",
    };
    uint64_t count = 0;
    for (int i = 0; i < 3; i++) {
        Position p;
        place(&p, starts[i]);
        count += positions(&p, i == 1 && n ? n - 1 : n);
    }
    return count;
}
