import numpy as np
import pytest
from decoding_fakes import PLACEHOLDER, SETTINGS, VOCABULARY, WIDTH

from decoding.request import read
from decoding.sampling import Sampling
from problems import Problem

GAP = PLACEHOLDER
NAMES = ["INPUT_IDS", "MAX_TOKENS", "TEMPERATURE", "TOP_P", "TOP_K", "SEED"]
SCALARS = NAMES[1:]
TYPES = [bool, np.int8, np.int32, np.int64, np.uint64, np.float16, np.float32, np.float64, np.complex64, object, "S3"]
CODES = {"INVALID_ARGUMENT", "OUT_OF_RANGE"}


def inputs(**changes):
    """Returns a good request with some tensors changed, or left out where they are None."""
    tensors = {
        "INPUT_IDS": np.array([5, GAP, GAP, 6], np.int64),
        "LATENTS": np.array([[1, 2], [3, 4]], np.float32),
        "MAX_TOKENS": np.array([7], np.int32),
        "TEMPERATURE": np.array([0.5], np.float32),
        "TOP_P": np.array([0.25], np.float32),
        "TOP_K": np.array([3], np.int32),
        "SEED": np.array([2**64 - 1], np.uint64),
        **changes,
    }
    return {name: tensor for name, tensor in tensors.items() if tensor is not None}


def refusal(**changes):
    with pytest.raises(Problem) as refused:
        read(inputs(**changes), SETTINGS)
    assert str(refused.value).startswith(f"{refused.value.code}: ")
    return str(refused.value)


def of(name, *values):
    return {name: np.array(values, inputs()[name].dtype)}


class TestGood:
    def test_reads_everything(self):
        request = read(inputs(), SETTINGS)

        assert request.ids.tolist() == [5, GAP, GAP, 6]
        assert request.latents.tolist() == [[1, 2], [3, 4]]
        assert request.max_tokens == 7
        assert request.sampling == Sampling(temperature=0.5, top_p=0.25, top_k=3, seed=2**64 - 1)

    def test_reads_half_precision_as_single(self):
        latents = read(inputs(LATENTS=np.array([[1, 2], [3, 0.1]], np.float16)), SETTINGS).latents

        assert latents.dtype == np.float32
        assert latents[1, 1] == np.float32(np.float16(0.1))

    @pytest.mark.parametrize("latents", [None, np.zeros((0, WIDTH), np.float32), np.zeros((0, WIDTH), np.float16)])
    def test_needs_no_latents_without_placeholders(self, latents):
        request = read(inputs(INPUT_IDS=np.array([5], np.int64), LATENTS=latents), SETTINGS)

        assert (request.latents.shape, request.latents.dtype) == ((0, WIDTH), np.float32)

    def test_keeps_nothing_of_what_came(self):
        tensors = inputs()
        request = read(tensors, SETTINGS)
        for tensor in tensors.values():
            tensor.fill(0)

        assert request.ids.tolist() == [5, GAP, GAP, 6]
        assert request.latents.tolist() == [[1, 2], [3, 4]]
        assert request.sampling == Sampling(0.5, 0.25, 3, 2**64 - 1)

    def test_reads_tensors_with_gaps_between_their_elements(self):
        ids = np.array([5, 0, GAP, 0, GAP, 0, 6, 0], np.int64)[::2]
        latents = np.array([[1, 3], [2, 4]], np.float32).T

        request = read(inputs(INPUT_IDS=ids, LATENTS=latents), SETTINGS)

        assert request.ids.tolist() == [5, GAP, GAP, 6]
        assert request.latents.tolist() == [[1, 2], [3, 4]]

    @pytest.mark.parametrize(
        ("name", "value"),
        [("TEMPERATURE", 0), ("TEMPERATURE", 2), ("TOP_P", 1), ("TOP_P", 1e-30), ("TOP_K", 0), ("TOP_K", 2**31 - 1)],
    )
    def test_takes_the_ends_of_the_ranges(self, name, value):
        read(inputs(**of(name, value)), SETTINGS)

    def test_takes_as_much_as_fits(self):
        ids = np.zeros(SETTINGS.max_positions - 7, np.int64)

        assert read(inputs(INPUT_IDS=ids, LATENTS=None), SETTINGS).ids.size == SETTINGS.max_positions - 7


class TestBad:
    @pytest.mark.parametrize("name", NAMES)
    def test_missing(self, name):
        assert refusal(**{name: None}) == f"INVALID_ARGUMENT: {name}: missing (expected: a tensor)"

    def test_missing_latents(self):
        assert refusal(LATENTS=None) == (
            "INVALID_ARGUMENT: LATENTS shape: [0, 2] (expected: [2, 2], a row for each placeholder)"
        )

    @pytest.mark.parametrize("name", [*NAMES, "LATENTS"])
    def test_types(self, name):
        for dtype in other_types(name):
            other = np.zeros(inputs()[name].shape, dtype)

            assert refusal(**{name: other}).startswith(f"INVALID_ARGUMENT: {name} type: {other.dtype} (expected: ")

    def test_says_which_types_it_takes(self):
        assert refusal(INPUT_IDS=np.zeros(4, np.int32)) == ("INVALID_ARGUMENT: INPUT_IDS type: int32 (expected: int64)")
        assert refusal(LATENTS=np.zeros((2, 2))) == (
            "INVALID_ARGUMENT: LATENTS type: float64 (expected: float32 or float16)"
        )

    @pytest.mark.parametrize("shape", [(), (1, 4), (4, 1), (2, 1, 2)])
    def test_rank_of_ids(self, shape):
        assert refusal(INPUT_IDS=np.zeros(shape, np.int64)) == (
            f"INVALID_ARGUMENT: INPUT_IDS shape: {list(shape)} (expected: one dimension)"
        )

    @pytest.mark.parametrize("shape", [(), (4,), (2, 3), (2, 1), (2, 0), (1, 2), (3, 2), (1, 2, 2), (0, 2)])
    def test_shape_of_latents(self, shape):
        assert refusal(LATENTS=np.zeros(shape, np.float32)) == (
            f"INVALID_ARGUMENT: LATENTS shape: {list(shape)} (expected: [2, 2], a row for each placeholder)"
        )

    def test_latents_without_placeholders(self):
        assert refusal(INPUT_IDS=np.array([5], np.int64)) == (
            "INVALID_ARGUMENT: LATENTS shape: [2, 2] (expected: [0, 2], a row for each placeholder)"
        )

    @pytest.mark.parametrize("dtype", [np.float32, np.float16])
    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    def test_latents_that_are_no_numbers(self, value, dtype):
        latents = np.array([[1, 2], [value, value]], dtype)

        assert refusal(LATENTS=latents) == f"INVALID_ARGUMENT: LATENTS[1, 0]: {value} (expected: a finite number)"

    @pytest.mark.parametrize("value", [-1, VOCABULARY, -(2**63), 2**63 - 1])
    def test_ids_outside_the_vocabulary(self, value):
        assert refusal(**of("INPUT_IDS", 5, 6, value, value)) == (
            f"INVALID_ARGUMENT: INPUT_IDS[2]: {value} (expected: 0 to 99)"
        )

    def test_no_ids(self):
        assert refusal(INPUT_IDS=np.zeros(0, np.int64)) == "INVALID_ARGUMENT: INPUT_IDS: 0 ids (expected: 1 or more)"

    @pytest.mark.parametrize("name", SCALARS)
    @pytest.mark.parametrize("shape", [(0,), (2,), (), (1, 1)])
    def test_shapes_of_scalars(self, name, shape):
        expected = "[1]" if len(shape) == 1 else "one dimension"

        assert refusal(**{name: np.ones(shape, inputs()[name].dtype)}) == (
            f"INVALID_ARGUMENT: {name} shape: {list(shape)} (expected: {expected})"
        )

    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("MAX_TOKENS", 0, "0 (expected: 1 or more)"),
            ("MAX_TOKENS", -(2**31), "-2147483648 (expected: 1 or more)"),
            ("TEMPERATURE", -0.5, "-0.5 (expected: 0 to 2)"),
            ("TEMPERATURE", 2.5, "2.5 (expected: 0 to 2)"),
            ("TEMPERATURE", np.nan, "nan (expected: 0 to 2)"),
            ("TEMPERATURE", np.inf, "inf (expected: 0 to 2)"),
            ("TOP_P", 0, "0.0 (expected: above 0, at most 1)"),
            ("TOP_P", -0.5, "-0.5 (expected: above 0, at most 1)"),
            ("TOP_P", 1.5, "1.5 (expected: above 0, at most 1)"),
            ("TOP_P", np.nan, "nan (expected: above 0, at most 1)"),
            ("TOP_K", -1, "-1 (expected: 0 or more)"),
        ],
    )
    def test_ranges(self, name, value, expected):
        assert refusal(**of(name, value)) == f"INVALID_ARGUMENT: {name}: {expected}"

    @pytest.mark.parametrize(("count", "max_tokens"), [(394, 7), (401, 1), (1, 400), (4, 2**31 - 1)])
    def test_more_positions_than_a_slot_has(self, count, max_tokens):
        tensors = {"INPUT_IDS": np.zeros(count, np.int64), "LATENTS": None, **of("MAX_TOKENS", max_tokens)}

        assert refusal(**tensors) == (
            f"OUT_OF_RANGE: INPUT_IDS and MAX_TOKENS: {count} + {max_tokens} positions (expected: at most 400 together)"
        )


class TestMalformed:
    """A thousand requests with one to three tensors that are wrong each in itself."""

    @pytest.mark.parametrize("seed", range(10))
    def test_is_refused_and_nothing_else(self, seed):
        random = np.random.default_rng(seed)
        for _ in range(100):
            tensors = some_inputs(random)
            read(tensors, SETTINGS)
            for name in random.choice([*NAMES, "LATENTS"], random.integers(1, 4), replace=False):
                tensors[name] = spoiled(random, name, tensors[name])
            tensors = {name: tensor for name, tensor in tensors.items() if tensor is not None}

            with pytest.raises(Problem) as refused:
                read(tensors, SETTINGS)
            assert refused.value.code in CODES, tensors


def some_inputs(random):
    ids = random.integers(0, VOCABULARY, random.integers(1, 50))
    ids[0] = GAP
    latents = random.normal(size=(int((ids == GAP).sum()), WIDTH))
    return inputs(
        INPUT_IDS=ids.astype(np.int64),
        LATENTS=latents.astype(random.choice([np.float32, np.float16])),
        MAX_TOKENS=np.array([random.integers(1, 300)], np.int32),
        TEMPERATURE=np.array([random.uniform(0, 2)], np.float32),
        TOP_P=np.array([random.uniform(0.01, 1)], np.float32),
        TOP_K=np.array([random.integers(0, 200)], np.int32),
        SEED=np.array([random.integers(0, 2**64, dtype=np.uint64)]),
    )


def spoiled(random, name, tensor):
    ways = [left_out, of_another_type, of_another_rank, of_another_length]
    if name != "SEED":  # any of its values is good
        ways.append(with_a_bad_value)
    return random.choice(ways)(random, name, tensor)


def left_out(random, name, tensor):
    return None


def of_another_type(random, name, tensor):
    others = other_types(name)
    return np.zeros(tensor.shape, others[random.integers(len(others))])


def other_types(name):
    taken = {inputs()[name].dtype, np.dtype(np.float16) if name == "LATENTS" else None}
    return [dtype for dtype in TYPES if np.dtype(dtype) not in taken]


def of_another_rank(random, name, tensor):
    shapes = [(1, *tensor.shape), (*tensor.shape, 1), (1, 1, *tensor.shape)]
    return tensor.reshape(shapes[random.integers(len(shapes))])


def of_another_length(random, name, tensor):
    if name == "INPUT_IDS":
        return np.resize(tensor, random.choice([0, 401, 100_000]))
    return np.resize(tensor, (tensor.shape[0] + random.choice([-1, 1, 5]), *tensor.shape[1:]))


def with_a_bad_value(random, name, tensor):
    values = {
        "INPUT_IDS": [-1, VOCABULARY, -(2**63), 2**63 - 1],
        "LATENTS": [np.nan, np.inf, -np.inf],
        "MAX_TOKENS": [0, -1, -(2**31), 2**31 - 1],
        "TEMPERATURE": [-1, 2.01, np.nan, np.inf, -np.inf],
        "TOP_P": [0, -1, 1.01, np.nan, np.inf, -np.inf],
        "TOP_K": [-1, -(2**31)],
    }[name]
    bad = tensor.copy()
    bad.flat[random.integers(bad.size)] = values[random.integers(len(values))]
    return bad
