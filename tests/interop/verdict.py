"""What a verifier says of a file, in a form that can be compared."""

from dataclasses import dataclass, field


@dataclass
class Verdict:
    """State and status codes of the active manifest; those of ingredients are apart."""

    state: str  # "Invalid", "Valid", "Trusted"; "" when there is no verdict
    success: set = field(default_factory=set)
    informational: set = field(default_factory=set)
    failure: set = field(default_factory=set)
    deltas: set = field(default_factory=set)  # failures of ingredients that were not known when they were added
    report: dict = field(default_factory=dict)  # the verifier's own JSON
    error: str = ""
    exit: int = 0  # of our program

    def __str__(self):
        text = self.state or f"no verdict ({self.error})"
        for name in ("failure", "deltas"):
            if getattr(self, name):
                text += f", {name} {sorted(getattr(self, name))}"
        return text


def codes(entries):
    return {e["code"] for e in entries or []}
