"""The packs that come with Kinema: whole, small, honest about their licence, chosen by name, each making motion."""

import json

import numpy as np
import pytest

from kinema import cli
from kinema.checkpoints import DEFAULT_PACK, Pack, find_pack, model_packs
from kinema.formats import amass
from kinema.training.licences import LICENCES

LARGEST = 40_000_000
SHIPPED = ("kinema-base", "kinema-open")


@pytest.fixture(autouse=True)
def only_what_ships(monkeypatch):
    monkeypatch.delenv("KINEMA_MODELS", raising=False)


@pytest.fixture(params=SHIPPED)
def pack(request) -> Pack:
    return find_pack(request.param)


def test_these_packs_ship():
    assert tuple(pack.name for pack in model_packs()) == SHIPPED
    assert DEFAULT_PACK in SHIPPED


def test_a_pack_is_whole_small_and_has_a_card_of_its_version(pack):
    pack.verify()
    assert pack.size <= LARGEST
    card = (pack.folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert card.startswith(f"# {pack.name} {pack.version}\n")
    assert pack.licence in card
    assert {path.name for path in pack.folder.iterdir()} == {*pack.manifest["files"], "pack.json", "MODEL_CARD.md"}


def test_the_open_pack_owes_nothing_to_sources_that_forbid_commercial_use():
    base, free = (find_pack(name) for name in SHIPPED)
    assert (base.commercial, free.commercial) == (False, True)
    barred = [licence.attribution for licence in LICENCES.values() if licence.attribution and not licence.commercial]
    assert barred
    assert not set(barred) & set(free.manifest["attribution"])
    for file, entry in free.manifest["files"].items():
        assert entry["sha256"] != base.manifest["files"].get(file, {}).get("sha256"), f"{file} is kinema-base's"


def test_they_are_listed_with_what_a_choice_needs(capsys):
    assert cli.main(["models", "--json"]) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["name"] for row in listed] == list(SHIPPED)
    assert [row["default"] for row in listed] == [True, False]
    for row in listed:
        assert row.items() >= find_pack(row["name"]).provenance().items()
    assert cli.main(["models"]) == 0
    base, free = capsys.readouterr().out.splitlines()
    assert "non-commercial use only" in base
    assert "commercial use allowed" in free
    assert "non-commercial" not in free


def test_a_motion_names_the_pack_that_made_it(pack, tmp_path):
    made = tmp_path / "walk.npz"
    words = ["generate", "a person walks forward", "--seconds", "3", "--model", pack.name, "-o", str(made)]
    assert cli.main(words) == 0
    assert amass.read_provenance(made)["pack"] == pack.provenance()
    motion = amass.read(made)
    assert np.isfinite(motion.root_translation).all()
    assert motion.root_translation[-1, 2] - motion.root_translation[0, 2] > 0.8, "it walks where it faces"


def test_what_a_pack_cannot_do_names_the_one_that_can(tmp_path, capsys):
    words = ["generate", "a person walks", "--style", "elderly", "--model", "kinema-open"]
    assert cli.main([*words, "-o", str(tmp_path / "walk.npz")]) == 2
    assert "no styles; choose kinema-base" in capsys.readouterr().err
    assert cli.main(["styles", "--model", "kinema-open"]) == 0
    assert "no styles; choose kinema-base" in capsys.readouterr().err
