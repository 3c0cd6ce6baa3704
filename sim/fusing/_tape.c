/* A tape: the elementwise operations of one function, carried out one after the other.

   NumPy carries out an expression operation by operation: each asks for memory, for the types of its operands and for a way to walk over
   them, about a microsecond before its first element, and Python adds as much around it. A tape holds the same operations in the same
   order, with the same inner loops (NumPy's own, taken from its ufuncs); what lies between them was settled when it was recorded. Results
   in between share a stretch of memory that stays close to the processor. Every element is computed from the same numbers by the same
   code, so that results agree to the last bit.

   See trace.py for what a tape holds, and layout.py for what `build` is given. */

#define PY_SSIZE_T_CLEAN
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#include <Python.h>
#include <fenv.h>
#include <string.h>
#include <numpy/arrayobject.h>
#include <numpy/arrayscalars.h>
#include <numpy/ufuncobject.h>

#define RANK 4       /* axes at most; the last is the world */
#define OPERANDS 4   /* inputs and the output of an operation, at most */
#define WORLDS (-1)  /* the length of the last axis of an array that has an element per world */
#define ALIGNED 64   /* bytes: a line of the cache */
#define LAYOUT 1     /* of what build takes; as in program.py */
#define CAPSULE "sim.fusing.tape"

enum { INPUT, CONSTANT, SCRATCH, OUTPUT, VIEW };  /* kinds of slots; trace.py counts them in this order */
enum { LOOP, SELECT, CAST, COPY };                /* kinds of operations */

typedef struct {
    int kind, type, rank;
    int written;               /* of an input: whether operations write into it */
    npy_intp size;             /* bytes of an element */
    npy_intp dims[RANK];
    npy_intp place;            /* number of an input or output; the source of a view; of scratch: bytes, or bytes per world, before it */
    PyArrayObject *constant;
    int chosen;                /* of a view: how many axes of the source are fixed at an index */
    int axis[RANK];
    npy_intp at[RANK];
    int from[RANK];            /* of a view: which axis of the source each of its own is, or -1 for a new one */
} Slot;

typedef struct {
    int kind, count;           /* operands, the output last */
    int operand[OPERANDS];
    PyUFuncGenericFunction loop;
    void *data;
} Operation;

typedef struct {
    PyObject *name;
    Slot *slots;
    Operation *operations;
    int n_slots, n_operations, n_inputs, n_outputs;
    npy_intp scratch, per_world; /* bytes of scratch for what does not differ by world, and for each world */
} Tape;

typedef struct {               /* where a slot lies during one run */
    char *base;
    npy_intp strides[RANK];
} Place;

typedef struct {               /* how an operation walks over its operands: rows of `inner` elements, outer axes from the inside out */
    int outer;
    npy_intp inner, inner_steps[OPERANDS];
    npy_intp counts[RANK], steps[RANK][OPERANDS];
} Walk;

/* ---- building ------------------------------------------------------------------------------------------------------------------ */

static void release(PyObject *capsule)
{
    Tape *tape = PyCapsule_GetPointer(capsule, CAPSULE);
    if (!tape)
        return;
    for (int i = 0; tape->slots && i < tape->n_slots; i++)
        Py_XDECREF(tape->slots[i].constant);
    Py_XDECREF(tape->name);
    PyMem_Free(tape->slots);
    PyMem_Free(tape->operations);
    PyMem_Free(tape);
}

static int integers(PyObject *sequence, npy_intp *into, int most)
{
    Py_ssize_t n = PySequence_Size(sequence);
    if (n < 0)
        return -1;
    if (n > most) {
        PyErr_Format(PyExc_ValueError, "a tape holds arrays of at most %d axes", RANK);
        return -1;
    }
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item = PySequence_GetItem(sequence, i);
        if (!item)
            return -1;
        into[i] = PyLong_AsSsize_t(item);
        Py_DECREF(item);
    }
    return PyErr_Occurred() ? -1 : (int)n;
}

/* (kind, type number, dims, place or constant, chosen axes, their indices, where own axes come from) */
static int build_slot(PyObject *told, Slot *slot)
{
    PyObject *dims, *place, *axes, *at, *from;
    npy_intp numbers[RANK];
    if (!PyArg_ParseTuple(told, "iiOOOOO", &slot->kind, &slot->type, &dims, &place, &axes, &at, &from))
        return -1;
    PyArray_Descr *descr = PyArray_DescrFromType(slot->type);
    if (!descr)
        return -1;
    slot->size = PyDataType_ELSIZE(descr);
    Py_DECREF(descr);
    if ((slot->rank = integers(dims, slot->dims, RANK)) < 0)
        return -1;
    if (slot->kind == CONSTANT) {
        if (!PyArray_Check(place) || !PyArray_ISCARRAY_RO((PyArrayObject *)place)) {
            PyErr_SetString(PyExc_TypeError, "a constant is a contiguous array");
            return -1;
        }
        Py_INCREF(place);
        slot->constant = (PyArrayObject *)place;
    } else if ((slot->place = PyLong_AsSsize_t(place)) < 0)
        return -1;
    if ((slot->chosen = integers(axes, numbers, RANK)) < 0)
        return -1;
    for (int i = 0; i < slot->chosen; i++)
        slot->axis[i] = (int)numbers[i];
    if (integers(at, slot->at, RANK) < 0)
        return -1;
    int n = integers(from, numbers, RANK);
    for (int i = 0; i < n; i++)
        slot->from[i] = (int)numbers[i];
    return n < 0 ? -1 : 0;
}

/* (kind, operands, ufunc or None, type numbers) */
static int build_operation(PyObject *told, Operation *operation)
{
    PyObject *operands, *ufunc, *types;
    npy_intp numbers[OPERANDS], wanted[OPERANDS];
    if (!PyArg_ParseTuple(told, "iOOO", &operation->kind, &operands, &ufunc, &types))
        return -1;
    if ((operation->count = integers(operands, numbers, OPERANDS)) < 0)
        return -1;
    for (int i = 0; i < operation->count; i++)
        operation->operand[i] = (int)numbers[i];
    if (operation->kind != LOOP)
        return 0;
    PyUFuncObject *found = (PyUFuncObject *)ufunc;
    if (integers(types, wanted, OPERANDS) != found->nargs || found->nargs != operation->count || found->nout != 1) {
        PyErr_Format(PyExc_ValueError, "a tape cannot hold %S", ufunc);
        return -1;
    }
    for (int t = 0; t < found->ntypes; t++) {
        int same = found->functions[t] != NULL;
        for (int i = 0; i < found->nargs; i++)
            same = same && (unsigned char)found->types[t * found->nargs + i] == (unsigned char)wanted[i];
        if (same) {
            operation->loop = found->functions[t];
            operation->data = found->data ? (void *)found->data[t] : NULL;
            return 0;
        }
    }
    PyErr_Format(PyExc_TypeError, "%S has no inner loop for the types %S", ufunc, types);
    return -1;
}

static PyObject *build(PyObject *self, PyObject *args)
{
    PyObject *name, *slots, *operations;
    int n_inputs, n_outputs;
    Py_ssize_t scratch, per_world;
    if (!PyArg_ParseTuple(args, "UO!O!iinn", &name, &PyTuple_Type, &slots, &PyTuple_Type, &operations, &n_inputs, &n_outputs, &scratch, &per_world))
        return NULL;
    Tape *tape = PyMem_Calloc(1, sizeof(Tape));
    if (!tape)
        return PyErr_NoMemory();
    tape->n_inputs = n_inputs;
    tape->n_outputs = n_outputs;
    tape->scratch = scratch;
    tape->per_world = per_world;
    tape->n_slots = (int)PyTuple_GET_SIZE(slots);
    tape->n_operations = (int)PyTuple_GET_SIZE(operations);
    tape->slots = PyMem_Calloc(tape->n_slots + 1, sizeof(Slot));
    tape->operations = PyMem_Calloc(tape->n_operations + 1, sizeof(Operation));
    PyObject *capsule = PyCapsule_New(tape, CAPSULE, release);
    if (!capsule || !tape->slots || !tape->operations) {
        Py_XDECREF(capsule);
        return PyErr_NoMemory();
    }
    Py_INCREF(name);
    tape->name = name;
    for (int i = 0; i < tape->n_slots; i++)
        if (build_slot(PyTuple_GET_ITEM(slots, i), &tape->slots[i]) < 0)
            goto failed;
    for (int i = 0; i < tape->n_operations; i++)
        if (build_operation(PyTuple_GET_ITEM(operations, i), &tape->operations[i]) < 0)
            goto failed;
    for (int i = 0; i < tape->n_operations; i++) {
        Slot *into = &tape->slots[tape->operations[i].operand[tape->operations[i].count - 1]];
        while (into->kind == VIEW)
            into = &tape->slots[into->place];
        into->written = 1;
    }
    return capsule;
failed:
    Py_DECREF(capsule);
    return NULL;
}

/* ---- laying out one run --------------------------------------------------------------------------------------------------------- */

/* Where an input lies; 0 where it is not of the recorded type and shape. Numbers are copied to `number`. */
static int take_input(const Slot *slot, PyObject *given, Place *place, float *number, npy_intp worlds)
{
    if (PyArray_Check(given)) {
        PyArrayObject *array = (PyArrayObject *)given;
        if (PyArray_TYPE(array) != slot->type || PyArray_NDIM(array) != slot->rank || !PyArray_ISBEHAVED_RO(array))
            return 0;
        if (slot->written && !PyArray_ISWRITEABLE(array))
            return 0;
        for (int d = 0; d < slot->rank; d++) {
            if (PyArray_DIM(array, d) != (slot->dims[d] == WORLDS ? worlds : slot->dims[d]))
                return 0;
            place->strides[d] = PyArray_STRIDE(array, d);
        }
        place->base = PyArray_BYTES(array);
        return 1;
    }
    if (slot->rank)
        return 0;
    if (slot->type == NPY_FLOAT && PyArray_IsScalar(given, Float))
        *number = PyArrayScalar_VAL(given, Float);
    else if (slot->type == NPY_FLOAT && PyFloat_CheckExact(given))
        *number = (float)PyFloat_AS_DOUBLE(given);
    else if (slot->type == NPY_BOOL && (PyArray_IsScalar(given, Bool) || PyBool_Check(given)))
        *(npy_bool *)number = PyObject_IsTrue(given) == 1;
    else
        return 0;
    place->base = (char *)number;
    return 1;
}

/* An array of our own: one row after the other. */
static void stack_rows(const Slot *slot, npy_intp worlds, Place *place)
{
    npy_intp stride = slot->size;
    for (int d = slot->rank - 1; d >= 0; d--) {
        place->strides[d] = stride;
        stride *= slot->dims[d] == WORLDS ? worlds : slot->dims[d];
    }
}

static void take_view(const Slot *slot, const Place *source, Place *place)
{
    place->base = source->base;
    for (int i = 0; i < slot->chosen; i++)
        place->base += slot->at[i] * source->strides[slot->axis[i]];
    for (int d = 0; d < slot->rank; d++)
        place->strides[d] = slot->from[d] < 0 ? 0 : source->strides[slot->from[d]];
}

/* Axes of length one are left out, axes that follow on one another in all operands are joined. */
static void plan_walk(const Tape *tape, const Operation *operation, const Place *places, npy_intp worlds, Walk *walk)
{
    const int count = operation->count;
    const Slot *out = &tape->slots[operation->operand[count - 1]];
    npy_intp *length = &walk->inner, *steps = walk->inner_steps, own[OPERANDS];
    walk->outer = 0;
    walk->inner = 1;
    memset(walk->inner_steps, 0, sizeof(walk->inner_steps));
    for (int back = 1; back <= out->rank; back++) {
        npy_intp n = out->dims[out->rank - back];
        n = n == WORLDS ? worlds : n;
        if (n == 1)
            continue;
        int joins = 1;
        for (int i = 0; i < count; i++) {
            const Slot *slot = &tape->slots[operation->operand[i]];
            int axis = slot->rank - back;
            own[i] = axis < 0 || slot->dims[axis] == 1 ? 0 : places[operation->operand[i]].strides[axis];
            joins = joins && own[i] == steps[i] * *length;
        }
        if (*length == 1)
            memcpy(steps, own, sizeof(own)); /* the first axis */
        else if (!joins) {
            length = &walk->counts[walk->outer];
            steps = walk->steps[walk->outer++];
            *length = 1;
            memcpy(steps, own, sizeof(own));
        }
        *length *= n;
    }
}

/* ---- carrying out --------------------------------------------------------------------------------------------------------------- */

static void select_each(char **args, npy_intp n, const npy_intp *steps, npy_intp size)
{
    const char *where = args[0], *yes = args[1], *no = args[2];
    char *out = args[3];
    if (size == 4 && steps[0] == 1 && steps[1] == 4 && steps[2] == 4 && steps[3] == 4) {
        for (npy_intp i = 0; i < n; i++)
            ((npy_uint32 *)out)[i] = where[i] ? ((const npy_uint32 *)yes)[i] : ((const npy_uint32 *)no)[i];
        return;
    }
    for (npy_intp i = 0; i < n; i++, where += steps[0], yes += steps[1], no += steps[2], out += steps[3])
        memcpy(out, *where ? yes : no, size);
}

static void cast_each(char **args, npy_intp n, const npy_intp *steps)
{
    const char *from = args[0];
    char *to = args[1];
    for (npy_intp i = 0; i < n; i++, from += steps[0], to += steps[1])
        *(float *)to = (float)*(const npy_ubyte *)from;
}

static void copy_each(char **args, npy_intp n, const npy_intp *steps, npy_intp size)
{
    const char *from = args[0];
    char *to = args[1];
    if (steps[0] == size && steps[1] == size) {
        memcpy(to, from, n * size);
        return;
    }
    if (size == 4 && steps[0] == 0 && steps[1] == 4) {
        const npy_uint32 value = *(const npy_uint32 *)from;
        for (npy_intp i = 0; i < n; i++)
            ((npy_uint32 *)to)[i] = value;
        return;
    }
    for (npy_intp i = 0; i < n; i++, from += steps[0], to += steps[1])
        memcpy(to, from, size);
}

/* One row of an operation. */
static inline void carry_row(const Operation *operation, char **args, const Walk *walk, npy_intp size)
{
    npy_intp n = walk->inner;
    switch (operation->kind) {
    case LOOP:
        operation->loop(args, &n, walk->inner_steps, operation->data);
        break;
    case SELECT:
        select_each(args, n, walk->inner_steps, size);
        break;
    case CAST:
        cast_each(args, n, walk->inner_steps);
        break;
    default:
        copy_each(args, n, walk->inner_steps, size);
    }
}

static void carry_out(const Tape *tape, const Operation *operation, const Place *places, npy_intp worlds)
{
    const int count = operation->count;
    const npy_intp size = tape->slots[operation->operand[count - 1]].size;
    npy_intp at[RANK] = {0};
    char *row[OPERANDS], *args[OPERANDS];
    Walk walk;
    plan_walk(tape, operation, places, worlds, &walk);
    for (int a = 0; a < count; a++)
        row[a] = places[operation->operand[a]].base;
    for (;;) {
        memcpy(args, row, sizeof(row));
        carry_row(operation, args, &walk, size);
        int axis = 0; /* the next row: as an odometer turns */
        while (axis < walk.outer && at[axis] == walk.counts[axis] - 1) {
            for (int a = 0; a < count; a++)
                row[a] -= at[axis] * walk.steps[axis][a];
            at[axis++] = 0;
        }
        if (axis == walk.outer)
            return;
        at[axis]++;
        for (int a = 0; a < count; a++)
            row[a] += walk.steps[axis][a];
    }
}

/* A byte for each output: 0 where it is an array of truth values none of which holds. */
static PyObject *found_true(const Tape *tape, PyObject *outputs)
{
    PyObject *flags = PyBytes_FromStringAndSize(NULL, tape->n_outputs);
    for (int i = 0; flags && i < tape->n_outputs; i++) {
        PyArrayObject *array = (PyArrayObject *)PyTuple_GET_ITEM(outputs, i);
        PyBytes_AS_STRING(flags)[i] = PyArray_TYPE(array) != NPY_BOOL || memchr(PyArray_DATA(array), 1, PyArray_SIZE(array)) != NULL;
    }
    return flags;
}

/* run(tape, inputs, worlds) -> (tuple of outputs, bytes as above), or None where the inputs are not of the recorded types and shapes */
static PyObject *run(PyObject *self, PyObject *const *args, Py_ssize_t given)
{
    if (given != 3) {
        PyErr_SetString(PyExc_TypeError, "run takes a tape, a sequence of inputs and the number of worlds");
        return NULL;
    }
    const npy_intp worlds = PyLong_AsSsize_t(args[2]);
    if (worlds < 0)
        return NULL;
    Tape *tape = PyCapsule_GetPointer(args[0], CAPSULE);
    if (!tape)
        return NULL;
    PyObject *inputs = PySequence_Fast(args[1], "inputs are a sequence");
    if (!inputs)
        return NULL;
    PyObject *outputs = NULL, *flags = NULL, *answer = NULL;
    char *layout = NULL, *memory = NULL;
    if (PySequence_Fast_GET_SIZE(inputs) != tape->n_inputs) {
        PyErr_Format(PyExc_ValueError, "%U takes %d inputs", tape->name, tape->n_inputs);
        goto done;
    }
    size_t for_places = tape->n_slots * sizeof(Place), for_numbers = tape->n_inputs * sizeof(float);
    layout = PyMem_RawMalloc(for_places + for_numbers);
    if (!layout) {
        PyErr_NoMemory();
        goto done;
    }
    Place *places = (Place *)layout;
    float *numbers = (float *)(layout + for_places);
    for (int s = 0; s < tape->n_slots; s++) {
        const Slot *slot = &tape->slots[s];
        if (slot->kind != INPUT)
            continue;
        PyObject *item = PySequence_Fast_GET_ITEM(inputs, slot->place);
        if (!take_input(slot, item, &places[s], &numbers[slot->place], worlds)) {
            answer = Py_NewRef(Py_None);
            goto done;
        }
    }
    outputs = PyTuple_New(tape->n_outputs);
    memory = PyMem_RawMalloc(tape->scratch + tape->per_world * worlds + ALIGNED);
    if (!outputs || !memory) {
        Py_CLEAR(outputs);
        PyErr_NoMemory();
        goto done;
    }
    char *scratch = (char *)(((npy_uintp)memory + ALIGNED - 1) / ALIGNED * ALIGNED);
    for (int s = 0; s < tape->n_slots; s++) {
        const Slot *slot = &tape->slots[s];
        if (slot->kind == OUTPUT) {
            npy_intp dims[RANK];
            for (int d = 0; d < slot->rank; d++)
                dims[d] = slot->dims[d] == WORLDS ? worlds : slot->dims[d];
            PyObject *array = PyArray_EMPTY(slot->rank, dims, slot->type, 0);
            if (!array) {
                Py_CLEAR(outputs);
                goto done;
            }
            PyTuple_SET_ITEM(outputs, slot->place, array);
            PyArray_CLEARFLAGS((PyArrayObject *)array, NPY_ARRAY_WRITEABLE);
            places[s].base = PyArray_BYTES((PyArrayObject *)array);
            stack_rows(slot, worlds, &places[s]);
        } else if (slot->kind == SCRATCH) {
            int by_world = slot->rank && slot->dims[slot->rank - 1] == WORLDS;
            places[s].base = scratch + (by_world ? tape->scratch + slot->place * worlds : slot->place);
            stack_rows(slot, worlds, &places[s]);
        } else if (slot->kind == CONSTANT) {
            places[s].base = PyArray_BYTES(slot->constant);
            stack_rows(slot, worlds, &places[s]);
        } else if (slot->kind == VIEW)
            take_view(slot, &places[slot->place], &places[s]);
    }
    int raised;
    Py_BEGIN_ALLOW_THREADS
    feclearexcept(FE_ALL_EXCEPT);
    for (int i = 0; i < tape->n_operations; i++)
        carry_out(tape, &tape->operations[i], places, worlds);
    raised = fetestexcept(FE_DIVBYZERO | FE_OVERFLOW | FE_INVALID);
    feclearexcept(FE_ALL_EXCEPT);
    Py_END_ALLOW_THREADS
    flags = found_true(tape, outputs);
    if (!flags)
        Py_CLEAR(outputs);
    if (raised && outputs) {
        const char *what = raised & FE_INVALID ? "invalid value" : raised & FE_DIVBYZERO ? "divide by zero" : "overflow";
        if (PyErr_WarnFormat(PyExc_RuntimeWarning, 1, "%s encountered in %U", what, tape->name) < 0)
            Py_CLEAR(outputs);
    }
    if (outputs)
        answer = PyTuple_Pack(2, outputs, flags);
done:
    PyMem_RawFree(memory);
    PyMem_RawFree(layout);
    Py_XDECREF(outputs);
    Py_XDECREF(flags);
    Py_DECREF(inputs);
    return answer;
}

static PyMethodDef methods[] = {
    {"build", build, METH_VARARGS, "build(name, slots, operations, inputs, outputs, scratch, per_world) -> tape"},
    {"run", (PyCFunction)(void (*)(void))run, METH_FASTCALL, "run(tape, inputs, worlds) -> outputs, or None where the inputs do not fit the tape"},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_tape", "Carries out recorded operations.", -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__tape(void)
{
    import_array();
    import_umath();
    PyObject *made = PyModule_Create(&module);
    if (made && PyModule_AddIntConstant(made, "LAYOUT", LAYOUT) < 0)
        Py_CLEAR(made);
    return made;
}
