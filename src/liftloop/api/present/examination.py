"""What the doctor found, as the API and the terminal say it."""

from collections.abc import Sequence

from liftloop.api.views.upkeep import Examination, Finding
from liftloop.api.views.values import Text
from liftloop.app.doctor import findings as doctor_findings
from liftloop.app.words import Said


def present_examination(found: Sequence[doctor_findings.Finding]) -> Examination:
    findings = [
        Finding(
            check=each.check, status=each.status, said=_text(each.said), next=_text(each.next) if each.next else None
        )
        for each in found
    ]
    return Examination(ok=doctor_findings.is_well(found), findings=findings)


def _text(said: Said) -> Text:
    return Text(zh=said.zh, en=said.en)
