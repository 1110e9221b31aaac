"""The bridge: the cutscore command for panels that cannot start programs, over HTTP on this machine alone.

    POST   /runs        {"timeline": "/path/film.otio", "description": …, "tags": […], "engine": …, "seed": …}
    GET    /runs/ID     {"state": "running", "stage": "mix", "fraction": 0.5} … {"state": "done", "report": {…}}
    DELETE /runs/ID     stops it
    POST   /folders     {"project": "/path/film.prproj", "name": "Sequence 01"} → {"folder": …}

Every request carries the token that lies in the user's data folder, readable by the user alone.
"""
