"""The dialog: what the music is to be, a bar that says how far it is, and a button that stops it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .command import Wishes

WINDOW = "CutscoreWindow"
TICK_MS = 250
Start = Callable[[Wishes], None]


class Dialog:
    """A window of Fusion's UI manager; `tick` is called while it runs."""

    def __init__(self, fusion: Any, bmd: Any, title: str) -> None:
        """Build it; nothing is shown yet."""
        self._ui = fusion.UIManager
        self._dispatcher = bmd.UIDispatcher(self._ui)
        ui = self._ui
        self._window = self._dispatcher.AddWindow(
            {"ID": WINDOW, "WindowTitle": f"Cutscore: {title}", "Geometry": [300, 200, 520, 260]},
            ui.VGroup(
                [
                    ui.Label({"Text": "What is the music to be? Left empty, the picture decides.", "Weight": 0}),
                    ui.LineEdit({"ID": "Description", "PlaceholderText": "calm, then hopeful, no drums", "Weight": 0}),
                    ui.LineEdit({"ID": "Tags", "PlaceholderText": "tags, separated by commas", "Weight": 0}),
                    ui.HGroup(
                        {"Weight": 0},
                        [
                            ui.Label({"Text": "Engine", "Weight": 0}),
                            ui.LineEdit({"ID": "Engine", "PlaceholderText": "local"}),
                            ui.Label({"Text": "Seed", "Weight": 0}),
                            ui.LineEdit({"ID": "Seed", "PlaceholderText": "0"}),
                        ],
                    ),
                    ui.Label({"ID": "Said", "Text": "", "WordWrap": True, "Weight": 1}),
                    ui.HGroup(
                        {"Weight": 0},
                        [ui.Button({"ID": "Start", "Text": "Score"}), ui.Button({"ID": "Stop", "Text": "Close"})],
                    ),
                ]
            ),
        )
        self._items = self._window.GetItems()
        self._timer = ui.Timer({"ID": "Tick", "Interval": TICK_MS})

    def run(self, start: Start, tick: Callable[[], None], stop: Callable[[], None]) -> None:
        """Show it until it is closed. The button calls `start`; `tick` comes four times a second, `stop` at the end."""

        def ended(_event: Any) -> None:
            stop()
            self._dispatcher.ExitLoop()

        self._window.On.Start.Clicked = lambda _event: start(self._wishes())
        self._window.On.Stop.Clicked = ended
        self._window.On[WINDOW].Close = ended
        self._dispatcher.On.Timeout = lambda _event: tick()
        self._window.Show()
        self._timer.Start()
        self._dispatcher.RunLoop()
        self._timer.Stop()
        self._window.Hide()

    def say(self, text: str, *, busy: bool) -> None:
        """Show a line; while it is busy the button stops the work."""
        self._items["Said"].Text = text
        self._items["Stop"].Text = "Cancel" if busy else "Close"
        self._items["Start"].Enabled = not busy

    def _wishes(self) -> Wishes:
        text = {name: str(self._items[name].Text or "") for name in ("Description", "Tags", "Engine", "Seed")}
        tags = tuple(tag.strip() for tag in text["Tags"].split(",") if tag.strip())
        return Wishes(text["Description"], tags, text["Engine"], text["Seed"])
