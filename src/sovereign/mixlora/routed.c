/* The part of MixLoRA between the frozen products, compiled: what routed.py does, for gated blocks in fp32.
 *
 * A token's rows of the frozen products are read from memory once, and an expert's rows are worked on in tiles that stay
 * in a core's cache, from the low-rank updates to the weighted sum. A thread owns columns of what is summed over slots and
 * goes through the experts in their order, so nothing is locked and a result depends on nothing but the inputs and the
 * number of threads. All widths and the rank are multiples of 16, the rank at most MAX_RANK.
 */
#include <omp.h>

#include "slots.h"
#include "tiles.h"

/* z[m, rank] += tile[m, n] A^T for columns of an expert's A; AT is room for them, filled at the expert's first tile. */
static void reduce(int64_t m, int64_t n, int64_t rank, const float *tile, const float *A, int64_t ld, int first, int few,
                   float *AT, float *z)
{
    if (few) {
        for (int64_t i = 0; i < m; i++) mv(rank, n, A, ld, tile + i * n, z + i * rank);
    } else {
        if (first) transpose(rank, n, A, ld, AT);
        mm(m, rank, n, tile, n, 1, AT, rank, z, rank);
    }
}

/* The z of gate and up, for the slots from..to of the plan. */
static void forward_rows(const Block *b, const Plan *p, int64_t from, int64_t to)
{
    float x[ROWS * COLS], AT[2][MAX_RANK * COLS];
    const int64_t H = b->hidden, r = b->rank;
    for (int which = GATE; which <= UP; which++) memset(b->z[which] + from * r, 0, sizeof(float) * (to - from) * r);
    for (int64_t c = 0; c < H; c += COLS) {
        const int64_t n = MIN(COLS, H - c);
        for (int64_t m, e = 0, at = from; at < to; at += m) {
            m = next_tile(p, at, to, &e);
            const int32_t *slots = p->order + at;
            const int first = at == MAX(from, p->start[e]), few = p->start[e + 1] - p->start[e] < FEW;
            for (int which = GATE; which <= UP; which++) {
                take(x, m, n, slots, b->top_k, b->x + c, H);
                keep(x, m, n, slots, b->mask[which], c, H);
                reduce(m, n, r, x, b->A[which] + e * r * H + c, H, first, few, AT[which], b->z[which] + at * r);
            }
        }
    }
    for (int which = GATE; which <= UP; which++)
        for (int64_t i = from * r; i < to * r; i++) b->z[which][i] *= b->scale[which];
}

/* The inputs of the activation, gate in tile[0] and up in tile[1]; BT is room for columns of an expert's B. */
static void inner(const Block *b, const Plan *p, int64_t at, int64_t m, int64_t e, int64_t c, int64_t n,
                  float tile[2][ROWS * COLS], float BT[2][MAX_RANK * COLS])
{
    const int64_t I = b->inner, r = b->rank;
    for (int which = GATE; which <= UP; which++) {
        if (at == p->start[e]) transpose(n, r, b->B[which] + (e * I + c) * r, r, BT[which]);
        const float *base = (which == GATE ? b->gate : b->up) + c;
        ask(b, p, at + m, n, base, I);
        take(tile[which], m, n, p->order + at, b->top_k, base, I);
        mm(m, n, r, b->z[which] + at * r, r, 1, BT[which], n, tile[which], n);
    }
}

/* The columns from..to of mixed, and what they add to the z of down, in z. */
static void forward_inner(const Block *b, const Plan *p, int64_t from, int64_t to, float *z)
{
    float gu[2][ROWS * COLS], BT[2][MAX_RANK * COLS], AT[MAX_RANK * COLS];
    const int64_t I = b->inner, r = b->rank, all = p->start[b->experts];
    for (int64_t c = from; c < to; c += COLS) {
        const int64_t n = MIN(COLS, to - c);
        for (int64_t m, e = 0, at = 0; at < all; at += m) {
            m = next_tile(p, at, all, &e);
            const int32_t *slots = p->order + at;
            const int first = at == p->start[e], few = p->start[e + 1] - p->start[e] < FEW;
            inner(b, p, at, m, e, c, n, gu, BT);
            for (int64_t i = 0; i < m; i++)
                activate(n, b->linear, b->cubic, b->weights[slots[i]], gu[GATE] + i * n, gu[UP] + i * n);
            put(gu[UP], m, n, slots, p->first + at, b->top_k, b->mixed + c, I);
            keep(gu[UP], m, n, slots, b->mask[DOWN], c, I);
            reduce(m, n, r, gu[UP], b->A[DOWN] + e * r * I + c, I, first, few, AT, z + at * r);
        }
    }
}

/* The columns from..to of low. */
static void forward_low(const Block *b, const Plan *p, int64_t from, int64_t to)
{
    float y[ROWS * COLS], BT[MAX_RANK * COLS];
    const int64_t H = b->hidden, r = b->rank, all = p->start[b->experts];
    for (int64_t c = from; c < to; c += COLS) {
        const int64_t n = MIN(COLS, to - c);
        for (int64_t m, e = 0, at = 0; at < all; at += m) {
            m = next_tile(p, at, all, &e);
            if (at == p->start[e]) transpose(n, r, b->B[DOWN] + (e * H + c) * r, r, BT);
            memset(y, 0, sizeof(float) * m * n);
            mm(m, n, r, b->z[DOWN] + at * r, r, 1, BT, n, y, n);
            put(y, m, n, p->order + at, p->first + at, b->top_k, b->low + c, H);
        }
    }
}

/* The gradient of what B of down receives, without the weight, for the slots from..to of the plan. */
static void backward_rows(const Block *b, const Plan *p, int64_t from, int64_t to, float *dz)
{
    float y[ROWS * COLS];
    const int64_t H = b->hidden, r = b->rank;
    for (int64_t c = 0; c < H; c += COLS) {
        const int64_t n = MIN(COLS, H - c);
        for (int64_t m, e = 0, at = from; at < to; at += m) {
            m = next_tile(p, at, to, &e);
            take(y, m, n, p->order + at, b->top_k, b->dlow + c, H);
            mm(m, r, n, y, n, 1, b->B[DOWN] + (e * H + c) * r, r, dz + at * r, r);
        }
    }
    for (int64_t i = from * r; i < to * r; i++) dz[i] *= b->scale[DOWN];
}

/* The columns from..to of dgate, dup and dA of down, and these rows of dB of gate and up; what the columns add to the
 * gradients of z and of the weights, in dz and dw. */
static void backward_inner(const Block *b, const Plan *p, int64_t from, int64_t to, const float *dz_down, float *const dz[2],
                           float *dw)
{
    float gu[2][ROWS * COLS], h[ROWS * COLS], d[ROWS * COLS], BT[2][MAX_RANK * COLS];
    const int64_t I = b->inner, r = b->rank, all = p->start[b->experts];
    for (int64_t c = from; c < to; c += COLS) {
        const int64_t n = MIN(COLS, to - c);
        for (int64_t m, e = 0, at = 0; at < all; at += m) {
            m = next_tile(p, at, all, &e);
            const int32_t *slots = p->order + at;
            inner(b, p, at, m, e, c, n, gu, BT);
            ask(b, p, at + m, n, b->dmixed + c, I);
            memset(d, 0, sizeof(float) * m * n);
            mm(m, n, r, dz_down + at * r, r, 1, b->A[DOWN] + e * r * I + c, I, d, n);
            keep(d, m, n, slots, b->mask[DOWN], c, I);
            for (int64_t i = 0; i < m; i++)
                dw[slots[i]] += differentiate(n, b->linear, b->cubic, b->weights[slots[i]],
                                              b->dmixed + slots[i] / b->top_k * I + c, d + i * n, gu[GATE] + i * n,
                                              gu[UP] + i * n, h + i * n);
            keep(h, m, n, slots, b->mask[DOWN], c, I);
            mm(r, n, m, dz_down + at * r, 1, r, h, n, b->dA[DOWN] + e * r * I + c, I);
            for (int which = GATE; which <= UP; which++) {
                put(gu[which], m, n, slots, p->first + at, b->top_k, (which == GATE ? b->dgate : b->dup) + c, I);
                mm(n, r, m, gu[which], 1, n, b->z[which] + at * r, r, b->dB[which] + (e * I + c) * r, r);
                mm(m, r, n, gu[which], n, 1, b->B[which] + (e * I + c) * r, r, dz[which] + at * r, r);
            }
        }
    }
}

/* The columns from..to of dx and of dA of gate and up, and these rows of dB of down. */
static void backward_outer(const Block *b, const Plan *p, int64_t from, int64_t to, float *const dz[2])
{
    float x[ROWS * COLS], dx[ROWS * COLS], part[ROWS * COLS];
    const int64_t H = b->hidden, r = b->rank, all = p->start[b->experts];
    for (int64_t c = from; c < to; c += COLS) {
        const int64_t n = MIN(COLS, to - c);
        for (int64_t m, e = 0, at = 0; at < all; at += m) {
            m = next_tile(p, at, all, &e);
            const int32_t *slots = p->order + at;
            take(x, m, n, slots, b->top_k, b->dlow + c, H);
            mm(n, r, m, x, 1, n, b->z[DOWN] + at * r, r, b->dB[DOWN] + (e * H + c) * r, r);
            memset(dx, 0, sizeof(float) * m * n);
            for (int which = GATE; which <= UP; which++) {
                take(x, m, n, slots, b->top_k, b->x + c, H);
                keep(x, m, n, slots, b->mask[which], c, H);
                mm(r, n, m, dz[which] + at * r, 1, r, x, n, b->dA[which] + e * r * H + c, H);
                memset(part, 0, sizeof(float) * m * n);
                mm(m, n, r, dz[which] + at * r, r, 1, b->A[which] + e * r * H + c, H, part, n);
                keep(part, m, n, slots, b->mask[which], c, H);
                for (int64_t i = 0; i < m * n; i++) dx[i] += part[i];
            }
            put(dx, m, n, slots, p->first + at, b->top_k, b->dx + c, H);
        }
    }
}

/* Where the share of thread i out of n begins; columns are shared by the vector. */
static int64_t columns(int64_t width, int i, int n) { return width / 16 * i / n * 16; }

/* Fill z, mixed and low. Returns 1 if there is no memory, 2 if an index names no expert, else 0. */
int mixlora_forward(const Block *b)
{
    if (no_expert(b)) return 2;
    const int64_t slots = b->tokens * b->top_k, r = b->rank;
    float *parts = calloc(b->threads * slots * r + 1, sizeof(float));
    Plan p = plan(b);
    const int failed = !parts || !p.order;
    const int64_t used = failed ? 0 : p.start[b->experts];
    if (!failed) {
#pragma omp parallel num_threads(b->threads)
        {
            const int i = omp_get_thread_num(), n = omp_get_num_threads();
            const int64_t at = used * i / n, to = used * (i + 1) / n;
            forward_rows(b, &p, at, to);
#pragma omp barrier
            forward_inner(b, &p, columns(b->inner, i, n), columns(b->inner, i + 1, n), parts + i * slots * r);
#pragma omp barrier
            for (int64_t s = at; s < to; s++)
                for (int64_t c = 0; c < r; c++) {
                    float sum = 0;
                    for (int t = 0; t < n; t++) sum += parts[(t * slots + s) * r + c];
                    b->z[DOWN][s * r + c] = b->scale[DOWN] * sum;
                }
#pragma omp barrier
            forward_low(b, &p, columns(b->hidden, i, n), columns(b->hidden, i + 1, n));
        }
    }
    free(parts);
    free(p.order);
    return failed;
}

/* Fill all gradients; those of A and B must be zero before. Returns 1 if there is no memory, else 0. */
int mixlora_backward(const Block *b)
{
    const int64_t slots = b->tokens * b->top_k, r = b->rank, size = slots * (2 * r + 1);
    float *down = calloc(slots * r + b->threads * size + 1, sizeof(float)), *parts = down + slots * r;
    Plan p = plan(b);
    const int failed = !down || !p.order;
    const int64_t used = failed ? 0 : p.start[b->experts];
    if (!failed) {
#pragma omp parallel num_threads(b->threads)
        {
            const int i = omp_get_thread_num(), n = omp_get_num_threads();
            const int64_t at = used * i / n, to = used * (i + 1) / n;
            float *const dz[2] = {parts, parts + slots * r};
            float *const mine[2] = {dz[0] + i * size, dz[1] + i * size};
            backward_rows(b, &p, at, to, down);
#pragma omp barrier
            backward_inner(b, &p, columns(b->inner, i, n), columns(b->inner, i + 1, n), down, mine, mine[1] + slots * r);
#pragma omp barrier
            for (int64_t s = slots * i / n; s < slots * (i + 1) / n; s++)
                for (int t = 0; t < n; t++) {
                    float *dw = dz[1] + t * size + slots * r;
                    b->dweights[s] = t ? b->dweights[s] + dw[s] : dw[s];
                }
            for (int64_t s = at; s < to; s++)
                for (int which = GATE; which <= UP; which++)
                    for (int64_t c = 0; c < r; c++) {
                        float sum = 0;
                        for (int t = 0; t < n; t++) sum += dz[which][t * size + s * r + c];
                        dz[which][s * r + c] = b->scale[which] * sum;
                    }
#pragma omp barrier
            backward_outer(b, &p, columns(b->hidden, i, n), columns(b->hidden, i + 1, n), dz);
        }
    }
    free(down);
    free(p.order);
    return failed;
}
