"""The suppression list knows who was erased, tells nobody, and notices its own loss."""

import stat

import pytest

from ml.erasure.suppression import customer_hash, suppress, suppressed_among
from ml.errors import SuppressionError
from ml.home import Home


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "shop")


# RFC 4231, test cases 1, 2 and 6.
@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        (
            b"\x0b" * 20,
            "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe",
            "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            b"\xaa" * 131,
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ],
)
def test_hashes_are_those_of_the_standard(key, text, expected):
    assert customer_hash(key, text) == expected


def test_nobody_stands_on_the_list_of_a_home_that_erased_nobody(home):
    assert suppressed_among(home, ["A-1"]) == set()
    assert not home.suppression.exists()


def test_who_was_erased_is_known_letter_by_letter(home):
    suppress(home, ["A-1", "Jörg"])
    suppress(home, ["A-2", "A-1"])
    asked = ["A-1", "A-2", "Jörg", "a-1", "A-1 ", "A-3"]
    assert suppressed_among(home, asked) == {"A-1", "A-2", "Jörg"}
    assert len((home.suppression / "customers.csv").read_text().splitlines()) == 4


def test_nothing_on_the_list_tells_who_it_is(home):
    suppress(home, ["A-1"])
    for file in home.suppression.iterdir():
        assert b"A-1" not in file.read_bytes()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.suppression.stat().st_mode) == 0o700


def test_two_shops_hash_a_customer_differently(home, tmp_path):
    other = Home(tmp_path / "other")
    for one in (home, other):
        suppress(one, ["A-1"])
    lists = {one.suppression.joinpath("customers.csv").read_text()[50:] for one in
             (home, other)}  # fmt: skip
    assert len(lists) == 2


@pytest.mark.parametrize("lost", ["salt", "customers.csv"])
def test_a_lost_file_is_an_error_and_no_empty_list(home, lost):
    suppress(home, ["A-1"])
    (home.suppression / lost).unlink()
    for use in (suppress, suppressed_among):
        with pytest.raises(SuppressionError, match=rf"{lost} cannot be read\. Restore"):
            use(home, ["A-2"])
    assert not (home.suppression / lost).exists()


@pytest.mark.parametrize(
    ("file", "content"),
    [("salt", "0" * 64), ("salt", ""), ("customers.csv", "customer_id\nA-1\n")],
)
def test_a_salt_and_a_list_that_do_not_fit_are_refused(home, file, content):
    suppress(home, ["A-1"])
    (home.suppression / file).write_text(content)
    with pytest.raises(SuppressionError, match="Restore both"):
        suppress(home, ["A-2"])
