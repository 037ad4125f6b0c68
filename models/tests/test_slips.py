from __future__ import annotations

import numpy as np

from lclm import slips
from lclm.prompts import Chat, Prompt
from lclm.schedule import SKILLS
from lclm.tasks import Tasks

ANSWER = np.arange(200)
FOREIGN = np.arange(1000, 1200)


def shown(seed: int) -> np.ndarray:
    return slips.slip(ANSWER, FOREIGN, np.random.default_rng(seed))


def test_most_of_an_answer_stays_and_some_answers_stay_whole() -> None:
    wrong = [float((shown(seed) != ANSWER).mean()) for seed in range(300)]
    assert 0.5 < np.mean([share == 0 for share in wrong]) < 0.7
    assert 0.03 < np.mean(wrong) < 0.12
    assert max(wrong) < 0.6


def test_a_slip_shows_foreign_ids_or_the_text_nearby() -> None:
    for seed in range(50):
        ids = shown(seed)
        assert len(ids) == len(ANSWER)
        moved = ids < 1000
        assert (np.abs(ids - ANSWER)[moved] <= slips.FAR).all()
        assert (ids[~moved] == FOREIGN[~moved]).all()


def test_the_text_itself_is_not_touched() -> None:
    before = ANSWER.copy()
    for seed in range(20):
        shown(seed)
    assert (before == ANSWER).all()


def test_short_answers_stay_whole() -> None:
    short = ANSWER[: 2 * slips.FAR]
    assert all((slips.slip(short, FOREIGN, np.random.default_rng(seed)) == short).all() for seed in range(50))


def test_what_is_read_is_not_what_is_learnt(chat: Chat) -> None:
    prompt = Prompt(chat)
    prompt.answer([5, 6, 7], shown=np.array([5, 99, 7]))
    assert [token for _, token, _ in prompt.targets] == [5, 6, 7, chat.end]
    assert prompt.slots == [5, 99, 7, chat.end]


def test_repeated_texts_slip(tasks: Tasks) -> None:
    plan = SKILLS.plan(0.0, tasks.window)
    wrong = 0.0
    for seed in range(20):
        batch = tasks.reconstruct(plan, np.random.default_rng(seed))
        read = batch.slots.flatten()[batch.predictors[1:]]
        same_answer = batch.owners[1:] == batch.owners[:-1]
        wrong += float((read != batch.targets[:-1])[same_answer].float().mean()) / 20
    assert 0.02 < wrong < 0.25
