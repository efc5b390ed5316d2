"""Short versions of the campaigns; `make campaigns` runs them at their full sizes."""

from functools import partial

import pytest
from workshop import STORIES

from tests.campaigns import (
    bi_load,
    bundle_faults,
    disk_full,
    doctor_fuzz,
    escapes,
    histories,
    increments,
    injection,
    kills,
    overlaps,
)

SHORT = {
    "short_kills": partial(kills.kills, runs=1, repairs=1, days=0),
    "short_bi_load": partial(bi_load.bi_load, runs=1),
    "short_overlaps": partial(overlaps.overlaps, runs=1, repairs=0),
    "short_disk_full": partial(disk_full.disk_full, runs=0, files=1, memory=0),
    "short_bundle_faults": partial(bundle_faults.bundle_faults, flips=5, builds=0),
    "short_increments": partial(increments.increments, runs=1, steps=1, rhythms=0),
    "short_histories": partial(histories.histories, runs=60, dates=2),
    "short_injection": partial(injection.injection, runs=2),
    "short_doctor_fuzz": partial(doctor_fuzz.doctor_fuzz, runs=8),
    "short_escapes": partial(escapes.escapes),
}


def told(campaign, shop):
    return campaign(shop.answer_anew(), seed=1)


STORIES |= {name: partial(told, campaign) for name, campaign in SHORT.items()}


@pytest.mark.parametrize("name", SHORT)
def test_a_short_campaign_finds_nothing_wrong(stories, name):
    tally = stories[name].result()
    assert tally.done
    assert tally.is_clean, str(tally)
