"""Running: `cutscore watch` for days: its threads, its log, its status, its configuration, its beginning and end."""
