"""The stories of tests/pipeline; see workshop.py."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest
import workshop


@pytest.fixture(scope="session")
def stories(request, tmp_path_factory):
    """What each story that is asked for came to, as futures by name."""
    folder = tmp_path_factory.mktemp("stories")
    names = workshop.wanted(request.session.items)
    pool = ThreadPoolExecutor(workshop.STORIES_AT_A_TIME)
    try:
        yield workshop.tell(names, folder, pool)
    finally:
        pool.shutdown(cancel_futures=True)
        if not request.session.testsfailed:
            shutil.rmtree(folder)


@pytest.fixture(scope="session")
def shop(stories):
    """The sample shop with a champion, built: to look at, not to change."""
    return stories["shop"].result()
