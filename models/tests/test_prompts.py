from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

from lclm import lines, needles, triage, windows
from lclm.data import Text
from lclm.model import LatentContextModel
from lclm.needles import Needle
from lclm.plan import Plan
from lclm.prompts import Chat, Prompt, gather
from lclm.tasks import POSITIONS, Tasks
from lclm.tokenizer import CHAT_TOKENS, MEMORY_TOKENS, plain_ids


def test_added_tokens_stand_at_the_end_in_order(tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    encoder, decoder = tokenizers
    assert [decoder.token_to_id(t) for t in (*CHAT_TOKENS, *MEMORY_TOKENS)] == list(range(506, 512))
    assert [encoder.token_to_id(t) for t in CHAT_TOKENS] == [506, 507, 508]
    assert encoder.get_vocab_size() == 509


@pytest.mark.parametrize("token", [*CHAT_TOKENS, *MEMORY_TOKENS])
def test_markers_in_text_are_plain_text(tokenizers: tuple[Tokenizer, Tokenizer], token: str) -> None:
    for one in tokenizers:
        ids = plain_ids(one, f"a {token} b")
        assert one.token_to_id(token) not in ids
        assert one.decode(ids, skip_special_tokens=False) == f"a {token} b"


def test_every_byte_and_single_digits(tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    text = "\u00e9\u4e2d\U0001f600\x01 x"
    assert tokenizers[0].decode(plain_ids(tokenizers[0], text)) == text
    assert len(plain_ids(tokenizers[0], "1234567")) == 7


def test_a_prompt_reads_as_the_server_writes_it(chat: Chat) -> None:
    prompt = Prompt(chat)
    prompt.open()
    prompt.region([(0, 3), (1, 1)])
    prompt.ask("\nWhat?")
    prompt.answer(chat.ids("It is."))
    batch = gather("x", chat, [prompt], [np.arange(12), np.arange(2)], 4)
    head = [chat.start, *chat.user, chat.memory_start]
    latents = [chat.vocabulary + i for i in (0, 1, 2, 3)]
    tail = [chat.memory_end, *chat.ids("\nWhat?"), chat.end, *chat.newline, chat.start, *chat.assistant]
    answer = [*chat.ids("It is."), chat.end]
    assert batch.slots[0].tolist() == [*head, *latents, *tail, *answer]
    assert batch.targets.tolist() == answer
    first = len(head) + len(latents) + len(tail) - 1
    assert batch.predictors.tolist() == list(range(first, first + len(answer)))


def test_repeated_tokens_have_the_places_of_their_windows(chat: Chat) -> None:
    windows = [np.arange(10, 17), np.arange(20, 23)]
    text = np.concatenate(windows)
    prompt = Prompt(chat)
    prompt.open()
    prompt.region([(0, 2), (1, 1)])
    prompt.ask_first("Again?")
    prompt.repeat(windows, text, 4)
    batch = gather("x", chat, [prompt], windows, 4)
    assert batch.targets.tolist() == [*text, chat.end]
    predictors, places = batch.places.T.tolist()
    assert predictors == batch.predictors[:-1].tolist()
    assert places == [0, 1, 2, 3, 0, 1, 2, 0, 1, 2]


def test_needles_have_the_places_of_the_windows_that_hold_them(chat: Chat) -> None:
    needle = Needle("amber harbor", "4711")
    sentence = chat.ids(needle.sentence)
    held = np.array(chat.ids(f"Before it. {needle.sentence}\nBehind it."))
    places = windows.places(sentence, [np.arange(10, 17), held, held[1:]], 4)
    assert list(places) == list(range(1, len(sentence)))
    at = held.tolist().index(sentence[1])
    assert list(places.values()) == [(at + step) % 4 for step in range(len(sentence) - 1)]
    assert windows.places(sentence, [held[: at + 3], held[at + 3 :]], 4) == {}


def test_skips_move_positions_only(chat: Chat) -> None:
    prompt = Prompt(chat)
    prompt.open()
    prompt.skip(100)
    prompt.region([(0, 1)])
    batch = gather("x", chat, [prompt], [np.arange(4)], 4)
    opened = len(chat.user) + 1
    assert batch.positions[0].tolist() == [*range(opened), opened + 100, opened + 101, opened + 102]


def test_an_expanded_window_stands_between_regions(tasks: Tasks, chat: Chat) -> None:
    prompt = Prompt(chat)
    plan = Plan(longest=64, skips=False, most_windows=6, shares={})
    tasks.regions(prompt, [(0, 2), (1, 1), np.array([7, 8]), (2, 2)], plan, np.random.default_rng(1))
    opened, closed = chat.memory_start, chat.memory_end
    without_newline = [slot for slot in prompt.slots if slot not in chat.newline]
    assert without_newline == [opened, 0, 0, 0, closed, 7, 8, opened, 0, 0, closed]
    assert [(window, group) for _, window, group in prompt.latents] == [(0, 0), (0, 1), (1, 0), (2, 0), (2, 1)]


def test_needles_are_findable(text: Text, chat: Chat) -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        hidden = needles.several(3, ["river", "candle", "orbit"], rng)
        stream = needles.hide(hidden, text, 200, chat, rng)
        shown = chat.tokenizer.decode(stream.tolist(), skip_special_tokens=False)
        assert stream.tolist() == chat.ids(shown)
        for needle in hidden:
            assert needle.sentence in shown
            assert 4 <= len(needle.digits) <= 8


def test_numbers_of_few_digits() -> None:
    rng = np.random.default_rng(5)
    numbers = [needles.number(rng, few=1.0) for _ in range(50)]
    assert all(4 <= len(number) <= 8 and len(set(number)) <= 3 for number in numbers)
    assert len(set("".join(numbers))) == 10


SHARES = {"reconstruct": 0.2, "proceed": 0.2, "mixed": 0.1, "needle": 0.2, "quote": 0.15, "triage": 0.15}


def test_every_task_makes_a_batch_that_the_model_takes(tasks: Tasks, model: LatentContextModel) -> None:
    rng = np.random.default_rng(4)
    seen = set()
    for _ in range(120):
        batch = tasks.batch(Plan(longest=64, skips=True, most_windows=6, shares=SHARES), rng)
        seen.add(batch.task)
        assert int(batch.positions.max()) < POSITIONS
        assert len(batch.targets) == len(batch.predictors) == len(batch.owners)
        latents = model.latents(batch) if len(batch.windows) else None
        task, aids = model.losses(batch, latents, ("pointing", "place", "readout"))
        assert task.item() == F.cross_entropy(model.predict(batch, latents), batch.targets).item()
        assert ("readout" in aids) == (latents is not None and bool(batch.learns.any()))
        assert batch.task == "triage" or "pointing" not in aids
        assert all(aid.isfinite() for aid in aids.values())
    ones = {"continue", "continue_raw", "medley", "mixed", "needle", "long", "quote", "triage"}
    assert seen == {"reconstruct", "reconstruct2", *ones}


def test_shares_of_more_than_one_window(tasks: Tasks) -> None:
    rng = np.random.default_rng(6)
    one = Plan(longest=64, skips=False, most_windows=4, shares={}, several=0.0, many=0.0)
    more = replace(one, several=1.0, many=1.0)
    assert {tasks.reconstruct(one, rng).task for _ in range(8)} == {"reconstruct"}
    assert {tasks.reconstruct(more, rng).task for _ in range(8)} == {"reconstruct2"}
    assert {tasks.needle(one, rng).task for _ in range(8)} == {"needle"}
    assert {tasks.needle(more, rng).task for _ in range(8)} == {"long"}
    assert tasks.needle(replace(more, most_windows=1), rng).task == "needle"


def test_numbered_chunks(chat: Chat) -> None:
    prompt = Prompt(chat)
    prompt.numbered([(0, 2), (1, 1)])
    first, second = chat.ids("user\n[1] "), chat.ids("\n[2] ")
    opened, closed = chat.memory_start, chat.memory_end
    assert prompt.slots == [chat.start, *first, opened, 0, 0, closed, *second, opened, 0, closed]


def test_needles_are_scattered_over_chunks(text: Text, chat: Chat) -> None:
    rng = np.random.default_rng(6)
    hidden = needles.several(5, ["river", "candle", "orbit"], rng)
    homes = triage.homes(5, 4, rng)
    chunks = needles.scatter(hidden, homes, text, 4, 40, chat, rng)
    assert len(chunks) == 4
    for needle, home in zip(hidden, homes, strict=True):
        assert [needle.sentence in chat.text(chunk) for chunk in chunks] == [at == home for at in range(4)]


def test_every_needle_is_asked_for_once() -> None:
    rng = np.random.default_rng(9)
    last = []
    for needle_count in [1, 2, 3, 9] * 50:
        questions = list(triage.turns(needle_count, rng))
        assert sorted(np.concatenate([picked for picked, _ in questions])) == list(range(needle_count))
        assert all(len(picked) in (1, 2) for picked, _ in questions)
        assert [is_last for _, is_last in questions] == [False] * (len(questions) - 1) + [True]
        last.append(len(questions[-1][0]))
    assert 0.35 < np.mean([count == 2 for count in last]) < 0.55


def test_triage_leaves_the_encoder_alone(tasks: Tasks, model: LatentContextModel) -> None:
    batch = tasks.triage(Plan(longest=64, skips=False, most_windows=1, shares=SHARES), np.random.default_rng(5))
    task, _ = model.losses(batch, model.latents(batch), ())
    task.backward()  # type: ignore[no-untyped-call]
    assert all(weight.grad is None for weight in model.encoder.parameters())
    assert all(weight.grad is not None for weight in model.decoder.parameters())


def test_pointers_of_triage(tasks: Tasks, chat: Chat) -> None:
    batch = tasks.triage(Plan(longest=64, skips=False, most_windows=1, shares=SHARES), np.random.default_rng(8))

    def spelt(row: int, first: int, end: int) -> str:
        return chat.text(batch.slots[row, first:end].numpy())

    assert len(batch.numbers)
    assert len(batch.homes)
    for row, slot, first, end, number, number_end in batch.numbers.tolist():
        assert batch.slots[row, slot] >= chat.vocabulary
        assert (first, end) == (number, number_end)
        assert end < slot
        assert spelt(row, first - 1, end + 1) == f"[{int(spelt(row, first, end))}]"
    for row, slot, first, end, number, number_end in batch.homes.tolist():
        assert spelt(row, slot, slot + 3).startswith(("?", " and"))
        assert bool((batch.slots[row, first:end] >= chat.vocabulary).all())
        assert spelt(row, number - 1, number_end + 1).strip("[]").isdigit()
        assert number_end < first < end < slot


def test_places_are_learnt_where_states_stand_side_by_side(tasks: Tasks, model: LatentContextModel) -> None:
    wide = LatentContextModel(replace(model.config, pooling="concat"))
    plan = Plan(longest=64, skips=False, most_windows=1, shares=SHARES)
    batch = tasks.reconstruct(plan, np.random.default_rng(3))
    assert set(wide.losses(batch, wide.latents(batch), ("place", "pointing"))[1]) == {"place"}
    assert model.losses(batch, model.latents(batch), ("place",))[1] == {}
    assert wide.losses(batch, wide.latents(batch), ())[1] == {}


def test_pointing_teaches_both_steps(tasks: Tasks, model: LatentContextModel) -> None:
    steps = [torch.optim.Adam(model.decoder.parameters(), 3e-3)]
    losses = []
    for _ in range(12):
        batch = tasks.triage(Plan(longest=64, skips=False, most_windows=1, shares=SHARES), np.random.default_rng(8))
        _, aids = model.losses(batch, model.latents(batch), ("pointing",))
        pointing = aids["pointing"]
        pointing.backward()  # type: ignore[no-untyped-call]
        steps[0].step()
        steps[0].zero_grad()
        losses.append(pointing.item())
    assert losses[-1] < losses[0] - 0.5


def test_lines_are_pointed_at_by_one_word() -> None:
    text = "A first line of some words here.\n\nThe second mentions a nightingale once.\nAnd words again here, but cut"
    rng = np.random.default_rng(1)
    chosen = lines.choose(text, 5, rng)
    assert {line.text for line in chosen} == {
        "A first line of some words here.",
        "The second mentions a nightingale once.",
    }
    for line in chosen:
        assert text.count(line.phrase) == 1
        assert line.phrase in line.text


def test_triage_expands_the_chunks_that_hold_the_answer(tasks: Tasks, chat: Chat) -> None:
    rng = np.random.default_rng(5)
    for _ in range(10):
        batch = tasks.triage(Plan(longest=64, skips=False, most_windows=1, shares=SHARES), rng)
        answers = [
            chat.tokenizer.decode(batch.targets[batch.owners == owner].tolist(), skip_special_tokens=True)
            for owner in range(int(batch.owners.max()) + 1)
        ]
        expansions = [answer for answer in answers if answer.startswith("EXPAND: ")]
        others = [answer for answer in answers if not answer.startswith("EXPAND: ")]
        for expansion in expansions:
            numbers = [int(number) for number in expansion.removeprefix("EXPAND: ").split(", ")]
            assert len(numbers) == len(set(numbers))
        assert len(others) == len(batch.slots)
        assert all(answer.startswith("ANSWER: The magic number for ") for answer in others)
