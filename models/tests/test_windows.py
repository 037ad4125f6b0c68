from __future__ import annotations

import numpy as np
from tokenizers import Tokenizer

from lclm import windows
from lclm.data import Text, Vocabulary
from lclm.prompts import Chat


def test_windows_are_half_full_to_full_and_lose_nothing(text: Text) -> None:
    ids = text.ids[:2000].astype(np.int64)
    cuts = windows.cut(ids, text.vocabulary, 64, np.random.default_rng(1))
    assert np.concatenate(cuts).tolist() == ids.tolist()
    assert all(32 <= len(cut) <= 64 for cut in cuts[:-1])
    assert 1 <= len(cuts[-1]) <= 64


def test_what_fits_one_window_is_not_cut(text: Text) -> None:
    for length in (0, 1, 64):
        ids = text.ids[:length].astype(np.int64)
        cuts = windows.cut(ids, text.vocabulary, 64, np.random.default_rng(1))
        assert [cut.tolist() for cut in cuts] == [ids.tolist()]


def test_a_paragraph_goes_before_a_line_a_sentence_and_a_word(tokenizers: tuple[Tokenizer, Tokenizer]) -> None:
    chat, vocabulary = Chat(tokenizers[1]), Vocabulary.of(tokenizers[1])
    pieces = ["So it", " is.", " And on\n", "it goes,\n\n", "\n", "they say"]
    ids = [np.array(chat.ids(piece), dtype=np.int64) for piece in pieces]
    kinds = windows.boundaries(np.concatenate(ids), vocabulary)
    first = np.cumsum([0, *(len(piece) for piece in ids)])
    assert kinds[0] == 0
    assert [int(kinds[at]) for at in first[1:-1]] == [1, 2, 3, 0, 4]
