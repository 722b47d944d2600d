/* The block that routed.c works on, the order of its slots by expert, and the rows of some slots. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 32
#define COLS 128
#define MAX_RANK 128
#define FEW 8 /* slots: of an expert with fewer, its A is read as it lies */
#define NOTHING (-2) /* the index of a slot that is not used */
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

enum { GATE, UP, DOWN };

/* Slot j of token t has number t * top_k + j. The activation is x * sigmoid(x * (linear + cubic * x * x)). */
typedef struct {
    int64_t tokens, top_k, experts, hidden, inner, rank, threads;
    double linear, cubic, scale[3];
    const int64_t *indices;                     /* [tokens * top_k], as weights and dweights */
    const float *weights, *x, *gate, *up;       /* x and dx: [tokens, hidden]; gate, up and theirs: [tokens, inner] */
    const float *A[3], *B[3];                   /* [experts, rank, in], [experts, out, rank] */
    const uint8_t *mask[3];                     /* [tokens * top_k, in], or NULL without dropout */
    float *z[3];                                /* [tokens * top_k, rank], by expert: what B is multiplied with */
    float *mixed, *low;                         /* [tokens, inner], [tokens, hidden] */
    const float *dmixed, *dlow;
    float *dx, *dgate, *dup, *dweights, *dA[3], *dB[3];
} Block;

/* The used slots sorted by expert, where each expert's begin, the last of which is how many there are, and for each
 * whether it is its token's first in this order. */
typedef struct {
    int32_t *order, *start;
    uint8_t *first;
} Plan;

/* Columns of the rows of some slots, [m, n]; per: how many slots share a row of the source. */
static void take(float *tile, int64_t m, int64_t n, const int32_t *slots, int64_t per, const float *from, int64_t ld)
{
    for (int64_t i = 0; i < m; i++) memcpy(tile + i * n, from + slots[i] / per * ld, n * sizeof(float));
}

/* Dropout. */
static void keep(float *tile, int64_t m, int64_t n, const int32_t *slots, const uint8_t *mask, int64_t column,
                 int64_t ld)
{
    for (int64_t i = 0; mask && i < m; i++)
        for (int64_t j = 0; j < n; j++) tile[i * n + j] *= mask[slots[i] * ld + column + j];
}

/* Ask for what the next tile will take: its rows lie too far apart for the processor to guess. */
static void ask(const Block *b, const Plan *p, int64_t at, int64_t n, const float *from, int64_t ld)
{
    const int64_t to = MIN(at + ROWS, b->tokens * b->top_k);
    for (; at < to; at++)
        for (int64_t j = 0; j < n; j += 16) __builtin_prefetch(from + p->order[at] / b->top_k * ld + j);
}

/* Add to the rows of the slots' tokens, or write what comes first. */
static void put(const float *tile, int64_t m, int64_t n, const int32_t *slots, const uint8_t *first, int64_t per,
                float *to, int64_t ld)
{
    for (int64_t i = 0; i < m; i++) {
        float *row = to + slots[i] / per * ld;
        if (first[i])
            memcpy(row, tile + i * n, n * sizeof(float));
        else
            for (int64_t j = 0; j < n; j++) row[j] += tile[i * n + j];
    }
}

/* How many slots, from at on, one tile takes: of one expert, below to. Advances *e to their expert. */
static int64_t next_tile(const Plan *p, int64_t at, int64_t to, int64_t *e)
{
    while (p->start[*e + 1] <= at) ++*e;
    return MIN(ROWS, MIN(to, p->start[*e + 1]) - at);
}

static Plan plan(const Block *b)
{
    const int64_t slots = b->tokens * b->top_k;
    int32_t *memory = calloc(slots + b->experts + 1 + (slots + b->tokens) / 4 + 1, sizeof(int32_t));
    Plan p = {memory, memory + slots, (uint8_t *)(memory + slots + b->experts + 1)};
    if (!memory) return p;
    for (int64_t i = 0; i < slots; i++)
        if (b->indices[i] != NOTHING) p.start[b->indices[i]]++;
    for (int64_t e = 0; e < b->experts; e++) p.start[e + 1] += p.start[e];
    for (int64_t i = slots; i-- > 0;)
        if (b->indices[i] != NOTHING) p.order[--p.start[b->indices[i]]] = i;
    uint8_t *seen = p.first + slots;
    for (int64_t i = 0; i < p.start[b->experts]; i++) {
        uint8_t *token = seen + p.order[i] / b->top_k;
        p.first[i] = !*token;
        *token = 1;
    }
    return p;
}

static int no_expert(const Block *b)
{
    int wrong = 0;
    for (int64_t i = 0; i < b->tokens * b->top_k; i++) {
        const int unused = b->indices[i] == NOTHING && i % b->top_k; /* a token's first slot is used */
        wrong |= !unused && (b->indices[i] < 0 || b->indices[i] >= b->experts);
    }
    return wrong;
}
