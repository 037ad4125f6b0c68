from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from lclm import checkpoint, cli, corpus, plot, schedule, tokenizer
from lclm.data import Text
from lclm.model import LatentContextModel
from lclm.optimiser import orthogonalise
from lclm.schedule import FIRST
from lclm.tasks import Tasks
from lclm.trainer import Directories, Trainer


def trainer(
    model: LatentContextModel,
    tasks: Tasks,
    tokenizers: tuple[Tokenizer, Tokenizer],
    root: Path,
    seed: int = 1,
    products: torch.dtype = torch.float32,
) -> Trainer:
    return Trainer(model, tasks, tokenizers, minutes=10.0, seed=seed, directories=Directories(root), products=products)


def test_resume_takes_the_same_next_step(
    model: LatentContextModel, tasks: Tasks, tokenizers: tuple[Tokenizer, Tokenizer], tmp_path: Path
) -> None:
    one = trainer(model, tasks, tokenizers, tmp_path)
    for _ in range(3):
        one.step()
    one.elapsed = 4.5
    one.save()
    expected = one.step(), one.step()
    fresh = LatentContextModel(model.config)
    two = trainer(fresh, tasks, tokenizers, tmp_path)
    assert two.resume()
    assert (two.steps, two.elapsed) == (3, 4.5)
    assert (two.step(), two.step()) == pytest.approx(expected, abs=1e-6)


def test_checkpoints_on_the_way_stay_in_order(
    model: LatentContextModel, tasks: Tasks, tokenizers: tuple[Tokenizer, Tokenizer], tmp_path: Path
) -> None:
    one = trainer(model, tasks, tokenizers, tmp_path)
    one.keep()
    assert not (tmp_path / "kept").exists()
    one.keeps = True
    for minutes in (9.06, 12.1, 100.0):
        one.elapsed = minutes
        one.keep()
    kept = sorted((tmp_path / "kept").iterdir())
    assert [path.name for path in kept] == ["0009.1", "0012.1", "0100.0"]
    assert checkpoint.mean(kept).config == model.config


def test_device_is_one_of_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["train", "--corpus", "c", "--work", "w", "--minutes", "1", "--device", "tpu"])
    assert "argument --device: tpu (expected: one of cpu" in capsys.readouterr().err


def test_a_batch_moves_whole(tasks: Tasks) -> None:
    batch = tasks.batch(FIRST.plan(1.0, tasks.window), np.random.default_rng(1)).to(torch.device("meta"))
    assert {value.device.type for value in vars(batch).values() if isinstance(value, torch.Tensor)} == {"meta"}


def test_resume_refuses_another_seed(
    model: LatentContextModel, tasks: Tasks, tokenizers: tuple[Tokenizer, Tokenizer], tmp_path: Path
) -> None:
    trainer(model, tasks, tokenizers, tmp_path).save()
    with pytest.raises(ValueError, match="seed is 1, expected 2"):
        trainer(model, tasks, tokenizers, tmp_path, seed=2).resume()


def test_places_are_learnt_where_states_stand_side_by_side(
    model: LatentContextModel, tasks: Tasks, tokenizers: tuple[Tokenizer, Tokenizer], tmp_path: Path
) -> None:
    for pooling in ("mean", "concat"):
        shaped = LatentContextModel(replace(model.config, pooling=pooling))
        shaped.initialise(torch.Generator().manual_seed(5))
        one = trainer(shaped, tasks, tokenizers, tmp_path)
        while "reconstruct" not in one.losses:
            one.step()
        losses = one.losses["place"]
        assert bool(losses) == (pooling == "concat")
        assert all(0 < loss < 3 for loss in losses)


@pytest.mark.parametrize("products", [torch.float32, torch.bfloat16])
def test_loss_falls(
    model: LatentContextModel,
    tasks: Tasks,
    tokenizers: tuple[Tokenizer, Tokenizer],
    tmp_path: Path,
    products: torch.dtype,
) -> None:
    one = trainer(model, tasks, tokenizers, tmp_path, products=products)
    losses = [one.step() for _ in range(30)]
    assert np.mean(losses[-5:]) < np.mean(losses[:5])


def test_rate() -> None:
    assert FIRST.rate(0.0, 0) == pytest.approx(1 / schedule.WARM_UP)
    assert FIRST.rate(0.3, 1000) == 1.0
    assert FIRST.rate(0.8, 1000) == pytest.approx(0.5)
    assert FIRST.rate(1.0, 1000) == 0.0


def test_plan() -> None:
    assert FIRST.plan(0.0).longest == 64
    assert FIRST.plan(0.5).longest == 1024
    assert not FIRST.plan(0.39).skips
    assert FIRST.plan(0.61).most_windows == 1
    assert FIRST.plan(0.9).most_windows == FIRST.most_windows
    assert FIRST.plan(0.7).shares["reconstruct"] > FIRST.plan(0.8).shares["reconstruct"]


@pytest.mark.parametrize("stage", schedule.STAGES.values())
def test_stages(stage: schedule.Schedule) -> None:
    for shares in (stage.shares, stage.late):
        assert sum(shares.values()) == pytest.approx(1.0)
    assert "readout" not in stage.aids(stage.readout_until)
    assert stage.aids(1.0) == {}
    assert stage.plan(1.0).longest == 1024
    assert stage.rate(stage.decay_from, 1000) == stage.peak


def test_start_takes_weights_of_a_lower_ratio(
    model: LatentContextModel, tokenizers: tuple[Tokenizer, Tokenizer], tmp_path: Path
) -> None:
    checkpoint.save(model, *tokenizers, tmp_path / "four")
    twice = replace(model.config, compression_ratio=2 * model.config.compression_ratio)
    other = LatentContextModel(twice)
    assert checkpoint.start(other, tmp_path / "four") == model.config.compression_ratio
    weight = model.decoder.model.layers[0].mlp.up_proj.weight
    assert torch.equal(other.decoder.model.layers[0].mlp.up_proj.weight, weight.bfloat16().float())
    half = LatentContextModel(replace(model.config, compression_ratio=model.config.compression_ratio // 2))
    with pytest.raises(ValueError, match="ratio is 4, expected at most 2"):
        checkpoint.start(half, tmp_path / "four")


def test_start_refuses_another_tokenizer(tokenizers: tuple[Tokenizer, Tokenizer], tmp_path: Path) -> None:
    for name, pair in (("one", tokenizers), ("other", tokenizer.train(["Other words make other merges. " * 50], 300))):
        for side, one in zip(("encoder", "decoder"), pair, strict=True):
            tokenizer.save(one, tmp_path / name / side)
    tokenizer.check(tmp_path / "one", tmp_path / "one")
    with pytest.raises(ValueError, match=r"one/encoder/tokenizer\.json: another tokenizer"):
        tokenizer.check(tmp_path / "one", tmp_path / "other")


@pytest.mark.parametrize("products", [torch.float32, torch.bfloat16])
def test_orthogonalise(products: torch.dtype) -> None:
    for shape in ((2, 16, 40), (2, 40, 16), (1, 24, 24)):
        values = torch.linalg.svdvals(orthogonalise(torch.randn(shape), products))
        assert float(values.median()) == pytest.approx(1.0, abs=0.45)
        assert float(values.max()) < 1.7


def test_corpus_drops_repeats_and_markup(tmp_path: Path) -> None:
    body = "<p>Once upon a time there was <em>one</em> page.</p>" + "<p>Shared words.</p>" + "<pre>a\n  b</pre>"
    for name, extra in (("a", "x" * 500), ("b", "y" * 500)):
        (tmp_path / f"{name}.html").write_text(f"<html><body>{body}<p>{extra}</p><script>no</script></body></html>")
    source = corpus.Source("test", str(tmp_path), "*.html", "html", "none")
    corpus.build(tmp_path / "corpus.txt", (source,))
    text = (tmp_path / "corpus.txt").read_text()
    assert text.count("Shared words.") == 1
    assert "there was one page." in text
    assert "a\n  b" in text
    assert "no" not in text.replace("none", "")


def test_log_is_read(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_text("   1.50 min step 5 0.01M 900/s needle=2.5\n  10.00 min step 9 evaluation repeat@64=0.5\n")
    losses, scores = plot.read([log, log])
    assert losses == {"needle": [(1.5, 2.5), (11.5, 2.5)]}
    assert scores == {"repeat@64": [(10.0, 0.5), (20.0, 0.5)]}


def test_plot_of_a_log_without_evaluations(tmp_path: Path) -> None:
    log = tmp_path / "train.log"
    log.write_text("   1.50 min step 5 0.01M 900/s needle=2.5\n")
    plot.draw([log], tmp_path / "one.svg")
    assert "right on held-out text" not in (tmp_path / "one.svg").read_text()
    log.write_text("")
    with pytest.raises(ValueError, match=r"train\.log: no loss, expected lines of a training log"):
        plot.draw([log], tmp_path / "none.svg")


@pytest.mark.parametrize("value", ["0", "-3", "x", "1.5"])
def test_counts_are_whole_numbers_from_one_on(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["evaluate", "--model", "m", "--text", "t", "--continue", value])
    assert f"{value} (expected: a whole number from 1 on)" in capsys.readouterr().err


def test_a_stretch_that_is_longer_than_the_text(text: Text) -> None:
    rng = np.random.default_rng(1)
    most = len(text.ids) - 513
    assert len(text.stretch(most, rng)) == most
    with pytest.raises(ValueError, match=rf"a stretch of {most + 1} tokens \(expected: at most {most} of a text of"):
        text.stretch(most + 1, rng)
