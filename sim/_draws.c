/* Uniform draws from a PCG64 DXSM generator: what NumPy's generator of that name yields, two values of 24 bits from each word, in one pass.
   See sim/randomness.py, which computes the same with NumPy where this was not built; a test compares the two. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

typedef unsigned __int128 uint128;

#define MULTIPLIER 0xda942042e4dd58b5ULL
#define STRETCHES 4

/* One word of the generator as two values on [0, 1). */
static inline void draw(uint128 state, float *values)
{
    uint64_t high = (uint64_t)(state >> 64), low = (uint64_t)state | 1;
    high ^= high >> 32;
    high *= MULTIPLIER;
    high ^= high >> 48;
    high *= low;
    values[0] = (float)(int32_t)((uint32_t)high >> 8) * 0x1p-24f;
    values[1] = (float)(int32_t)(high >> 40) * 0x1p-24f;
}

/* The state so many words later (Brown 1994, Random number generation with arbitrary strides). */
static uint128 later(uint128 state, uint128 step, uint64_t words)
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

/* fill(buffer of float32, state high, state low, increment high, increment low)
   A state waits for the one before it, so four stretches of the sequence are drawn side by side. */
static PyObject *fill(PyObject *self, PyObject *args)
{
    Py_buffer buffer;
    unsigned long long state_high, state_low, step_high, step_low;
    if (!PyArg_ParseTuple(args, "w*KKKK", &buffer, &state_high, &state_low, &step_high, &step_low))
        return NULL;
    const uint128 step = (uint128)step_high << 64 | step_low;
    uint128 a = (uint128)state_high << 64 | state_low;
    float *values = buffer.buf;
    const Py_ssize_t words = buffer.len / (2 * sizeof(float)), each = words / STRETCHES;
    Py_BEGIN_ALLOW_THREADS
    uint128 b = later(a, step, each), c = later(b, step, each), d = later(c, step, each);
    for (Py_ssize_t i = 0; i < each; i++) {
        draw(a, values + 2 * i);
        draw(b, values + 2 * (i + each));
        draw(c, values + 2 * (i + 2 * each));
        draw(d, values + 2 * (i + 3 * each));
        a = a * MULTIPLIER + step;
        b = b * MULTIPLIER + step;
        c = c * MULTIPLIER + step;
        d = d * MULTIPLIER + step;
    }
    for (Py_ssize_t i = STRETCHES * each; i < words; i++) {
        draw(d, values + 2 * i);
        d = d * MULTIPLIER + step;
    }
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&buffer);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"fill", fill, METH_VARARGS, "fill(buffer, state_high, state_low, step_high, step_low): uniform values on [0, 1)"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_draws", "Uniform draws in one pass.", -1, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__draws(void)
{
    return PyModule_Create(&module);
}
