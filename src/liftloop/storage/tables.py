"""The tables of the state file: what ticks write for people and other processes to read."""

from msgspec import Struct


class Table(Struct, frozen=True, kw_only=True):
    """A table of the state file: columns as (name, SQL type), the first `key` of them its primary key."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: int
    indexes: tuple[tuple[str, ...], ...] = ()
    newest_by: str = ""
    """A put replaces a row only where its value of this column is not older: late facts do not undo newer ones."""


TABLES: tuple[Table, ...] = (
    Table(
        name="definition",
        columns=(
            ("kind", "TEXT"),
            ("id", "TEXT"),
            ("version", "INTEGER"),
            ("body", "BLOB"),  # Canonical JSON.
            ("sha256", "TEXT"),
            ("actor", "TEXT"),
            ("at_ms", "INTEGER"),
            ("status", "TEXT"),  # filling | live | retired | superseded
        ),
        key=3,
    ),
    Table(
        name="identifier",
        columns=(
            ("hash", "INTEGER"),  # Signed 64 bits.
            ("kind", "TEXT"),
            ("text", "TEXT"),  # Empty for personal kinds: the vault has them.
            ("profile", "INTEGER"),
            ("at_ms", "INTEGER"),
            ("source", "TEXT"),
        ),
        key=1,
        indexes=(("profile",),),
    ),
    Table(
        name="attribute",
        columns=(
            ("profile", "INTEGER"),
            ("name", "TEXT"),
            ("value", "BLOB"),  # JSON, or sealed bytes where `sealed` is 1.
            ("sealed", "INTEGER"),
            ("at_ms", "INTEGER"),
            ("source", "TEXT"),
        ),
        key=2,
        newest_by="at_ms",
    ),
    Table(
        name="consent",
        columns=(
            ("profile", "INTEGER"),
            ("channel", "TEXT"),
            ("purpose", "TEXT"),
            ("topic", "TEXT"),
            ("at_ms", "INTEGER"),
            ("tick", "INTEGER"),
            ("position", "INTEGER"),  # Append-only: nothing is ever replaced.
            ("status", "TEXT"),
            ("source", "TEXT"),
            ("text_version", "TEXT"),
        ),
        key=7,
    ),
    Table(
        name="merge",
        columns=(
            ("tick", "INTEGER"),
            ("position", "INTEGER"),
            ("kept", "INTEGER"),
            ("forwarded", "INTEGER"),
            ("reason", "TEXT"),  # The kind of the identifier that both had.
            ("at_ms", "INTEGER"),
            ("offset", "INTEGER"),  # Of the message that named both.
            ("source", "TEXT"),  # Who sent it; NULL in rows of earlier versions.
        ),
        key=2,
        indexes=(("kept",), ("forwarded",)),
    ),
    Table(
        name="ruling",
        columns=(
            ("tick", "INTEGER"),
            ("position", "INTEGER"),
            ("kind", "TEXT"),  # joined | apart | undo_asked | undo_given_up | undone
            ("first", "INTEGER"),  # Of a merge: who was kept.
            ("second", "INTEGER"),
            ("merge_tick", "INTEGER"),  # Of the merge that is undone, -1 where there was none.
            ("merge_position", "INTEGER"),
            ("by", "TEXT"),  # Why they had been merged, or what the person was shown.
            ("merged_ms", "INTEGER"),
            ("actor", "TEXT"),
            ("reason", "TEXT"),
            ("at_ms", "INTEGER"),
        ),
        key=2,
        indexes=(("first",), ("second",)),
    ),
    Table(
        name="word",
        columns=(
            ("hash", "INTEGER"),  # Signed 64 bits; memory keeps the texts of studied traits as hashes.
            ("text", "TEXT"),
            ("name", "TEXT"),  # Of a code, what people call it; empty where it has no other name.
            ("name_en", "TEXT"),  # In English, where that is another.
        ),
        key=1,
    ),
    Table(
        name="enrolment",
        columns=(
            ("id", "INTEGER"),
            ("journey", "TEXT"),
            ("version", "INTEGER"),
            ("campaign", "TEXT"),
            ("profile", "INTEGER"),
            ("visit", "INTEGER"),
            ("entered_ms", "INTEGER"),
            ("state", "TEXT"),  # inside | done | left
            ("reason", "TEXT"),
            ("changed_ms", "INTEGER"),
        ),
        key=1,
        indexes=(("journey", "version"), ("profile",)),
    ),
    Table(
        name="entry",
        columns=(
            ("enrolment", "INTEGER"),
            ("properties", "BLOB"),  # Canonical JSON of what the journey keeps of the event that called the person.
        ),
        key=1,
    ),
    Table(
        name="ledger",
        columns=(
            ("message_key", "TEXT"),
            ("campaign", "TEXT"),
            ("journey", "TEXT"),
            ("version", "INTEGER"),
            ("node", "TEXT"),
            ("enrolment", "INTEGER"),
            ("profile", "INTEGER"),
            ("channel", "TEXT"),
            ("content", "TEXT"),
            ("action", "TEXT"),
            ("purpose", "TEXT"),
            ("state", "TEXT"),
            ("reason", "TEXT"),
            ("decided_ms", "INTEGER"),
            ("changed_ms", "INTEGER"),
            ("cost_fen", "INTEGER"),
        ),
        key=1,
        indexes=(("campaign", "state"), ("enrolment",)),  # By profile, random pages double a commit at 1M rows.
    ),
    Table(
        name="outbox",
        columns=(
            ("message_key", "TEXT"),
            ("channel", "TEXT"),
            ("due_ms", "INTEGER"),
            ("body", "BLOB"),  # MessagePack of `deliver.contract.Envelope`.
        ),
        key=1,
        indexes=(("channel", "due_ms"),),
    ),
    Table(
        name="carried",
        columns=(
            ("channel", "TEXT"),
            ("provider_id", "TEXT"),  # As the provider speaks of the message in its receipts.
            ("message_key", "TEXT"),
            ("at_ms", "INTEGER"),
        ),
        key=2,
    ),
    Table(
        name="work",
        columns=(
            ("id", "TEXT"),
            ("kind", "TEXT"),  # lead | deal | task | ticket
            ("profile", "INTEGER"),  # As of when it was opened; merges are followed by whoever reads.
            ("row", "INTEGER"),  # In the order in which it was opened.
            ("state", "TEXT"),  # open | closed
            ("sort", "TEXT"),  # Of a task what is to be done, of a ticket how bad it is.
            ("stage", "TEXT"),
            ("team", "TEXT"),
            ("owner", "TEXT"),
            ("origin", "TEXT"),
            ("words", "BLOB"),  # JSON {title, text}, sealed bytes where `sealed` is 1.
            ("sealed", "INTEGER"),
            ("reasons", "BLOB"),  # Of a lead JSON of points by the hash of their reason.
            ("fields", "BLOB"),  # Sealed JSON of custom fields, empty where there are none.
            ("amount_fen", "INTEGER"),
            ("due_ms", "INTEGER"),
            ("opened_ms", "INTEGER"),
            ("changed_ms", "INTEGER"),
            ("outcome", "TEXT"),
            ("actor", "TEXT"),
        ),
        key=1,
        indexes=(("profile",), ("kind", "state", "row"), ("owner", "state")),
    ),
    Table(
        name="work_change",
        columns=(
            ("tick", "INTEGER"),
            ("position", "INTEGER"),  # Append-only.
            ("work", "TEXT"),
            ("what", "TEXT"),
            ("value", "TEXT"),
            ("actor", "TEXT"),
            ("at_ms", "INTEGER"),
            ("note", "BLOB"),  # Sealed, empty where nothing was said.
        ),
        key=2,
        indexes=(("work",),),
    ),
    Table(
        name="note",
        columns=(
            ("id", "TEXT"),
            ("profile", "INTEGER"),
            ("work", "TEXT"),
            ("at_ms", "INTEGER"),
            ("actor", "TEXT"),
            ("words", "BLOB"),  # Sealed.
        ),
        key=1,
        indexes=(("profile",),),
    ),
    Table(
        name="quarantine",
        columns=(
            ("offset", "INTEGER"),
            ("at_ms", "INTEGER"),
            ("reason", "TEXT"),
            ("record", "BLOB"),
        ),
        key=1,
    ),
)
