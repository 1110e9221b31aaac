"""Tables: where jobs are written down, in the database that the workers share."""

from __future__ import annotations

from contextlib import suppress

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from cutscore.submit.database import AnyText

SCHEMA = 1
"""Raised when the tables change: a program that knows less leaves them alone."""

META = sa.MetaData()
JOBS = sa.Table(
    "cutscore_jobs",
    META,
    sa.Column("id", sa.String(24), primary_key=True),
    sa.Column("path", sa.Text, nullable=False, index=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("mtime_ns", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("queue", sa.Text, nullable=False),
    sa.Column("engine", sa.Text, nullable=False),
    sa.Column("wanted", sa.Text, nullable=False),
    sa.Column("message", AnyText, nullable=False),
    sa.Column("facts", sa.Text, nullable=False),
    sa.Column("stage", sa.String(24), nullable=False),
    sa.Column("fraction", sa.Float, nullable=True),
    sa.Column("cancelled", sa.Boolean, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("refusals", sa.Integer, nullable=False),
    sa.Column("rank", sa.Float(53), nullable=False),
    sa.Column("not_before", sa.Float(53), nullable=False),
    sa.Column("delay_seconds", sa.Float(53), nullable=False),
    sa.Column("handed", sa.Integer, nullable=False),
    sa.Column("same_as", sa.String(24), nullable=False),
    sa.Column("resend", sa.Text, nullable=False),
    sa.Column("created_at", sa.String(32), nullable=False),
    sa.Column("changed_at", sa.String(32), nullable=False),
    sa.Index("cutscore_jobs_order", "state", "queue", "rank"),
)
IDENTITIES = sa.Table(
    "cutscore_job_identities",
    META,
    sa.Column("identity", sa.String(64), primary_key=True),
    sa.Column("job", sa.String(24), nullable=False, index=True),
)
STEPS = sa.Table(
    "cutscore_job_history",
    META,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("job", sa.String(24), nullable=False, index=True),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("message", AnyText, nullable=False),
)
ABOUT = sa.Table(
    "cutscore_jobs_about",
    META,
    sa.Column("name", sa.String(24), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""What all workers agree on: the version of the tables, the mark of the store they share."""


class OtherTables(Exception):
    """The tables are not those of this program; the text says why, as the end of a sentence."""


def make_tables(engine: sa.Engine) -> None:
    """Make the tables that are not there yet. Raises OtherTables, and what SQLAlchemy raises."""
    try:
        META.create_all(engine)
    except SQLAlchemyError:
        # Another worker may have made them in the same moment; what was wrong otherwise is wrong again.
        META.create_all(engine)
    found = int(agreed(engine, "schema", str(SCHEMA)))
    if found > SCHEMA:
        raise OtherTables(f"a newer Cutscore made them (version {found}, this one knows {SCHEMA}): update this one")


def agreed(engine: sa.Engine, name: str, proposal: str) -> str:
    """The value that all workers agree on: the first one proposed."""
    with suppress(IntegrityError), engine.begin() as connection:
        if connection.execute(sa.select(ABOUT.c.value).where(ABOUT.c.name == name)).first() is None:
            connection.execute(sa.insert(ABOUT).values(name=name, value=proposal))
    with engine.begin() as connection:
        return str(connection.execute(sa.select(ABOUT.c.value).where(ABOUT.c.name == name)).scalar_one())
