/* Draws in one pass: what NumPy's Philox and PCG64 DXSM generators yield, at any place, without going through their objects.
   See sim/randomness.py, which draws the same with NumPy where this was not built; a test compares the two.

   Salmon, Moraes, Dror, Shaw 2011, Parallel random numbers: as easy as 1, 2, 3 (Philox 4x64, ten rounds).
   O'Neill 2014, PCG: a family of simple fast space-efficient statistically good algorithms for random number generation. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

typedef unsigned __int128 uint128;

#define BLOCK 64                                  /* worlds; as in randomness.py */
#define WORDS (BLOCK / 2)                         /* each yields two values */
#define MULTIPLIER 0xda942042e4dd58b5ULL
#define SEEDING ((uint128)0x2360ed051fc65da4ULL << 64 | 0x4385df649fccf645ULL) /* the multiplier of plain PCG64, which seeds it */
#define LANES 4
#define LAYOUT 2 /* of the arguments; as in randomness.py */

typedef struct {
    uint128 state, step;
} Generator;

/* ---- Philox --------------------------------------------------------------------------------------------------------------------- */

/* The four words at a place; NumPy's generator goes to the next place before it draws. */
static void philox(const char *key, uint64_t place, uint64_t words[4])
{
    uint64_t first, second;
    memcpy(&first, key, sizeof(first));
    memcpy(&second, key + sizeof(first), sizeof(second));
    words[0] = place + 1;
    words[1] = place == UINT64_MAX;
    words[2] = words[3] = 0;
    for (int round = 0; round < 10; round++) {
        const uint128 one = (uint128)words[0] * 0xD2E7470EE14C6C93ULL, two = (uint128)words[2] * 0xCA5A826395121157ULL;
        words[0] = (uint64_t)(two >> 64) ^ words[1] ^ first;
        words[1] = (uint64_t)two;
        words[2] = (uint64_t)(one >> 64) ^ words[3] ^ second;
        words[3] = (uint64_t)one;
        first += 0x9E3779B97F4A7C15ULL;
        second += 0xBB67AE8584CAA73BULL;
    }
}

/* once(buffer of float64, key, place): uniform values on [0, 1), four from each place */
static PyObject *once(PyObject *self, PyObject *args)
{
    Py_buffer buffer, key;
    unsigned long long place;
    if (!PyArg_ParseTuple(args, "w*y*K", &buffer, &key, &place))
        return NULL;
    const Py_ssize_t count = buffer.len / (Py_ssize_t)sizeof(double);
    const int fits = key.len == 2 * sizeof(uint64_t) && count % 4 == 0;
    if (fits) {
        double *values = buffer.buf;
        for (Py_ssize_t i = 0; i < count; i += 4) {
            uint64_t words[4];
            philox(key.buf, place + i / 4, words);
            for (int w = 0; w < 4; w++)
                values[i + w] = (double)(words[w] >> 11) * 0x1p-53;
        }
    } else
        PyErr_SetString(PyExc_ValueError, "a key is two words of 64 bits, and values come by fours");
    PyBuffer_Release(&buffer);
    PyBuffer_Release(&key);
    return fits ? Py_NewRef(Py_None) : NULL;
}

/* ---- PCG64 DXSM ----------------------------------------------------------------------------------------------------------------- */

/* A generator seeded by four words. */
static Generator seeded(const uint64_t words[4])
{
    Generator g;
    g.step = ((uint128)words[2] << 64 | words[3]) << 1 | 1;
    g.state = (g.step + ((uint128)words[0] << 64 | words[1])) * SEEDING + g.step;
    return g;
}

/* The state so many words later (Brown 1994, Random number generation with arbitrary strides). */
static uint128 later(uint128 state, uint128 step, uint128 words)
{
    uint128 factor = 1, sum = 0, multiplier = MULTIPLIER;
    for (; words; words >>= 1) {
        if (words & 1) {
            factor *= multiplier;
            sum = sum * multiplier + step;
        }
        step *= multiplier + 1;
        multiplier *= multiplier;
    }
    return state * factor + sum;
}

/* One word of the generator. */
static inline uint64_t word(uint128 state)
{
    uint64_t high = (uint64_t)(state >> 64), low = (uint64_t)state | 1;
    high ^= high >> 32;
    high *= MULTIPLIER;
    high ^= high >> 48;
    return high * low;
}

/* Two values on [0, 1) from each word. */
static void halve(const uint64_t words[WORDS], float values[BLOCK])
{
    for (int i = 0; i < WORDS; i++) {
        values[2 * i] = (float)(int32_t)((uint32_t)words[i] >> 8) * 0x1p-24f;
        values[2 * i + 1] = (float)(int32_t)(words[i] >> 40) * 0x1p-24f;
    }
}

/* Draw blocks `first` to `first + count` of values (rows, blocks, BLOCK): block by block, row by row.
   A state waits for the one before it, so four stretches of the sequence are drawn side by side. */
static void draw_blocks(Generator g, float *values, Py_ssize_t rows, Py_ssize_t blocks, Py_ssize_t first, Py_ssize_t count)
{
    const Py_ssize_t all = rows * count, each = (all + LANES - 1) / LANES; /* pieces of BLOCK values */
    uint128 states[LANES];
    for (int lane = 0; lane < LANES; lane++)
        states[lane] = later(g.state, g.step, (uint128)(lane * each) * WORDS);
    for (Py_ssize_t piece = 0; piece < each; piece++) {
        uint64_t words[LANES][WORDS];
        uint128 a = states[0], b = states[1], c = states[2], d = states[3];
        for (int i = 0; i < WORDS; i++) {
            words[0][i] = word(a);
            words[1][i] = word(b);
            words[2][i] = word(c);
            words[3][i] = word(d);
            a = a * MULTIPLIER + g.step;
            b = b * MULTIPLIER + g.step;
            c = c * MULTIPLIER + g.step;
            d = d * MULTIPLIER + g.step;
        }
        states[0] = a, states[1] = b, states[2] = c, states[3] = d;
        for (int lane = 0; lane < LANES; lane++) {
            const Py_ssize_t at = lane * each + piece;
            if (at < all) /* the last lanes may have less to draw */
                halve(words[lane], values + (at % rows * blocks + first + at / rows) * BLOCK);
        }
    }
}

/* fill(buffer of float32 (rows, blocks, BLOCK), rows, first, count, key, place high, place low) */
static PyObject *fill(PyObject *self, PyObject *args)
{
    Py_buffer buffer, key;
    Py_ssize_t rows, first, count;
    unsigned long long high, low;
    if (!PyArg_ParseTuple(args, "w*nnny*KK", &buffer, &rows, &first, &count, &key, &high, &low))
        return NULL;
    const Py_ssize_t row = rows > 0 ? buffer.len / rows : 0, blocks = row / (Py_ssize_t)(BLOCK * sizeof(float));
    const int fits = key.len == 2 * sizeof(uint64_t) && rows > 0 && first >= 0 && count > 0 && count <= blocks - first;
    if (fits) {
        uint64_t words[4];
        Py_BEGIN_ALLOW_THREADS
        philox(key.buf, 0, words);
        Generator g = seeded(words);
        g.state = later(g.state, g.step, (uint128)high << 64 | low);
        draw_blocks(g, buffer.buf, rows, blocks, first, count);
        Py_END_ALLOW_THREADS
    } else
        PyErr_SetString(PyExc_ValueError, "a key is two words of 64 bits, and the blocks must lie in the buffer");
    PyBuffer_Release(&buffer);
    PyBuffer_Release(&key);
    return fits ? Py_NewRef(Py_None) : NULL;
}

static PyMethodDef methods[] = {
    {"fill", fill, METH_VARARGS, "fill(buffer, rows, first, count, key, place_high, place_low): uniform values of some blocks, in (rows, blocks, 64)"},
    {"once", once, METH_VARARGS, "once(buffer, key, place): uniform values from a place of a Philox generator on"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_draws", "Uniform draws in one pass.", -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__draws(void)
{
    PyObject *made = PyModule_Create(&module);
    if (made && PyModule_AddIntConstant(made, "LAYOUT", LAYOUT) < 0)
        Py_CLEAR(made);
    return made;
}
