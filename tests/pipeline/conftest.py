"""The stories of tests/pipeline; see workshop.py."""

import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import workshop

POOL = ThreadPoolExecutor(workshop.STORIES_AT_A_TIME)
FOLDER = pytest.StashKey[Path]()
STORIES = pytest.StashKey[dict]()


def pytest_collection_finish(session):
    """Begin at once: the tests of other folders run while stories are built."""
    names = workshop.wanted(session.items)
    if names and not session.config.option.collectonly:
        folder = Path(tempfile.mkdtemp(prefix="stories-"))
        session.config.stash[FOLDER] = folder
        session.config.stash[STORIES] = workshop.tell(names, folder, POOL)


def pytest_sessionfinish(session, exitstatus):
    """What failed stays, to be looked at."""
    POOL.shutdown(cancel_futures=True)
    if exitstatus == pytest.ExitCode.OK and FOLDER in session.config.stash:
        shutil.rmtree(session.config.stash[FOLDER])


@pytest.fixture(scope="session")
def stories(request):
    """What each story that is asked for came to, as futures by name."""
    return request.config.stash[STORIES]


@pytest.fixture(scope="session")
def shop(stories):
    """The sample shop with a champion, built: to look at, not to change."""
    return stories["shop"].result()
