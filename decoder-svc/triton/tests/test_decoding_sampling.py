import numpy as np
import pytest

from decoding.sampling import Sampler, Sampling, SplitMix
from problems import Problem

EXCLUDED = -np.inf


class Numbers:
    """Random numbers that are none."""

    def __init__(self, *numbers):
        self._numbers = iter(numbers)

    def next(self):
        return next(self._numbers)


def logits(*values):
    return np.array(values, np.float32)


def sampler(temperature, top_p=1.0, top_k=0, seed=0):
    # Requests carry single precision.
    return Sampler(Sampling(float(np.float32(temperature)), float(np.float32(top_p)), top_k, seed))


def drawn(values, numbers, temperature, top_p=1.0, top_k=0):
    chooser = sampler(temperature, top_p, top_k)
    chooser._random = Numbers(*numbers)
    return [chooser.next(values) for _ in numbers]


def kept(values, *settings):
    """Returns the ids that some random number gives."""
    return set(drawn(values, np.arange(500) / 500, *settings))


def some_logits(random):
    values = np.round(random.normal(size=random.integers(1, 301)) * 8) / 4  # rounded, so that some are equal
    values[random.random(values.size) < 0.05] = EXCLUDED
    values[random.integers(values.size)] = 1
    return values.astype(np.float32)


class TestSplitMix:
    @pytest.mark.parametrize(
        ("seed", "numbers"),
        [
            (0, [0.8833108082136426, 0.43152799704850997, 0.026433771592597743]),
            (1, [0.5665615751722809, 0.7457817572627011, 0.9710027535867962]),
            (42, [0.7415648787718233, 0.1599103928769201, 0.27860113025513866]),
            (2**64 - 1, [0.8939429202831845, 0.9125972035944532, 0.21948196289526756]),
        ],
    )
    def test_gives_the_numbers_of_splittable_random(self, seed, numbers):
        random = SplitMix(seed)

        assert [random.next() for _ in numbers] == numbers

    def test_stays_from_0_to_below_1(self):
        random = SplitMix(7)
        numbers = [random.next() for _ in range(2000)]

        assert 0 <= min(numbers) < 0.01
        assert 0.99 < max(numbers) < 1


class TestSampler:
    def test_greedy_takes_the_most_probable_and_of_equals_the_first(self):
        values = logits(EXCLUDED, -1, 3, 3, 2)

        assert sampler(0).next(values) == 2
        assert drawn(values, [0.99], 1, 1, 1) == [2]

    def test_zeros_of_either_sign_are_equal(self):
        assert sampler(0).next(logits(-1, -0.0, 0.0)) == 1
        assert drawn(logits(-1, -0.0, 0.0), [0, 0.9], 1, 1, 2) == [1, 2]

    def test_draws_in_proportion_to_the_probabilities(self):
        values = logits(0, np.log(2), EXCLUDED, np.log(5))
        counts = np.bincount(drawn(values, np.arange(800) / 800, 1), minlength=4)

        assert counts.tolist() == [100, 200, 0, 500]

    def test_temperature_comes_before_top_p(self):
        # Probabilities 1/2, 1/3, 1/6; at temperature 1/2 they are 9, 4 and 1 of 14.
        values = logits(np.log(3), np.log(2), 0)

        assert kept(values, 1, 0.6) == {0, 1}
        assert kept(values, 0.5, 0.6) == {0}

    def test_top_k_comes_before_top_p(self):
        # Of 4, 3, 2, 1 of 10, the first two are 57 and 43 % of what top-k keeps.
        values = logits(0, np.log(2), np.log(3), np.log(4))

        assert kept(values, 1, 0.5) == {3, 2}
        assert kept(values, 1, 0.5, 2) == {3}
        assert kept(values, 1, 0.6, 2) == {3, 2}

    def test_top_k_of_equals_keeps_the_first_and_never_an_excluded_one(self):
        assert kept(logits(1, 2, 1, 1), 1, 1, 2) == {0, 1}
        assert kept(logits(1, EXCLUDED, EXCLUDED, 1), 1, 1, 3) == {0, 3}
        assert kept(logits(EXCLUDED, 1, 1), 1, 1, 5) == {1, 2}

    @pytest.mark.parametrize("seed", range(20))
    def test_keeps_what_a_plain_reading_of_the_rules_keeps(self, seed):
        random = np.random.default_rng(seed)
        for _ in range(10):
            values = some_logits(random)
            temperature, top_p = np.float32(random.uniform(0.1, 2)), np.float32(random.uniform(0.05, 1))
            top_k = int(random.integers(values.size + 10))
            expected = plainly_kept(values, float(temperature), float(top_p), top_k)
            numbers = [0, random.random(), np.nextafter(1, 0)]
            first, middle, last = drawn(values, numbers, temperature, top_p, top_k)

            assert (first, last) == (expected[0], expected[-1])
            assert middle in expected

    @pytest.mark.parametrize("seed", range(20))
    def test_top_k_is_the_start_of_a_full_sort(self, seed):
        random = np.random.default_rng(seed)
        values = random.integers(0, 6, 40).astype(np.float32)  # so few of them that most limits fall among equals
        values[random.random(values.size) < 0.2] = EXCLUDED
        ids = sorted(np.flatnonzero(values != EXCLUDED).tolist(), key=lambda id_: (-values[id_], id_))
        at_a_tie = [k for k in range(2, len(ids)) if values[ids[k - 1]] == values[ids[k]]]
        assert len(at_a_tie) > 10

        for top_k in [*at_a_tie, len(ids), len(ids) + 1, values.size - 1, values.size, values.size + 1]:
            expected = ids[:top_k]
            if top_k >= values.size:
                expected = sorted(expected)  # it keeps all, and leaves them where they are
            weights = np.exp(values[expected].astype(np.float64))
            middles = (np.cumsum(weights) - weights / 2) / weights.sum()

            assert drawn(values, middles, 1, 1, top_k) == expected

    def test_chooses_as_the_embedded_engine_does(self):
        # What ai.laconic.decoder.engine.onnx.Sampler answers to the same logits with SplittableRandom.
        expected = {
            (1, 1, 0, 0): [179, 87, 2, 190, 26, 64, 36, 150, 44, 191, 84, 152],
            (0.7, 1, 0, 1): [120, 155, 193, 89, 91, 154, 181, 107, 52, 161, 87, 122],
            (1, 0.9, 0, 42): [136, 16, 103, 89, 138, 77, 80, 11, 194, 128, 87, 92],
            (0.3, 0.5, 0, 42): [90, 57, 185, 111, 37, 124, 192, 178, 145, 101, 199, 54],
            (1.5, 1, 20, 7): [19, 57, 122, 160, 56, 23, 9, 178, 74, 161, 199, 193],
            (2, 0.95, 50, 2**64 - 1): [24, 152, 174, 48, 154, 170, 44, 36, 19, 71, 98, 130],
            (0.9, 0.01, 0, 3): [30, 57, 84, 10, 37, 64, 91, 17, 44, 71, 98, 24],
            (1, 1, 300, 5): [79, 154, 43, 18, 37, 77, 194, 104, 82, 120, 95, 24],
            (0, 1, 0, 9): [30, 57, 84, 10, 37, 64, 91, 17, 44, 71, 98, 24],
            (1, 1, 1, 9): [30, 57, 84, 10, 37, 64, 91, 17, 44, 71, 98, 24],
        }

        for settings, ids in expected.items():
            chooser = sampler(*settings)
            assert [chooser.next(numbered_logits(draw)) for draw in range(12)] == ids

    def test_the_same_seed_gives_the_same_tokens(self):
        values = some_logits(np.random.default_rng(3))
        one, same, other = sampler(1, seed=5), sampler(1, seed=5), sampler(1, seed=6)
        tokens = [one.next(values) for _ in range(20)]

        assert [same.next(values.copy()) for _ in range(20)] == tokens
        assert [other.next(values) for _ in range(20)] != tokens

    def test_stays_finite_at_a_tiny_temperature(self):
        tiny = np.finfo(np.float32).smallest_subnormal

        assert drawn(logits(-3e30, 3e30, 1), [0.9], tiny) == [1]

    @pytest.mark.parametrize("settings", [(0,), (1,), (1, 1, 1), (1, 0.5, 3)])
    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ((0, np.nan), "logits[1]: nan"),
            ((np.inf, 0), "logits[0]: inf"),
            ((np.inf, np.nan, 0), "logits[1]: nan"),
            ((EXCLUDED, EXCLUDED), "logits[0]: -inf"),
        ],
    )
    def test_refuses_logits_that_make_no_sense(self, settings, values, message):
        with pytest.raises(Problem) as refused:
            sampler(*settings).next(logits(*values))
        assert str(refused.value) == f"INTERNAL: {message} (expected: a finite number)"

    def test_leaves_the_logits_as_they_were(self):
        values = some_logits(np.random.default_rng(4))
        before = values.copy()
        sampler(0.5, 0.9, 10).next(values)

        assert np.array_equal(values, before)


def numbered_logits(draw):
    numbers = (np.arange(200) * 37 + draw * 11) % 101
    return np.where(numbers < 5, EXCLUDED, numbers / 16).astype(np.float32)


def plainly_kept(values, temperature, top_p, top_k):
    ids = sorted(np.flatnonzero(values != EXCLUDED).tolist(), key=lambda id_: (-values[id_], id_))
    if top_k > 0:
        ids = ids[:top_k]
    weights = [np.exp((float(values[id_]) - float(values[ids[0]])) / temperature) for id_ in ids]
    reached = np.cumsum(weights)
    return ids[: int(np.argmax(reached >= reached[-1] * top_p - 1e-12)) + 1]
