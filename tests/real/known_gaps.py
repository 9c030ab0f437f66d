"""What still prints something else than on Linux, and why: docs/GAPS.md has the same in prose."""

KNOWN_GAPS = {
    ("python", "regression"): "not all modules pass yet",
}
