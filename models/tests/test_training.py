from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from lclm import checkpoint, cli, corpus, plot, run, skills, text, tokenizer, trainer
from lclm.config import ModelConfig
from lclm.model import Batch, LatentContextModel
from lclm.recipe import Recipe
from lclm.skills import Skills
from lclm.text import Text
from lclm.trainer import Step, Trainer, ahead, bfloat16_is_right, steps
from tests.conftest import NOW, initialised, prose

Tokenizers = tuple[Tokenizer, Tokenizer]


def made(recipe: Recipe, skills: Skills, root: Path, bfloat16: bool = False) -> Trainer:
    torch.manual_seed(1)
    return Trainer(initialised(recipe.model), recipe, skills, None, root, bfloat16)


def learnt(batch: Batch) -> list[int]:
    return [*batch.slots.flatten().tolist(), *batch.targets.tolist()]


def test_steps_follow_from_the_recipe_and_what_came_before(recipe: Recipe, skills: Skills) -> None:
    twice = replace(recipe, accumulate=2)
    whole = list(steps(twice, skills, 0, 0))
    assert all(len(batches) == 2 for _, batches in whole)
    seen = [sum(batch.tokens for batch in batches) for _, batches in whole]
    assert sum(seen[:-1]) < twice.tokens <= sum(seen)
    later = list(steps(twice, skills, 3, sum(seen[:3])))
    assert [learnt(batch) for _, batches in later for batch in batches] == [
        learnt(batch) for _, batches in whole[3:] for batch in batches
    ]
    other = next(steps(replace(twice, seed=2), skills, 0, 0))
    assert learnt(other[1][0]) != learnt(whole[0][1][0])


def test_batches_are_built_ahead_in_order_and_no_more_than_wanted(recipe: Recipe, skills: Skills) -> None:
    built = []

    def source() -> Iterator[Step]:
        for step in steps(recipe, skills, 0, 0):
            built.append(step)
            yield step

    taken = ahead(source(), most=2)
    first = next(taken)
    assert first is built[0]
    assert [first, *taken] == built
    built.clear()
    assert len(list(itertools.islice(ahead(source(), most=2), 2))) == 2
    assert len(built) <= 4


def test_what_goes_wrong_ahead_is_told(recipe: Recipe, skills: Skills) -> None:
    def source() -> Iterator[Step]:
        yield from itertools.islice(steps(recipe, skills, 0, 0), 1)
        raise ValueError("no more text")

    with pytest.raises(ValueError, match="no more text"):
        list(ahead(source()))


def test_resume_takes_the_same_next_steps(recipe: Recipe, skills: Skills, tmp_path: Path) -> None:
    one = made(recipe, skills, tmp_path)
    planned = list(itertools.islice(steps(recipe, skills, 0, 0), 5))
    for number, (now, batches) in enumerate(planned):
        one.update(now, batches)
        one.note(now, loss={})
        if number == 2:
            one.save()
    two = made(recipe, skills, tmp_path)
    two.resume()
    assert (two.step, two.tokens) == (3, sum(batch.tokens for _, [batch] in planned[:3]))
    assert [json.loads(line)["step"] for line in two.log.read_text().splitlines()] == [1, 2, 3]
    for now, batches in itertools.islice(steps(recipe, skills, two.step, two.tokens), 2):
        two.update(now, batches)
    for name, weight in one.model.state_dict().items():
        torch.testing.assert_close(two.model.state_dict()[name], weight)


def test_accumulation_is_the_mean_of_its_batches(recipe: Recipe, skills: Skills, tmp_path: Path) -> None:
    once, twice = (made(recipe, skills, tmp_path) for _ in range(2))
    now, [batch] = next(steps(recipe, skills, 0, 0))
    once.update(now, [batch])
    twice.update(now, [batch, batch])
    assert twice.tokens == 2 * once.tokens
    for name, weight in once.model.state_dict().items():
        torch.testing.assert_close(twice.model.state_dict()[name], weight)


@pytest.mark.parametrize("bfloat16", [False, True])
def test_a_training_learns_and_is_logged(recipe: Recipe, skills: Skills, tmp_path: Path, bfloat16: bool) -> None:
    stage = replace(recipe.stages[0], tokens=20_000, shares={"repeat": 1.0})
    recipe = replace(recipe, stages=(stage,))
    one = Trainer(initialised(recipe.model), recipe, skills, skills, tmp_path, bfloat16)
    one.run()
    lines = [json.loads(line) for line in one.log.read_text().splitlines()]
    losses = [line["loss"]["repeat"] for line in lines if "loss" in line]
    assert losses[-1] < losses[0] - 0.5
    assert {"step", "tokens", "stage", "loss", "rate", "tokens_per_second"} == set(lines[0])
    assert set(lines[-1]["validation"]["repeat"]) == {"loss", "tokens", "answers"}
    assert lines[-1]["tokens"] >= recipe.tokens
    panels = plot.read(one.log)
    assert set(panels) == {"loss (nats)", "right tokens, validation"}
    assert panels["loss (nats)"]["repeat"][0][1] == losses[0]


def test_a_plot_needs_a_log(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text('{"step": 5, "tokens": 900, "stage": "read", "loss": {"needles": 2.5}}\n')
    plot.draw(tmp_path / "log.jsonl", tmp_path / "one.svg")
    assert "needles" in (tmp_path / "one.svg").read_text()
    (tmp_path / "log.jsonl").write_text("")
    with pytest.raises(ValueError, match=r"log\.jsonl: no loss \(expected: lines of a training log\)"):
        plot.draw(tmp_path / "log.jsonl", tmp_path / "none.svg")


def test_from_a_recipe_to_a_checkpoint_and_not_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "MARGIN", 8)
    small = "hidden_size = 32\nintermediate_size = 48\nnum_hidden_layers = 3\nhead_dim = 8\n"
    recipe = tmp_path / "tiny-4x.toml"
    recipe.write_text(
        f"""
        seed = 1
        validation = "text.txt"
        batch = 256
        accumulate = 1
        rates = {{ matrices = 0.02, others = 0.003, warm_up = 100 }}
        [model]
        encoder_window_size = 64
        [model.encoder]
        vocab_size = 509
        {small}
        [model.decoder]
        vocab_size = 512
        {small}
        [[stages]]
        name = "read"
        tokens = 600
        rate = 1.0
        longest = 64
        shares = {{ repeat = 0.5, needles = 0.5 }}
        """
    )
    (tmp_path / "text.txt").write_text(prose()[0][:20_000])
    (tmp_path / "corpus.txt").write_text(corpus.SEPARATOR.join([*prose(), ""]))
    out = run.run(recipe, tmp_path, torch.device("cpu"))
    assert out == tmp_path / "checkpoints/tiny-4x"
    assert checkpoint.load(out).config.compression_ratio == 4
    golden, log = (out / "golden.json").read_bytes(), (tmp_path / "tiny-4x/log.jsonl").read_bytes()
    monkeypatch.setattr(trainer.Trainer, "update", None)
    run.run(recipe, tmp_path, torch.device("cpu"))
    assert ((out / "golden.json").read_bytes(), (tmp_path / "tiny-4x/log.jsonl").read_bytes()) == (golden, log)

    recipe.write_text(recipe.read_text().replace("tokens = 600", "tokens = 700"))
    with pytest.raises(ValueError, match=r"began with another recipe .*: stages\[0\]\.tokens: 700 and 600"):
        run.run(recipe, tmp_path, torch.device("cpu"))


def test_device_is_one_of_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["run", "r.toml", "--work", "w", "--device", "tpu"])
    assert "argument --device: tpu (expected: one of cpu" in capsys.readouterr().err


def test_what_is_refused_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "r.toml").write_text("sed = 1")
    with pytest.raises(SystemExit):
        cli.main(["run", str(tmp_path / "r.toml"), "--work", str(tmp_path)])
    assert "r.toml: sed: unknown key (expected: of [" in capsys.readouterr().err


def test_a_training_that_was_never_saved_begins_a_new_log(recipe: Recipe, skills: Skills, tmp_path: Path) -> None:
    one = made(recipe, skills, tmp_path)
    one.note(NOW, loss={})
    one.step = 7
    one.note(NOW, loss={})
    two = made(recipe, skills, tmp_path)
    two.resume()
    assert [json.loads(line)["step"] for line in two.log.read_text().splitlines()] == [0]


def test_equal_rates_make_two_optimisers(recipe: Recipe, skills: Skills, tmp_path: Path) -> None:
    equal = replace(recipe, rates=replace(recipe.rates, matrices=0.003))
    assert len(made(equal, skills, tmp_path).optimisers) == 2


def test_a_device_computes_bfloat16_right_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert bfloat16_is_right(torch.device("cpu"))
    exact = torch.Tensor.__matmul__
    monkeypatch.setattr(torch.Tensor, "__matmul__", lambda a, b: exact(a, b) * (1.02 if a.dtype.itemsize == 2 else 1))
    assert not bfloat16_is_right(torch.device("cpu"))


def test_a_batch_moves_whole(skills: Skills) -> None:
    batch = skills.batch(NOW, np.random.default_rng(1)).to(torch.device("meta"))
    assert {value.device.type for value in vars(batch).values() if isinstance(value, torch.Tensor)} == {"meta"}


def test_start_takes_weights_of_a_lower_ratio(shape: ModelConfig, tokenizers: Tokenizers, tmp_path: Path) -> None:
    narrow = initialised(replace(shape, pooling="concat", compression_ratio=2))
    checkpoint.save(narrow, *tokenizers, tmp_path / "two")
    narrow = checkpoint.load(tmp_path / "two")
    wide = LatentContextModel(replace(narrow.config, compression_ratio=4))
    checkpoint.start(wide, tmp_path / "two")
    states = torch.randn(2, shape.encoder.hidden_size)
    found = wide.adapter(states.repeat_interleave(2, 0).flatten())
    torch.testing.assert_close(found, narrow.adapter(states.flatten()))
    weight = narrow.decoder.model.layers[0].mlp.up_proj.weight
    assert torch.equal(wide.decoder.model.layers[0].mlp.up_proj.weight, weight)
    for other in (replace(wide.config, compression_ratio=3), replace(wide.config, pooling="mean")):
        with pytest.raises(ValueError, match=r"two: ModelConfig.* \(expected: ModelConfig.*, or a ratio that divides"):
            checkpoint.start(LatentContextModel(other), tmp_path / "two")


def test_corpus_drops_repeats_and_markup(tmp_path: Path) -> None:
    body = "<p>Once upon a time there was <em>one</em> page.</p>" + "<p>Shared words.</p>" + "<pre>a\n  b</pre>"
    for name, extra in (("a", "x" * 500), ("b", "y" * 500)):
        (tmp_path / f"{name}.html").write_text(f"<html><body>{body}<p>{extra}</p><script>no</script></body></html>")
    source = corpus.Source("test", str(tmp_path), "*.html", "html", "none")
    corpus.build(tmp_path / "corpus.txt", (source,))
    written = (tmp_path / "corpus.txt").read_text()
    assert written.count("Shared words.") == 1
    assert "there was one page." in written
    assert "a\n  b" in written
    assert "no" not in written.replace("none", "")
    assert corpus.overlap(tmp_path / "corpus.txt", "It says: Once upon a time, there ...", 5) == [
        "once upon a time there"
    ]
    assert corpus.overlap(tmp_path / "corpus.txt", "Once upon another time there was one", 5) == []


def test_a_stretch_that_is_longer_than_the_text(text: Text) -> None:
    rng = np.random.default_rng(1)
    most = len(text.ids) - 513
    assert len(text.stretch(most, rng)) == most
    with pytest.raises(ValueError, match=rf"a stretch of {most + 1} tokens \(expected: at most {most} of a text of"):
        text.stretch(most + 1, rng)


@pytest.fixture
def uneven(text: Text) -> Text:
    """Some ids stand in it far more often than others, as in a language."""
    ids = np.random.default_rng(1).geometric(0.02, 20_000)
    return Text(np.minimum(ids, 500), text.vocabulary)


def test_the_sequel_with_most_rare_ids_of_its_context_is_taken(uneven: Text) -> None:
    tried = np.random.default_rng(2)
    stretches = [uneven.stretch(600, tried) for _ in range(skills.TRIES)]
    returned = [sum(bool(uneven.rare[i]) for i in set(ids[:400]) & set(ids[400:])) for ids in stretches]
    chosen = skills.returning(uneven, 400, 200, np.random.default_rng(2))
    assert len(set(returned)) > 1
    assert chosen.tolist() == stretches[returned.index(max(returned))].tolist()


def test_a_name_stands_wherever_the_id_stood(text: Text) -> None:
    rng = np.random.default_rng(3)
    ids = text.stretch(400, rng)
    changed = []
    for _ in range(100):
        other = skills.renamed(ids, text, rng)
        assert len(set(zip(ids, other, strict=True))) == len(set(ids))
        assert set(other) <= set(text.types)
        changed.append(float((other != ids).mean()))
    assert 0.3 < np.mean([share > 0 for share in changed]) < 0.7
    assert max(changed) > 0.3


@pytest.mark.parametrize("length", [1, 4, 5, 30, 64])
def test_ends_are_those_of_whole_groups(length: int) -> None:
    last, *before = skills.ends(length, 4, np.random.default_rng(4))
    assert last == length
    assert len(set(before)) == len(before) == min(skills.ENDS, (length - 1) // 4)
    assert all(end % 4 == 0 and 0 < end < length for end in before)


def test_a_medley_is_made_of_pieces() -> None:
    rng = np.random.default_rng(7)
    for length in (1, 3, 30, 500):
        taken = skills.medley(length, 128, rng)
        assert len(taken) == 128
        assert set(taken) <= set(range(length))
    assert 0.6 < (np.diff(taken) == 1).mean() < 1


def test_a_slip_shows_foreign_ids_or_the_text_nearby() -> None:
    answer, foreign = np.arange(200), np.arange(1000, 1200)
    wrong = []
    for seed in range(100):
        ids = skills.slip(answer, foreign, np.random.default_rng(seed))
        moved = ids < 1000
        assert (np.abs(ids - answer)[moved] <= skills.FAR_SLIP).all()
        assert (ids[~moved] == foreign[~moved]).all()
        wrong.append(float((ids != answer).mean()))
    assert 0.05 < np.mean(wrong) < 0.3
    assert answer.tolist() == list(range(200))


def test_windows_are_continued_from_where_their_latents_end(skills: Skills) -> None:
    rng = np.random.default_rng(6)
    told = []
    for batch in (skills.proceed(NOW, rng) for _ in range(20)):
        groups = -(-batch.windows.shape[1] // 4)
        for row, slots in enumerate(batch.slots):
            latents = slots[slots >= skills.chat.vocabulary] - skills.chat.vocabulary
            if not len(latents):
                continue
            window = int(latents[0]) // groups
            assert latents.tolist() == list(range(window * groups, window * groups + len(latents)))
            ids = batch.windows[window, : int(batch.lengths[window])].tolist()
            sequel = batch.targets[batch.owners == row].tolist()
            if len(batch.places):
                assert set(sequel) <= set(ids[: len(latents) * 4])
            else:
                rest = ids[len(latents) * 4 :]
                assert sequel[: len(rest)] == rest
                told.append(len(rest))
    assert 0 < sum(rest > 0 for rest in told) < len(told)


def test_orders_of_the_tokenizers_are_checked(recipe: Recipe, tmp_path: Path) -> None:
    (tmp_path / "corpus.txt").write_text(corpus.SEPARATOR.join([*prose(), ""]))
    small = replace(recipe, model=replace(recipe.model, encoder=replace(recipe.model.encoder, vocab_size=512)))
    with pytest.raises(ValueError, match=r"model\.encoder\.vocab_size: 512 \(expected: 509\)"):
        run.tokenizers(small, tmp_path, tmp_path / "corpus.txt", tmp_path)
    assert tokenizer.plain_ids is text.plain_ids
