from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from lclm import sequels
from lclm.data import Ids, Text
from lclm.evaluation import Evaluation
from lclm.model import LatentContextModel
from lclm.plan import Plan
from lclm.tasks import SEQUEL_TOKENS, Tasks


@pytest.fixture
def uneven(text: Text) -> Text:
    """Some ids stand in it far more often than others, as in a language."""
    ids = np.random.default_rng(1).geometric(0.02, 20_000)
    return Text(np.minimum(ids, 500), text.vocabulary)


def test_the_sequel_with_most_rare_ids_of_its_context_is_taken(uneven: Text) -> None:
    tried = np.random.default_rng(2)
    stretches = [uneven.stretch(600, tried) for _ in range(sequels.TRIES)]
    returned = [sum(bool(uneven.rare[i]) for i in set(ids[:400]) & set(ids[400:])) for ids in stretches]
    chosen = sequels.returning(uneven, 400, 200, np.random.default_rng(2))
    assert len(set(returned)) > 1
    assert chosen.tolist() == stretches[returned.index(max(returned))].tolist()


def test_what_is_rare_is_seldom(uneven: Text) -> None:
    counts = np.bincount(uneven.ids, minlength=len(uneven.rare))
    assert counts[uneven.rare].max() < counts[~uneven.rare].min()
    assert set(uneven.types) == set(uneven.ids)


def test_a_name_stands_wherever_the_id_stood(text: Text) -> None:
    rng = np.random.default_rng(3)
    ids = text.stretch(400, rng)
    changed = []
    for _ in range(100):
        other = sequels.renamed(ids, text, rng)
        assert len(set(zip(ids, other, strict=True))) == len(set(ids))
        assert set(other) <= set(text.types)
        changed.append(float((other != ids).mean()))
    assert 0.3 < np.mean([share > 0 for share in changed]) < 0.7
    assert max(changed) > 0.3


@pytest.mark.parametrize("length", [1, 4, 5, 30, 64])
def test_ends_are_those_of_whole_groups(length: int) -> None:
    last, *before = sequels.ends(length, 4, np.random.default_rng(4))
    assert last == length
    assert len(set(before)) == len(before) == min(sequels.ENDS, (length - 1) // 4)
    assert all(end % 4 == 0 and 0 < end < length for end in before)


@pytest.mark.parametrize("pooling", ["mean", "concat"])
def test_latents_up_to_an_end_are_those_of_a_shorter_text(model: LatentContextModel, text: Text, pooling: str) -> None:
    same = LatentContextModel(replace(model.config, pooling=pooling))
    same.initialise(torch.Generator().manual_seed(5))
    ids = torch.from_numpy(text.ids[:30])[None]
    whole, short = same.encode(ids, torch.tensor([30])), same.encode(ids[:, :12], torch.tensor([12]))
    torch.testing.assert_close(whole[:, :3], short)


def test_a_medley_is_made_of_pieces() -> None:
    rng = np.random.default_rng(7)
    for length in (1, 3, 30, 500):
        taken = sequels.medley(length, 128, rng)
        assert len(taken) == 128
        assert set(taken) <= set(range(length))
        steps = np.diff(taken) == 1
        assert steps.mean() > (0.6 if length > 3 else -1)
    assert not steps.all()


def compressed(tasks: Tasks, kind: str) -> Iterator[tuple[Ids, int, Ids]]:
    """For each prompt of a batch its window, its latents and what is to be continued."""
    rng = np.random.default_rng(6)
    plan = Plan(longest=64, skips=False, most_windows=1, shares={})
    batch = next(batch for _ in range(50) if (batch := tasks.compressed(plan, rng)).task == kind)
    groups = -(-batch.windows.shape[1] // 4)
    for row, slots in enumerate(batch.slots):
        latents = slots[slots >= tasks.chat.vocabulary] - tasks.chat.vocabulary
        window = int(latents[0]) // groups
        assert latents.tolist() == list(range(window * groups, window * groups + len(latents)))
        ids = batch.windows[window, : int(batch.lengths[window])]
        yield ids.numpy(), len(latents), batch.targets[batch.owners == row].numpy()


def test_a_window_is_continued_from_where_its_latents_end(tasks: Tasks) -> None:
    told = [(ids[latents * 4 :], sequel) for ids, latents, sequel in compressed(tasks, "continue")]
    assert all(sequel[: len(ids)].tolist() == ids.tolist() for ids, sequel in told)
    assert 0 < sum(len(ids) > 0 for ids, _ in told) < len(told)


def test_a_medley_is_made_of_what_its_latents_say(tasks: Tasks) -> None:
    for ids, latents, sequel in compressed(tasks, "medley"):
        assert set(sequel) <= set(ids[: latents * 4])


def test_where_the_tokens_of_a_sequel_stood() -> None:
    context, sequel = np.array([1, 2, 3, 4]), np.array([3, 1, 9, 9, 1, 4])
    assert sequels.stood(context, sequel, 2).tolist() == ["end", "rest", "nowhere", "sequel", "sequel", "end"]


def test_continuations_are_measured_by_where_their_tokens_stood(
    model: LatentContextModel, text: Text, tasks: Tasks
) -> None:
    losses = Evaluation(model, text, tasks.chat, tasks.words).continuation(40, 3)
    assert losses["all"].count == 3 * SEQUEL_TOKENS == sum(losses[kind].count for kind in losses if kind != "all")
    assert set(losses) <= {"all", *sequels.STOOD}
    for name in ("compressed", "last"):
        means = [(getattr(loss, name), loss.count) for kind, loss in losses.items() if kind != "all"]
        mean = sum(value * count for value, count in means) / losses["all"].count
        assert getattr(losses["all"], name) == pytest.approx(mean, rel=1e-5)
