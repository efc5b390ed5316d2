"""Every campaign at its full size, one after the other, or those that are named."""

import argparse
import subprocess
import sys
from pathlib import Path

MAIN = 'if __name__ == "__main__":'


def campaigns():
    """Names of the modules beside this one that can be run."""
    files = sorted(Path(__file__).parent.glob("[!_]*.py"))
    return [file.stem for file in files if MAIN in file.read_text()]


def main():
    """Run them, and say which came to a wrong figure; returns the exit code."""
    parser = argparse.ArgumentParser("python -m tests.campaigns", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"of {', '.join(campaigns())}"
    )
    names = parser.parse_args().names or campaigns()
    if unknown := set(names) - set(campaigns()):
        parser.error(f"no campaign is called {', '.join(sorted(unknown))}")
    wrong = []
    for name in names:
        done = subprocess.run([sys.executable, "-m", f"tests.campaigns.{name}"])
        if done.returncode:
            wrong.append(name)
    sys.stdout.write(f"Wrong: {', '.join(wrong) or 'nothing'}\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
