"""Ask both verifiers of one file, and compare all that they say."""

import peer

EXIT_CODES = {"Trusted": {0}, "Valid": {3}, "Invalid": {1, 2, 5, 6, 10}}

def untrusted_stamp(ours):
    return "timeStamp.untrusted" in ours.informational


def untrusted_old_stamp(ours):
    """A 1.x claim, whose sigTst c2pa-rs believes without any anchor."""
    return untrusted_stamp(ours) and ours.report["manifests"][-1]["claim_version"] == 1


# What only one side says, when, and why that is no disagreement. Everything else must be equal.
KNOWN = {
    # C2PA, "Ingredient Assertion", asks for it; c2pa-rs does not say it.
    ("ours", "informational", "ingredient.unknownProvenance"): lambda ours: True,
    # C2PA, "Validate the time-stamp": without a trusted chain it is ignored, the success codes come as a pair.
    ("theirs", "success", "timeStamp.validated"): untrusted_stamp,
    ("theirs", "success", "timeStamp.trusted"): untrusted_old_stamp,
    ("ours", "informational", "timeStamp.untrusted"): untrusted_old_stamp,
}


def explained(side, kind, code, ours):
    when = KNOWN.get((side, kind, code))
    return when is not None and when(ours)


def differences(ours, theirs):
    """Codes that one side has and the other has not, as text; empty when they agree."""
    found = []
    for kind in ("success", "informational", "failure", "deltas"):
        a, b = getattr(ours, kind), getattr(theirs, kind)
        only_ours = sorted(c for c in a - b if not explained("ours", kind, c, ours))
        only_theirs = sorted(c for c in b - a if not explained("theirs", kind, c, ours))
        if only_ours:
            found.append(f"{kind}: only ours {only_ours}")
        if only_theirs:
            found.append(f"{kind}: only c2pa-python {only_theirs}")
    return "\n".join(found)


def agree(t, w, name, path, want, roots=None, store=None, tsa_roots=None, **sections):
    """Both reach the state want, with the same status codes. Returns our verdict.

    store is a detached manifest store, which our program finds next to the file by itself.
    """
    roots = w.roots if roots is None else roots
    tsa_roots = w.tsa_roots if tsa_roots is None else tsa_roots
    detached = peer.read(store) if store else None
    theirs = peer.verify(path, list(roots) + list(tsa_roots), detached, **sections)
    ours = w.exhibit.verify(path, roots, tsa_roots)
    t.ok(theirs.state == want, f"{name}: {want} for c2pa-python", theirs)
    t.ok(ours.state == want and ours.exit in EXIT_CODES[want], f"{name}: {want} for us",
         f"{ours}, exit {ours.exit}")
    found = differences(ours, theirs)
    t.ok(not found, f"{name}: the same status codes", found)
    return ours


def agree_both_ways(t, w, name, path, **more):
    """A sound file: Trusted with the roots, merely Valid without any."""
    agree(t, w, name, path, "Trusted", **more)
    agree(t, w, name + ", no roots", path, "Valid", roots=[], **more)
