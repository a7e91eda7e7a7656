"""History, favourites, examples."""

import pytest

from blender_addon import prompts
from blender_addon.prompts import Prompts


def test_history_is_newest_first_without_repeats_bounded_and_kept(tmp_path):
    book = Prompts(tmp_path / "deep" / "prompts.json")
    for number in range(prompts.MOST + 5):
        book.use(f"prompt {number}")
    book.use("  prompt   20 ")
    assert book.history[0] == "prompt 20"
    assert book.history.count("prompt 20") == 1
    assert len(book.history) == prompts.MOST
    assert Prompts(tmp_path / "deep" / "prompts.json").history == book.history
    book.clear_history()
    assert Prompts(tmp_path / "deep" / "prompts.json").history == []


def test_favourites_come_and_go(tmp_path):
    book = Prompts(tmp_path / "prompts.json")
    book.toggle_favourite("a person wäves")
    assert Prompts(tmp_path / "prompts.json").is_favourite("a person wäves ")
    book.toggle_favourite("a person wäves")
    assert not Prompts(tmp_path / "prompts.json").favourites


@pytest.mark.parametrize("damage", ["", "[]", "{", '{"history": 4, "favourites": [1, "kept"]}'])
def test_damaged_file_is_no_fault(tmp_path, damage):
    (tmp_path / "prompts.json").write_text(damage)
    book = Prompts(tmp_path / "prompts.json")
    assert book.history == []
    book.use("walk")
    assert Prompts(tmp_path / "prompts.json").history == ["walk"]


def test_every_example_and_random_prompt_is_understood_by_the_lexicon():
    from kinema.refine.lexicon import understand

    texts = [*prompts.EXAMPLES, *(prompts.random_prompt(seed) for seed in range(200))]
    assert len(set(texts)) > 100
    for text in texts:
        understood = understand(text)
        assert understood.motions, text
        assert not understood.unknown, text
