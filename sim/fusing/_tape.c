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
#define LAYOUT 2     /* of what build takes; as in program.py */
#define TAPE "sim.fusing.tape"
#define BOUND "sim.fusing.bound"

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
    npy_intp size;             /* bytes of an element of the output */
    PyUFuncGenericFunction loop;
    void *data;
} Operation;

typedef struct {               /* an axis along which an operation goes from row to row */
    npy_intp count, steps[OPERANDS];
} Axis;

typedef struct {               /* how an operation walks over its operands: row by row, outer axes from the inside out */
    npy_intp inner, inner_steps[OPERANDS]; /* elements of a row, and bytes from one to the next */
    npy_intp offset[OPERANDS]; /* where an operand begins in its array: bytes from the beginning of slot `root` */
    int root[OPERANDS];
    int outer, first;          /* how many further axes, and where they stand among those of the plan */
} Walk;

typedef struct {               /* the walks of a tape for so many worlds and for inputs that lie in memory in a certain way */
    int users;                 /* the tape, and whoever is walking; counted under the interpreter's lock */
    npy_intp worlds;
    npy_intp *strides;         /* of each input: RANK numbers */
    Walk *walks;
    Axis *axes;
} Plan;

typedef struct {
    PyObject *name;
    Slot *slots;
    Operation *operations;
    int *input;                /* the slot of each input */
    int n_slots, n_operations, n_inputs, n_outputs;
    npy_intp scratch, per_world; /* bytes of scratch for what does not differ by world, and for each world */
    Plan *plan;                /* of the last run: the next one is mostly like it */
} Tape;

typedef struct {               /* a tape with those of its inputs that last: the first ones */
    PyObject *tape, *inputs;
    npy_intp worlds;
    int count;
    char **bases;              /* where each begins */
    npy_intp *strides;         /* of each: RANK numbers */
    float *numbers;            /* those that are no arrays */
} Bound;

typedef struct {               /* of a slot: the one that it is a view of in the end, where it begins in that, and its steps */
    int root;
    npy_intp offset, strides[RANK];
} Place;

/* ---- building ------------------------------------------------------------------------------------------------------------------ */

static void let_go(Plan *plan)
{
    if (plan && --plan->users == 0) {
        PyMem_Free(plan->strides);
        PyMem_Free(plan->walks);
        PyMem_Free(plan->axes);
        PyMem_Free(plan);
    }
}

static void release(PyObject *capsule)
{
    Tape *tape = PyCapsule_GetPointer(capsule, TAPE);
    if (!tape)
        return;
    for (int i = 0; tape->slots && i < tape->n_slots; i++)
        Py_XDECREF(tape->slots[i].constant);
    Py_XDECREF(tape->name);
    let_go(tape->plan);
    PyMem_Free(tape->slots);
    PyMem_Free(tape->operations);
    PyMem_Free(tape->input);
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
    tape->input = PyMem_Calloc(n_inputs + 1, sizeof(int));
    PyObject *capsule = PyCapsule_New(tape, TAPE, release);
    if (!capsule || !tape->slots || !tape->operations || !tape->input) {
        Py_XDECREF(capsule);
        return PyErr_NoMemory();
    }
    Py_INCREF(name);
    tape->name = name;
    for (int i = 0; i < tape->n_slots; i++) {
        if (build_slot(PyTuple_GET_ITEM(slots, i), &tape->slots[i]) < 0)
            goto failed;
        if (tape->slots[i].kind == INPUT && tape->slots[i].place < n_inputs)
            tape->input[tape->slots[i].place] = i;
    }
    for (int i = 0; i < tape->n_operations; i++)
        if (build_operation(PyTuple_GET_ITEM(operations, i), &tape->operations[i]) < 0)
            goto failed;
    for (int i = 0; i < tape->n_operations; i++) {
        Slot *into = &tape->slots[tape->operations[i].operand[tape->operations[i].count - 1]];
        tape->operations[i].size = into->size;
        while (into->kind == VIEW)
            into = &tape->slots[into->place];
        into->written = 1;
    }
    return capsule;
failed:
    Py_DECREF(capsule);
    return NULL;
}

/* ---- planning ------------------------------------------------------------------------------------------------------------------- */

static void place_view(const Slot *slot, const Place *source, Place *place)
{
    place->root = source->root;
    place->offset = source->offset;
    for (int i = 0; i < slot->chosen; i++)
        place->offset += slot->at[i] * source->strides[slot->axis[i]];
    for (int d = 0; d < slot->rank; d++)
        place->strides[d] = slot->from[d] < 0 ? 0 : source->strides[slot->from[d]];
}

/* An input lies as it was made; an array of our own: one row after the other. */
static void place_slot(const Tape *tape, int number, const npy_intp *strides, npy_intp worlds, Place *places)
{
    const Slot *slot = &tape->slots[number];
    Place *place = &places[number];
    if (slot->kind == VIEW) {
        place_view(slot, &places[slot->place], place);
        return;
    }
    place->root = number;
    place->offset = 0;
    npy_intp stride = slot->size;
    for (int d = slot->rank - 1; d >= 0; d--) {
        place->strides[d] = slot->kind == INPUT ? strides[slot->place * RANK + d] : stride;
        stride *= slot->dims[d] == WORLDS ? worlds : slot->dims[d];
    }
}

/* Axes of length one are left out, axes that follow on one another in all operands are joined. */
static void plan_walk(const Tape *tape, const Operation *operation, const Place *places, npy_intp worlds, Walk *walk, Axis *axes)
{
    const int count = operation->count;
    const Slot *out = &tape->slots[operation->operand[count - 1]];
    npy_intp *length = &walk->inner, *steps = walk->inner_steps, own[OPERANDS] = {0};
    walk->outer = 0;
    walk->inner = 1;
    memset(walk->inner_steps, 0, sizeof(walk->inner_steps));
    for (int i = 0; i < count; i++) {
        walk->root[i] = places[operation->operand[i]].root;
        walk->offset[i] = places[operation->operand[i]].offset;
    }
    for (int back = 1; back <= out->rank; back++) {
        npy_intp n = out->dims[out->rank - back];
        n = n == WORLDS ? worlds : n;
        if (n == 1)
            continue;
        if (n == 0) {
            walk->inner = walk->outer = 0;
            return;
        }
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
            Axis *axis = &axes[walk->outer++];
            length = &axis->count;
            steps = axis->steps;
            *length = 1;
            memcpy(steps, own, sizeof(own));
        }
        *length *= n;
    }
}

/* Plan a run whose inputs have these strides. */
static Plan *plan_run(const Tape *tape, const npy_intp *strides, npy_intp worlds)
{
    const size_t given = tape->n_inputs * RANK * sizeof(npy_intp);
    Plan *plan = PyMem_Calloc(1, sizeof(Plan));
    Place *places = PyMem_Calloc(tape->n_slots + 1, sizeof(Place));
    Axis *axes = PyMem_Calloc((size_t)tape->n_operations * RANK + 1, sizeof(Axis));
    if (plan) {
        plan->users = 1;
        plan->worlds = worlds;
        plan->strides = PyMem_Malloc(given + 1);
        plan->walks = PyMem_Calloc(tape->n_operations + 1, sizeof(Walk));
    }
    if (!plan || !places || !axes || !plan->strides || !plan->walks) {
        let_go(plan);
        plan = NULL;
        PyErr_NoMemory();
        goto done;
    }
    memcpy(plan->strides, strides, given);
    for (int s = 0; s < tape->n_slots; s++)
        place_slot(tape, s, strides, worlds, places);
    int n_axes = 0;
    for (int i = 0; i < tape->n_operations; i++) {
        Walk *walk = &plan->walks[i];
        walk->first = n_axes;
        plan_walk(tape, &tape->operations[i], places, worlds, walk, &axes[n_axes]);
        n_axes += walk->outer;
    }
    plan->axes = PyMem_Realloc(axes, (n_axes + 1) * sizeof(Axis));
    if (!plan->axes)
        plan->axes = axes;
    axes = NULL;
done:
    PyMem_Free(axes);
    PyMem_Free(places);
    return plan;
}

/* ---- taking what is given ------------------------------------------------------------------------------------------------------- */

/* Where an input begins; NULL where it is not of the recorded type and shape. Numbers are copied to `number`, strides to `strides`. */
static char *take_input(const Slot *slot, PyObject *given, float *number, npy_intp *strides, npy_intp worlds)
{
    if (PyArray_Check(given)) {
        PyArrayObject *array = (PyArrayObject *)given;
        if (PyArray_TYPE(array) != slot->type || PyArray_NDIM(array) != slot->rank || !PyArray_ISBEHAVED_RO(array))
            return NULL;
        if (slot->written && !PyArray_ISWRITEABLE(array))
            return NULL;
        for (int d = 0; d < slot->rank; d++) {
            if (PyArray_DIM(array, d) != (slot->dims[d] == WORLDS ? worlds : slot->dims[d]))
                return NULL;
            strides[d] = PyArray_STRIDE(array, d);
        }
        return PyArray_BYTES(array);
    }
    if (slot->rank)
        return NULL;
    if (slot->type == NPY_FLOAT && PyArray_IsScalar(given, Float))
        *number = PyArrayScalar_VAL(given, Float);
    else if (slot->type == NPY_FLOAT && PyFloat_CheckExact(given))
        *number = (float)PyFloat_AS_DOUBLE(given);
    else if (slot->type == NPY_BOOL && (PyArray_IsScalar(given, Bool) || PyBool_Check(given)))
        *(npy_bool *)number = PyObject_IsTrue(given) == 1;
    else
        return NULL;
    return (char *)number;
}

static void unbind(PyObject *capsule)
{
    Bound *bound = PyCapsule_GetPointer(capsule, BOUND);
    if (!bound)
        return;
    Py_XDECREF(bound->tape);
    Py_XDECREF(bound->inputs);
    PyMem_Free(bound->bases);
    PyMem_Free(bound->strides);
    PyMem_Free(bound->numbers);
    PyMem_Free(bound);
}

/* bind(tape, the inputs that last, worlds) -> what run takes, or None where the inputs are not of the recorded types and shapes */
static PyObject *bind(PyObject *self, PyObject *args)
{
    PyObject *capsule, *inputs;
    Py_ssize_t worlds;
    if (!PyArg_ParseTuple(args, "OO!n", &capsule, &PyTuple_Type, &inputs, &worlds))
        return NULL;
    Tape *tape = PyCapsule_GetPointer(capsule, TAPE);
    if (!tape)
        return NULL;
    const Py_ssize_t count = PyTuple_GET_SIZE(inputs);
    if (count > tape->n_inputs || worlds < 0)
        return PyErr_Format(PyExc_ValueError, "%U takes %d inputs", tape->name, tape->n_inputs);
    Bound *bound = PyMem_Calloc(1, sizeof(Bound));
    PyObject *made = bound ? PyCapsule_New(bound, BOUND, unbind) : NULL;
    if (!made) {
        PyMem_Free(bound);
        return PyErr_NoMemory();
    }
    bound->tape = Py_NewRef(capsule);
    bound->inputs = Py_NewRef(inputs);
    bound->worlds = worlds;
    bound->count = (int)count;
    bound->bases = PyMem_Calloc(count + 1, sizeof(char *));
    bound->strides = PyMem_Calloc(count * RANK + 1, sizeof(npy_intp));
    bound->numbers = PyMem_Calloc(count + 1, sizeof(float));
    if (!bound->bases || !bound->strides || !bound->numbers) {
        Py_DECREF(made);
        return PyErr_NoMemory();
    }
    for (int i = 0; i < count; i++) {
        const Slot *slot = &tape->slots[tape->input[i]];
        bound->bases[i] = take_input(slot, PyTuple_GET_ITEM(inputs, i), &bound->numbers[i], &bound->strides[i * RANK], worlds);
        if (!bound->bases[i]) {
            Py_DECREF(made);
            Py_RETURN_NONE;
        }
    }
    return made;
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
    if (steps[0] == 1 && steps[1] == 4) {
        for (npy_intp i = 0; i < n; i++)
            ((float *)to)[i] = (float)((const npy_ubyte *)from)[i];
        return;
    }
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
static inline void carry_row(const Operation *operation, char **args, const Walk *walk)
{
    npy_intp n = walk->inner;
    switch (operation->kind) {
    case LOOP:
        operation->loop(args, &n, walk->inner_steps, operation->data);
        break;
    case SELECT:
        select_each(args, n, walk->inner_steps, operation->size);
        break;
    case CAST:
        cast_each(args, n, walk->inner_steps);
        break;
    default:
        copy_each(args, n, walk->inner_steps, operation->size);
    }
}

static void carry_out(const Operation *operation, const Walk *walk, const Axis *axes, char *const *bases)
{
    const int count = operation->count;
    npy_intp at[RANK] = {0};
    char *row[OPERANDS], *args[OPERANDS];
    if (!walk->inner)
        return;
    for (int a = 0; a < count; a++)
        row[a] = bases[walk->root[a]] + walk->offset[a];
    for (;;) {
        memcpy(args, row, sizeof(row));
        carry_row(operation, args, walk);
        int axis = 0; /* the next row: as an odometer turns */
        while (axis < walk->outer && at[axis] == axes[axis].count - 1) {
            for (int a = 0; a < count; a++)
                row[a] -= at[axis] * axes[axis].steps[a];
            at[axis++] = 0;
        }
        if (axis == walk->outer)
            return;
        at[axis]++;
        for (int a = 0; a < count; a++)
            row[a] += axes[axis].steps[a];
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

/* run(bound, the other inputs) -> (tuple of outputs, bytes as above), or None where they are not of the recorded types and shapes */
static PyObject *run(PyObject *self, PyObject *const *args, Py_ssize_t given)
{
    if (given != 2) {
        PyErr_SetString(PyExc_TypeError, "run takes what bind has made and a tuple of inputs");
        return NULL;
    }
    Bound *bound = PyCapsule_GetPointer(args[0], BOUND);
    Tape *tape = bound ? PyCapsule_GetPointer(bound->tape, TAPE) : NULL;
    if (!tape)
        return NULL;
    PyObject *inputs = args[1]; /* holds them while we let go of the lock */
    if (!PyTuple_CheckExact(inputs)) {
        PyErr_SetString(PyExc_TypeError, "inputs come in a tuple");
        return NULL;
    }
    PyObject *outputs = NULL, *flags = NULL, *answer = NULL;
    Plan *plan = NULL;
    char *memory = NULL;
    const npy_intp worlds = bound->worlds;
    const int lasting = bound->count;
    if (lasting + PyTuple_GET_SIZE(inputs) != tape->n_inputs) {
        PyErr_Format(PyExc_ValueError, "%U takes %d inputs", tape->name, tape->n_inputs);
        goto done;
    }
    const size_t for_bases = tape->n_slots * sizeof(char *), for_strides = tape->n_inputs * RANK * sizeof(npy_intp);
    const size_t for_numbers = tape->n_inputs * sizeof(float);
    memory = PyMem_RawMalloc(for_bases + for_strides + for_numbers + tape->scratch + tape->per_world * worlds + ALIGNED);
    if (!memory) {
        PyErr_NoMemory();
        goto done;
    }
    char **bases = (char **)memory;
    npy_intp *strides = (npy_intp *)(memory + for_bases);
    float *numbers = (float *)(memory + for_bases + for_strides);
    char *scratch = (char *)(((npy_uintp)numbers + for_numbers + ALIGNED - 1) / ALIGNED * ALIGNED);
    memcpy(strides, bound->strides, lasting * RANK * sizeof(npy_intp));
    memset(strides + lasting * RANK, 0, (tape->n_inputs - lasting) * RANK * sizeof(npy_intp));
    for (int i = 0; i < lasting; i++)
        bases[tape->input[i]] = bound->bases[i];
    for (int i = lasting; i < tape->n_inputs; i++) {
        const int s = tape->input[i];
        PyObject *item = PyTuple_GET_ITEM(inputs, i - lasting);
        bases[s] = take_input(&tape->slots[s], item, &numbers[i], &strides[i * RANK], worlds);
        if (!bases[s]) {
            answer = Py_NewRef(Py_None);
            goto done;
        }
    }
    if (!tape->plan || tape->plan->worlds != worlds || memcmp(tape->plan->strides, strides, for_strides)) {
        Plan *other = plan_run(tape, strides, worlds);
        if (!other)
            goto done;
        let_go(tape->plan);
        tape->plan = other;
    }
    plan = tape->plan; /* another thread may put its own there while we walk by this one */
    plan->users++;
    outputs = PyTuple_New(tape->n_outputs);
    if (!outputs)
        goto done;
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
            bases[s] = PyArray_BYTES((PyArrayObject *)array);
        } else if (slot->kind == SCRATCH) {
            int by_world = slot->rank && slot->dims[slot->rank - 1] == WORLDS;
            bases[s] = scratch + (by_world ? tape->scratch + slot->place * worlds : slot->place);
        } else if (slot->kind == CONSTANT)
            bases[s] = PyArray_BYTES(slot->constant);
    }
    int raised;
    Py_BEGIN_ALLOW_THREADS
    feclearexcept(FE_ALL_EXCEPT);
    for (int i = 0; i < tape->n_operations; i++)
        carry_out(&tape->operations[i], &plan->walks[i], &plan->axes[plan->walks[i].first], bases);
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
    let_go(plan);
    PyMem_RawFree(memory);
    Py_XDECREF(outputs);
    Py_XDECREF(flags);
    return answer;
}

static PyMethodDef methods[] = {
    {"build", build, METH_VARARGS, "build(name, slots, operations, inputs, outputs, scratch, per_world) -> tape"},
    {"bind", bind, METH_VARARGS, "bind(tape, inputs that last, worlds) -> what run takes, or None where they do not fit the tape"},
    {"run", (PyCFunction)(void (*)(void))run, METH_FASTCALL, "run(bound, other inputs) -> outputs, or None where they do not fit the tape"},
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
