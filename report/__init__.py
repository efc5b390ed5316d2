"""The page that people open after a run: the one room that knows HTML.

It reads the released marts and nothing else.
"""

from report.page import publish_page, write_page

__all__ = ["publish_page", "write_page"]
