"""Commands of the watchers: `cutscore watch` and `cutscore jobs`; loaded when one is called."""
