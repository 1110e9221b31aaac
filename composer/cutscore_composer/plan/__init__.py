"""Plan: words and picture to a Brief (planner.plan), with styles as data (style.load_style)."""
