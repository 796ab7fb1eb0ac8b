"""Backups, retention and what the doctor finds."""

from typing import Literal

from pydantic import AwareDatetime, Field

from liftloop.api.views.values import Count, Text, View


class BackupRequest(View):
    to: str = Field(description="Absolute path on the server's machine: a new folder, or a file ending in .tar.")
    master_key: bool = Field(default=True, description="Whether the key of personal data goes into the backup.")


class Backup(View):
    to: str
    taken_at: AwareDatetime
    events: Count = Field(description="Facts of the log before which nothing is missing.")
    files: Count
    bytes: Count
    master_key: bool


class RetentionDone(View):
    log_records: Count
    fact_blocks: Count
    lake_rows: Count
    log_days: Count
    lake_days: Count = Field(description="0: the lake keeps everything.")
    quarantined: Count = Field(description="Records in quarantine that were given up.")
    quarantine_days: Count
    carried: Count = Field(description="Providers' ids of messages that nobody speaks of any more.")


class Finding(View):
    check: str = Field(description="What was looked at, such as `disk` or `file:state.db`.")
    status: Literal["ok", "warning", "problem"]
    said: Text
    next: Text | None = Field(description="What to do about it; null where all is well.")


class Examination(View):
    ok: bool = Field(description="Whether nothing is a problem.")
    findings: list[Finding]
