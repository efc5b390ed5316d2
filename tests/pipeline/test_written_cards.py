"""Training leaves a card to read; a dry run leaves nothing."""

import pytest
from workshop import story


def bundles_of(shop):
    """Every file of the bundles with its content."""
    files = (shop.home / "bundles").rglob("*")
    return {path: path.read_bytes() for path in files if path.is_file()}


@story
def dry_run(shop):
    before = bundles_of(shop)
    run = shop.run("python", "-m", "ml", "train", "--dry-run")
    return before, run, bundles_of(shop)


@story
def damaged_champion(shop):
    (shop.home / "bundles" / "champion").write_text("..\n")
    return shop.run("python", "-m", "ml", "train", "--dry-run")


@pytest.fixture(scope="module")
def card(shop):
    """The card of the first training, promoted or refused."""
    words = (shop.folder / "training.txt").read_text()
    path = words.split("Its card: ")[1].split("\n")[0]
    return shop.folder / path, words


def test_training_says_where_the_card_is(card):
    path, words = card
    text = path.read_text()
    assert "| annual run rate |" in text
    verdict = "**Promoted.**" if "is champion" in words else "**Refused.**"
    assert verdict in text
    assert len(list(path.parent.glob("*.png"))) == 3


def test_describe_says_where_the_card_is(shop, card):
    told = shop.run("python", "-m", "ml", "describe").words
    is_promoted = "is champion" in card[1]
    expected = str(card[0].relative_to(shop.folder)) if is_promoted else "none"
    assert f"Card       {expected}" in told


def test_a_dry_run_shows_the_table_and_writes_nothing(dry_run):
    before, run, after = dry_run
    assert run.code in (0, 3)
    assert "annual run rate" in run.words
    assert "Its card" not in run.words
    assert before == after


def test_training_says_why_the_champion_is_not_in_the_table(shop, dry_run):
    _, run, _ = dry_run
    said = f"The champion is not in the table: {shop.bundle.name} has learnt from what"
    assert said in run.words


def test_a_damaged_champion_is_no_rival_and_hinders_no_training(damaged_champion):
    assert damaged_champion.code in (0, 3)
    assert "The champion is not in the table" in damaged_champion.words
    assert "names no bundle ('..')" in damaged_champion.words


def test_a_note_in_a_card_stops_no_run(shop, card):
    """Scoring reads the model and its manifest; a card is a person's to annotate."""
    other = shop.copy()
    (other.bundle / "model_card.md").write_text("Reviewed in January.")
    assert other.run("python", "-m", "ml", "describe").code == 0
