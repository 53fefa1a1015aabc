"""The progress of a build: a bar in notebooks, lines elsewhere."""

import html
import sys


def listener(progress):
    """The function that hears of the progress: None when nobody does."""
    if callable(progress):
        return progress
    if progress not in ("auto", True, False, None):
        raise ValueError(f"progress must be 'auto', True, False or a function, got {progress!r}")
    if progress and in_notebook():
        return Bar()
    return Lines() if progress is True else None


def in_notebook():
    """Whether the code runs in a notebook's kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and "IPKernelApp" in getattr(shell, "config", ())


class Lines:
    """A line on standard error for each stage that ended."""

    def __call__(self, stage, done, total, seconds):
        if seconds is not None:
            print(f"{stage:<8} {done:>9,} in {seconds:.1f} s", file=sys.stderr)


class Bar:
    """One bar that is drawn over and over, and the stages that are over before it."""

    def __init__(self):
        self.over = []
        self.handle = None

    def __call__(self, stage, done, total, seconds):
        if seconds is not None:
            self.over.append(f"{stage} {seconds:.1f} s")
        self.show(self.drawn(stage, done, total, seconds))

    def drawn(self, stage, done, total, seconds):
        """The bar as HTML."""
        over = html.escape(" · ".join(self.over))
        if seconds is not None:
            return f"<small>{over}</small>"
        known = f' max="{total}" value="{min(done, total)}"' if total else ""
        count = f"{done:,} of {total:,}" if total else f"{done:,}" if done else ""
        return f"<small>{over}</small><br><progress{known}></progress> {html.escape(stage)} {count}"

    def show(self, drawn):
        """Puts it in the place of what was shown before."""
        from IPython.display import HTML, display

        if self.handle is None:
            self.handle = display(HTML(drawn), display_id=True)
        else:
            self.handle.update(HTML(drawn))
