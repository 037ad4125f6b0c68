from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lclm.recipe import Recipe, differences, moment, read

RECIPES = sorted((Path(__file__).parents[1] / "recipes").glob("*.toml"))
PICO = next(path for path in RECIPES if path.name == "pico-4x.toml")


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_recipes_of_the_repository(path: Path) -> None:
    recipe = read(path)
    assert f"{recipe.model.compression_ratio}x" == path.stem.split("-")[1]
    assert (path.parent / recipe.validation).exists()
    assert recipe.start is None or (path.parent / recipe.start / "model_config.json").exists()
    first, last = moment(recipe, 0), moment(recipe, recipe.tokens)
    assert first.rate < 0.01
    assert last.rate == 0
    assert last.longest == recipe.model.encoder_window_size
    assert last.aids == {}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("seed = 1", "sed = 1", r"pico-4x.toml: sed: unknown key \(expected: of \['accumulate', 'batch'"),
        ("accumulate = 1", "accumulate = 0", r"accumulate: 0 \(expected: 1 or more\)"),
        ("tokens = 1_800_000", "tokens = 0", r"stages.skills.tokens: 0 \(expected: 1 or more\)"),
        ("seed = 1", "", r"seed: missing \(expected: int\)"),
        ("seed = 1", "seed = 1.5", r"seed: 1.5 \(expected: int\)"),
        ("head_dim = 32", 'head_dim = "x"', r"model.encoder.head_dim: 'x' \(expected: int\)"),
        (
            "layer = 1,",
            "layr = 1,",
            r"pointing.numbers.layr: unknown key \(expected: of \['digits', 'head'",
        ),
        ("rate = 1.0", "rate = [1.0, 0.5, 0.2]", r"stages\[0\].rate: \[1.0, 0.5, 0.2\] \(expected: tuple"),
        ('pooling = "concat"', 'pooling = "eos"', r"pooling is 'eos', expected one of mean, concat"),
        ('name = "skills"', 'name = "polish"', r"stages: \['read', 'polish', 'anneal'\] \(expected: some of \['read'"),
        ("needles = 0.4", "needles = 0.3", r"stages.read.shares: 0.9 together \(expected: 1\)"),
        ("needles = 0.4", "needle = 0.4", r"stages.read.shares.needle: no such name \(expected: of \['repeat'"),
        ("longest = [64, 512]", "longest = [64, 2048]", r"stages.read.longest: \[64, 2048\] \(expected: .* to 1024\)"),
    ],
)
def test_refuses_by_name(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = PICO.read_text()
    assert old in text
    (tmp_path / PICO.name).write_text(text.replace(old, new, 1))
    with pytest.raises(ValueError, match=says):
        read(tmp_path / PICO.name)


def test_pointing_needs_heads(recipe: Recipe) -> None:
    stage = replace(recipe.stages[0], aids={"pointing": (1.0, 0.0)})
    with pytest.raises(ValueError, match=r"stages\.read\.aids\.pointing: no heads"):
        replace(recipe, stages=(stage,), pointing=None)
    high = replace(recipe.pointing, homes=replace(recipe.pointing.homes, layer=3))  # type: ignore[type-var]
    with pytest.raises(ValueError, match=r"pointing: layer 3, head 0 \(expected: below 3, 4\)"):
        replace(recipe, pointing=high)


def test_a_moment_follows_from_the_tokens_alone(recipe: Recipe) -> None:
    assert moment(recipe, 0).rate == pytest.approx(1 / 500)
    assert moment(recipe, 1000).rate == 1.0
    assert moment(recipe, 1000).aids == {"readout": 0.5, "place": 1.0}
    assert [moment(recipe, tokens).longest for tokens in (0, 999, 1000, 2999)] == [32, 32, 64, 64]
    assert [moment(recipe, tokens).stage.name for tokens in (1999, 2000, 9000)] == ["read", "anneal", "anneal"]
    assert [moment(recipe, tokens).windows for tokens in (1999, 2000, 2500, 3000)] == [1, 2, 4, 6]
    assert moment(recipe, 2500).rate == pytest.approx(0.5)
    assert moment(recipe, 3000).rate == 0.0


def test_differences_are_named(recipe: Recipe) -> None:
    changed = replace(recipe, seed=2, stages=(recipe.stages[0], replace(recipe.stages[1], tokens=5)))
    assert differences(recipe.canonical(), recipe.canonical()) == []
    assert differences(recipe.canonical(), changed.canonical()) == ["seed: 1 and 2", "stages[1].tokens: 1000 and 5"]
    shorter = replace(recipe, stages=recipe.stages[:1])
    assert [line[:7] for line in differences(recipe.canonical(), shorter.canonical())] == ["stages:"]
