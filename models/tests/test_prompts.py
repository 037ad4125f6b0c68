from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from lclm import needles, prompts
from lclm.aids import Aids
from lclm.config import ModelConfig
from lclm.model import LatentContextModel
from lclm.needles import Needle
from lclm.prompts import Chat, Prompt, gather
from lclm.recipe import Head, Pointing
from lclm.skills import POSITIONS, Skills
from lclm.text import Text, Vocabulary, boundaries, cut, places_of
from lclm.tokenizer import CHAT_TOKENS, MEMORY_TOKENS, plain_ids
from tests.conftest import NOW, ONE, initialised

HEADS = Pointing(numbers=Head(1, 3, 2), homes=Head(2, 0, 1))


def test_wordings_have_the_places_that_both_sides_fill() -> None:
    places = {
        "needle": ["key", "digits"],
        "question": ["key"],
        "questions": ["first", "second"],
        "quote": ["phrase"],
        "triage": ["question"],
        "chunk": ["number"],
        "expand": ["numbers"],
        "answer": ["answer"],
    }
    assert set(prompts.WORDINGS) == {"repeat", "continue", *places}
    for name, wanted in places.items():
        words = {place: f"<{place}>" for place in wanted}
        assert all(word in prompts.say(name, **words) for word in words.values())
    assert prompts.say("question", key="{digits}") == "What is the magic number for {digits}?"


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
    prompt.ask("What?")
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
    prompt.ask("Again?")
    places = np.concatenate([np.arange(len(window)) % 4 for window in windows])
    prompt.answer(text, places=dict(enumerate(places.tolist())))
    batch = gather("x", chat, [prompt], windows, 4)
    assert batch.targets.tolist() == [*text, chat.end]
    predictors, told = batch.places.T.tolist()
    assert predictors == batch.predictors[:-1].tolist()
    assert told == [0, 1, 2, 3, 0, 1, 2, 0, 1, 2]


def test_needles_have_the_places_of_the_windows_that_hold_them(chat: Chat) -> None:
    needle = Needle("amber harbor", "4711")
    sentence = chat.ids(needle.sentence)
    held = np.array(chat.ids(f"Before it. {needle.sentence}\nBehind it."))
    places = places_of(sentence, [np.arange(10, 17), held, held[1:]], 4)
    assert list(places) == list(range(1, len(sentence)))
    at = held.tolist().index(sentence[1])
    assert list(places.values()) == [(at + step) % 4 for step in range(len(sentence) - 1)]
    assert places_of(sentence, [held[: at + 3], held[at + 3 :]], 4) == {}


def test_skips_move_positions_only(chat: Chat) -> None:
    prompt = Prompt(chat)
    prompt.open()
    prompt.skip(100)
    prompt.region([(0, 1)])
    batch = gather("x", chat, [prompt], [np.arange(4)], 4)
    opened = len(chat.user) + 1
    assert batch.positions[0].tolist() == [*range(opened), opened + 100, opened + 101, opened + 102]


def test_needles_are_findable(text: Text, chat: Chat) -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        hidden = needles.some(4, ["river", "candle", "orbit"], rng)
        stream = needles.hide(hidden, text, 200, chat, rng)
        shown = chat.tokenizer.decode(stream.tolist(), skip_special_tokens=False)
        assert stream.tolist() == chat.ids(shown)
        for needle in hidden:
            assert needle.sentence in shown
            assert 4 <= len(needle.digits) <= 8


def test_numbered_chunks(chat: Chat) -> None:
    prompt = Prompt(chat)
    prompt.numbered([(0, 2), (1, 1)])
    first, second = chat.ids("user\n[1] "), chat.ids("\n[2] ")
    opened, closed = chat.memory_start, chat.memory_end
    assert prompt.slots == [chat.start, *first, opened, 0, 0, closed, *second, opened, 0, closed]


def test_needles_are_scattered_over_chunks(text: Text, chat: Chat) -> None:
    rng = np.random.default_rng(6)
    hidden = needles.some(6, ["river", "candle", "orbit"], rng)
    homes = needles.homes(len(hidden), 4, rng)
    chunks = needles.scatter(hidden, homes, text, 4, 40, chat, rng)
    assert len(chunks) == 4
    for needle, home in zip(hidden, homes, strict=True):
        assert [needle.sentence in chat.text(chunk) for chunk in chunks] == [at == home for at in range(4)]


def test_every_needle_is_asked_for_once() -> None:
    rng = np.random.default_rng(9)
    last = []
    for needle_count in [1, 2, 3, 9] * 50:
        questions = list(needles.turns(needle_count, rng))
        assert sorted(np.concatenate([picked for picked, _ in questions])) == list(range(needle_count))
        assert all(len(picked) in (1, 2) for picked, _ in questions)
        assert [is_last for _, is_last in questions] == [False] * (len(questions) - 1) + [True]
        last.append(len(questions[-1][0]))
    assert 0.35 < np.mean([count == 2 for count in last]) < 0.55


def test_pointers_of_triage(skills: Skills, chat: Chat) -> None:
    batch = skills.triage(ONE, np.random.default_rng(8))

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


def test_triage_expands_the_chunks_that_hold_the_answer(skills: Skills, chat: Chat) -> None:
    rng = np.random.default_rng(5)
    for _ in range(10):
        batch = skills.triage(ONE, rng)
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


def test_a_raw_piece_stands_between_regions(skills: Skills, chat: Chat) -> None:
    prompt = Prompt(chat)
    pieces = [np.arange(8), np.arange(3), np.array([7, 8]), np.arange(6)]
    skills.regions(prompt, pieces, 2, [np.arange(4)] * 5)
    opened, closed = chat.memory_start, chat.memory_end
    assert prompt.slots == [opened, 0, 0, 0, closed, 7, 8, opened, 0, 0, closed]
    assert [(window, group) for _, window, group in prompt.latents] == [(5, 0), (5, 1), (6, 0), (7, 0), (7, 1)]


def test_the_only_window_is_split_where_a_piece_of_it_is_raw(skills: Skills) -> None:
    pieces = [np.arange(9)]
    raw = skills.raw(pieces, np.random.default_rng(1))
    assert len(pieces) == 2
    assert np.concatenate(pieces).tolist() == list(range(9))
    assert raw in (0, 1)


def test_every_skill_makes_a_batch_that_the_model_takes(skills: Skills, model: LatentContextModel) -> None:
    rng, aids = np.random.default_rng(4), Aids(model, HEADS)
    seen = set()
    for _ in range(100):
        batch = skills.batch(NOW, rng)
        seen.add(batch.skill)
        assert int(batch.positions.max()) < POSITIONS
        assert len(batch.targets) == len(batch.predictors) == len(batch.owners)
        logits, states, latents = model(batch)
        assert logits.shape == (len(batch.targets), skills.chat.vocabulary)
        if latents is not None:
            found = aids(model, batch, latents, states, {"readout": 1.0, "place": 1.0, "pointing": 1.0})
            assert ("readout" in found) == (batch.skill != "triage")
            assert ("pointing" in found) == (batch.skill == "triage")
            assert all(loss.isfinite() for loss in found.values())
    assert seen == set(NOW.stage.shares)


def test_shares_of_more_than_one_window(skills: Skills) -> None:
    rng = np.random.default_rng(6)

    def most(maker: str, several: float, windows: int) -> int:
        batches = (
            skills.makers[maker](replace(ONE, stage=replace(ONE.stage, several=several), windows=windows), rng)
            for _ in range(8)
        )
        return max(len(batch.windows) // len(batch.slots) for batch in batches)

    for maker in ("repeat", "needles"):
        assert most(maker, several=1.0, windows=6) > 1
        assert most(maker, several=0.0, windows=6) <= 2
        assert most(maker, several=1.0, windows=1) <= 2


def test_triage_leaves_the_encoder_alone(skills: Skills, model: LatentContextModel) -> None:
    logits, _, _ = model(skills.triage(ONE, np.random.default_rng(5)))
    logits.sum().backward()
    assert all(weight.grad is None for weight in model.encoder.parameters())
    assert all(weight.grad is not None for weight in model.decoder.parameters())


def test_places_are_learnt_where_states_stand_side_by_side(skills: Skills, shape: ModelConfig) -> None:
    batch = skills.repeat(ONE, np.random.default_rng(3))
    for pooling, expected in (("concat", {"place"}), ("mean", set())):
        model = initialised(replace(shape, pooling=pooling))
        _, states, latents = model(batch)
        assert set(Aids(model, HEADS)(model, batch, latents, states, {"place": 1.0, "pointing": 1.0})) == expected


def test_pointing_teaches_both_steps(skills: Skills, model: LatentContextModel) -> None:
    adam, aids = torch.optim.Adam(model.decoder.parameters(), 3e-3), Aids(model, HEADS)
    losses = []
    for _ in range(12):
        batch = skills.triage(ONE, np.random.default_rng(8))
        _, states, latents = model(batch)
        loss = aids(model, batch, latents, states, {"pointing": 1.0})["pointing"]
        loss.backward()
        adam.step()
        adam.zero_grad()
        losses.append(loss.item())
    assert losses[-1] < losses[0] - 0.5


def test_what_is_read_is_not_what_is_learnt(chat: Chat) -> None:
    prompt = Prompt(chat)
    prompt.answer([5, 6, 7], shown=np.array([5, 99, 7]))
    assert [token for _, token, _ in prompt.targets] == [5, 6, 7, chat.end]
    assert prompt.slots == [5, 99, 7, chat.end]


def test_windows_are_half_full_to_full_and_lose_nothing(text: Text) -> None:
    ids = text.ids[:2000].astype(np.int64)
    cuts = cut(ids, text.vocabulary, 64, np.random.default_rng(1))
    assert np.concatenate(cuts).tolist() == ids.tolist()
    assert all(32 <= len(piece) <= 64 for piece in cuts[:-1])
    assert 1 <= len(cuts[-1]) <= 64


@pytest.mark.parametrize("length", [0, 1, 64])
def test_what_fits_one_window_is_not_cut(text: Text, length: int) -> None:
    ids = text.ids[:length].astype(np.int64)
    cuts = cut(ids, text.vocabulary, 64, np.random.default_rng(1))
    assert [piece.tolist() for piece in cuts] == [ids.tolist()]


def test_a_paragraph_goes_before_a_line_a_sentence_and_a_word(tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    chat, vocabulary = Chat(tokenizers[1]), Vocabulary.of(tokenizers[1])
    pieces = ["So it", " is.", " And on\n", "it goes,\n\n", "\n", "they say"]
    ids = [np.array(chat.ids(piece), dtype=np.int64) for piece in pieces]
    kinds = boundaries(np.concatenate(ids), vocabulary)
    first = np.cumsum([0, *(len(piece) for piece in ids)])
    assert kinds[0] == 0
    assert [int(kinds[at]) for at in first[1:-1]] == [1, 2, 3, 0, 4]


def test_a_raw_context_is_tokenized_as_the_server_does(skills: Skills, chat: Chat) -> None:
    rng = np.random.default_rng(3)
    batch = next(batch for _ in range(80) if not len((batch := skills.proceed(ONE, rng)).windows))
    for slots in batch.slots:
        end = slots.tolist().index(chat.end)
        text = chat.text(slots[1:end].numpy())
        assert text.startswith("user\n")
        assert text.endswith("\nContinue the text above.")
        assert chat.ids(text) == slots[1:end].tolist()
