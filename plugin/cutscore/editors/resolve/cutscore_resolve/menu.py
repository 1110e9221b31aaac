"""The way of one scoring: export, run the command in the background, lay, say honestly what lies there."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from typing import Any

from .command import Scoring, Wishes
from .connection import Connection, Trouble, connect
from .dialog import Dialog
from .laying import Laid, lay
from .timeline_facts import Facts, export_otio, facts_of, file_name

FOLDER = "Cutscore"


class Session:
    """A timeline and the scoring that runs for it, if one does."""

    def __init__(self, connection: Connection, command: Sequence[str]) -> None:
        """Take the timeline that is open. Raises Trouble."""
        self.connection = connection
        self.timeline = connection.timeline()
        self.facts: Facts = facts_of(self.timeline)
        self._command = list(command)
        self._scoring: Scoring | None = None

    def start(self, wishes: Wishes) -> None:
        """Export and start. Raises Trouble."""
        # The user may have edited since the dialog was opened.
        self.facts = facts_of(self.timeline)
        folder = results_folder(self.facts.name)
        path = export_otio(self.connection, self.timeline, folder)
        self._scoring = Scoring(self._command, path, folder, wishes)

    @property
    def running(self) -> bool:
        """Whether a scoring runs, or has ended and was not taken yet."""
        return self._scoring is not None

    def progress(self) -> str | None:
        """How far it is, as a line; None when it has ended."""
        assert self._scoring is not None
        if self._scoring.poll():
            return None
        share = self._scoring.fraction
        return self._scoring.stage if share is None else f"{self._scoring.stage}  {share * 100:.0f} %"

    def finish(self) -> str:
        """Lay what was made; one sentence, or several, of what lies there. Raises Trouble."""
        scoring, self._scoring = self._scoring, None
        assert scoring is not None
        report = scoring.report()
        if facts_of(self.timeline) != self.facts:
            raise Trouble(
                f"The timeline changed while the music was made, so it was not laid. The music is in"
                f" {report['music']}; run the script again for the timeline as it is now."
            )
        try:
            laid = lay(self.connection, self.timeline, self.facts, report["music"], report.get("cue"))
        except Trouble as trouble:
            raise Trouble(f"{trouble} The file: {report['music']}") from None
        return said_of(laid, self.facts, report)

    def cancel(self) -> None:
        """Stop a running scoring."""
        scoring, self._scoring = self._scoring, None
        if scoring is not None:
            scoring.cancel()


def said_of(laid: Laid, facts: Facts, report: Mapping[str, Any]) -> str:
    """What a person is told at the end."""
    first = f"Laid on A{laid.track}, from frame {laid.start}, {laid.frames} of {facts.frames} frames."
    return " ".join([first, *laid.said, *map(str, report.get("warnings") or ())])


def results_folder(name: str) -> str:
    """Where the music goes: the user's Movies or Videos folder, else the home. Raises Trouble."""
    home = os.path.expanduser("~")
    films = [os.path.join(home, one) for one in ("Movies", "Videos")]
    base = next((one for one in films if os.path.isdir(one)), home)
    folder = os.path.join(base, FOLDER, file_name(name))
    try:
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Trouble(f"The folder {folder} cannot be written ({error.strerror}).") from error
    return folder


def run(names: Mapping[str, Any], command: Sequence[str]) -> None:
    """The script of the menu: with a dialog where Resolve has one, else at once with the configuration's settings."""
    try:
        connection = connect(names)
        session = Session(connection, command)
    except Trouble as trouble:
        print(f"Cutscore: {trouble}")
        return
    dialog = _dialog(connection, session.facts.name)
    if dialog is None:
        _without_dialog(session)
        return
    _Shown(session, dialog).run()


def _dialog(connection: Connection, title: str) -> Dialog | None:
    if connection.fusion is None or connection.bmd is None:
        return None
    try:
        return Dialog(connection.fusion, connection.bmd, title)
    except Exception:
        # Some editions of Resolve have no UI manager: then the script goes without.
        return None


class _Shown:
    """A session behind a dialog."""

    def __init__(self, session: Session, dialog: Dialog) -> None:
        self._session, self._dialog = session, dialog

    def run(self) -> None:
        self._dialog.run(self._start, self._tick, self._session.cancel)

    def _start(self, wishes: Wishes) -> None:
        if self._session.running:
            return
        try:
            self._session.start(wishes)
            self._dialog.say("Reading the timeline …", busy=True)
        except Trouble as trouble:
            self._dialog.say(str(trouble), busy=False)

    def _tick(self) -> None:
        if not self._session.running:
            return
        line = self._session.progress()
        if line is not None:
            self._dialog.say(line, busy=True)
            return
        try:
            self._dialog.say(self._session.finish(), busy=False)
        except Trouble as trouble:
            self._dialog.say(str(trouble), busy=False)


def _without_dialog(session: Session) -> None:
    try:
        session.start(Wishes())
        while session.progress() is not None:
            time.sleep(0.2)
        print(f"Cutscore: {session.finish()}")
    except Trouble as trouble:
        print(f"Cutscore: {trouble}")
    finally:
        session.cancel()
