"""What the user sees: lines of progress and one clear sentence when something cannot be done."""

import sys
import time


class CrmError(Exception):
    """Something that the user can understand and act on; shown as one sentence, without a traceback."""


def say(message: str) -> None:
    """Print one line of progress."""
    print(f"==> {message}", flush=True)


def warn(message: str) -> None:
    """Print one line that deserves attention."""
    print(f"crm: {message}", file=sys.stderr, flush=True)


class Progress:
    """One line that counts: redrawn in place on a terminal, repeated every few seconds elsewhere."""

    PAUSE = 10

    def __init__(self, title: str):
        self.title = title
        self.tty = sys.stdout.isatty()
        self.started = self.shown = time.monotonic()
        say(title)

    def update(self, detail: str) -> None:
        """Show how far the work is."""
        now = time.monotonic()
        if self.tty:
            print(f"\r\033[K    {detail}", end="", flush=True)
        elif now - self.shown >= self.PAUSE:
            self.shown = now
            print(f"    {detail}", flush=True)

    def done(self) -> None:
        """Close the line with the time it took."""
        start = "\r\033[K" if self.tty else ""
        print(f"{start}    done in {time.monotonic() - self.started:.0f} s", flush=True)
